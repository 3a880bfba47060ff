//! What a token may touch: eleven resources, each to read or to write, where write implies read.

use serde::{Deserialize, Serialize, de};
use std::{fmt, str::FromStr};

/// A resource of the API. The order is the order of every list and grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resource {
    /// Copies of data.
    Backups,
    /// Rules for when and how backups are made.
    Policies,
    /// Data brought back.
    Recoveries,
    /// Roles of the tenant.
    Roles,
    /// What is backed up.
    Sources,
    /// What the tenant pays for.
    Subscriptions,
    /// How much is used.
    Usage,
    /// People of the tenant.
    Users,
    /// Where backups are kept.
    Vaults,
    /// Work in progress.
    Jobs,
    /// Figures over time.
    Statistics,
}

impl Resource {
    /// Every resource, in order.
    pub const ALL: [Self; 11] = [
        Self::Backups,
        Self::Policies,
        Self::Recoveries,
        Self::Roles,
        Self::Sources,
        Self::Subscriptions,
        Self::Usage,
        Self::Users,
        Self::Vaults,
        Self::Jobs,
        Self::Statistics,
    ];

    /// The name in a scope and in a path.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Backups => "backups",
            Self::Policies => "policies",
            Self::Recoveries => "recoveries",
            Self::Roles => "roles",
            Self::Sources => "sources",
            Self::Subscriptions => "subscriptions",
            Self::Usage => "usage",
            Self::Users => "users",
            Self::Vaults => "vaults",
            Self::Jobs => "jobs",
            Self::Statistics => "statistics",
        }
    }

    /// The name as people read it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Backups => "Backups",
            Self::Policies => "Policies",
            Self::Recoveries => "Recoveries",
            Self::Roles => "Roles",
            Self::Sources => "Sources",
            Self::Subscriptions => "Subscriptions",
            Self::Usage => "Usage",
            Self::Users => "Users",
            Self::Vaults => "Vaults",
            Self::Jobs => "Jobs",
            Self::Statistics => "Statistics",
        }
    }
}

/// How far access to a resource goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// Look.
    Read,
    /// Look and change.
    Write,
}

impl Access {
    /// The name in a scope.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }

    /// What an HTTP method takes: those that are safe look (RFC 9110, 9.2.1), all others change.
    pub fn of_method(method: &str) -> Self {
        match method {
            "GET" | "HEAD" | "OPTIONS" => Self::Read,
            _ => Self::Write,
        }
    }
}

/// One access to one resource, written `backups:read`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Scope(pub Resource, pub Access);

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.0.as_str())?;
        f.write_str(":")?;
        f.write_str(self.1.as_str())
    }
}

impl FromStr for Scope {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let known = || {
            let (resource, access) = text.split_once(':')?;
            let resource = Resource::ALL.into_iter().find(|r| r.as_str() == resource)?;
            let access = [Access::Read, Access::Write]
                .into_iter()
                .find(|a| a.as_str() == access)?;
            Some(Self(resource, access))
        };
        known().ok_or_else(|| {
            "Unknown scope. A scope is a resource and read or write, such as backups:read.".into()
        })
    }
}

impl TryFrom<String> for Scope {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Scope> for String {
    fn from(scope: Scope) -> Self {
        scope.to_string()
    }
}

/// A set of scopes in which write always brings read along.
///
/// On the wire a list in the order of [`Resource::ALL`]; in the database the same, parted by spaces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ScopeSet(u32);

impl ScopeSet {
    /// Every scope there is.
    pub const ALL: Self = Self((1 << (2 * Resource::ALL.len())) - 1);

    const fn bit(scope: Scope) -> u32 {
        1 << (2 * scope.0 as u32 + scope.1 as u32)
    }

    /// Every resource, to read.
    pub fn all_read() -> Self {
        Resource::ALL
            .into_iter()
            .map(|resource| Scope(resource, Access::Read))
            .collect()
    }

    /// What it takes to back up and to recover: not to decide what is backed up, by whom, or where it goes.
    pub fn backup_operator() -> Self {
        [
            Scope(Resource::Backups, Access::Write),
            Scope(Resource::Recoveries, Access::Write),
            Scope(Resource::Jobs, Access::Read),
            Scope(Resource::Sources, Access::Read),
            Scope(Resource::Vaults, Access::Read),
        ]
        .into_iter()
        .collect()
    }

    /// Whether nothing is in the set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether `scope` is in the set.
    pub const fn contains(self, scope: Scope) -> bool {
        self.0 & Self::bit(scope) != 0
    }

    /// Adds a scope; write adds read too.
    pub const fn insert(&mut self, scope: Scope) {
        self.0 |= Self::bit(scope) | Self::bit(Scope(scope.0, Access::Read));
    }

    /// Takes a scope away; without read there is no write either.
    pub const fn remove(&mut self, scope: Scope) {
        self.0 &= !(Self::bit(scope) | Self::bit(Scope(scope.0, Access::Write)));
    }

    /// What is in both sets.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The scopes, in order.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Resource::ALL
            .into_iter()
            .flat_map(|r| [Scope(r, Access::Read), Scope(r, Access::Write)])
            .filter(move |scope| self.contains(*scope))
    }

    /// The set in a few words: `Read all`, `Read all · Write: Backups`, or `Write: Backups, Jobs · Read: Users`.
    pub fn summary(self) -> String {
        if self == Self::ALL {
            return "Read and write all".into();
        }
        if self == Self::all_read() {
            return "Read all".into();
        }
        let labels = |wanted: fn(Self, Resource) -> bool| {
            Resource::ALL
                .into_iter()
                .filter(|r| wanted(self, *r))
                .map(Resource::label)
                .collect::<Vec<_>>()
                .join(", ")
        };
        let write = labels(|set, r| set.contains(Scope(r, Access::Write)));
        if self.intersection(Self::all_read()) == Self::all_read() {
            return format!("Read all · Write: {write}");
        }
        let read = labels(|set, r| {
            set.contains(Scope(r, Access::Read)) && !set.contains(Scope(r, Access::Write))
        });
        let parts = [("Write", write), ("Read", read)];
        parts
            .into_iter()
            .filter(|(_, names)| !names.is_empty())
            .map(|(access, names)| format!("{access}: {names}"))
            .collect::<Vec<_>>()
            .join(" · ")
    }

    /// Reads the form of the database, as [`fmt::Display`] writes it.
    pub fn parse(text: &str) -> Result<Self, String> {
        text.split_whitespace().map(str::parse).collect()
    }
}

impl fmt::Display for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        for (i, scope) in self.iter().enumerate() {
            write!(f, "{}{scope}", if i == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}

impl From<Scope> for ScopeSet {
    fn from(scope: Scope) -> Self {
        [scope].into_iter().collect()
    }
}

impl FromIterator<Scope> for ScopeSet {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        let mut set = Self::default();
        for scope in scopes {
            set.insert(scope);
        }
        set
    }
}

impl Serialize for ScopeSet {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for ScopeSet {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<Scope>::deserialize(deserializer)?
            .into_iter()
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const READ: Scope = Scope(Resource::Backups, Access::Read);
    const WRITE: Scope = Scope(Resource::Backups, Access::Write);

    #[test]
    fn e_10_write_brings_read_and_losing_read_loses_write() {
        let mut set = ScopeSet::default();
        set.insert(WRITE);
        assert!(set.contains(READ) && set.contains(WRITE));
        set.remove(READ);
        assert!(set.is_empty());
        set.insert(WRITE);
        set.remove(WRITE);
        assert!(set.contains(READ) && !set.contains(WRITE));
    }

    #[test]
    fn e_08_the_eleven_resources_stand_in_the_documented_order() {
        let names = Resource::ALL.map(Resource::label).join(" ");
        assert_eq!(
            names,
            "Backups Policies Recoveries Roles Sources Subscriptions Usage Users Vaults Jobs Statistics"
        );
        assert_eq!(ScopeSet::ALL.iter().count(), 22);
    }

    #[test]
    fn a_set_reads_back_from_the_wire_and_from_the_database() {
        let set: ScopeSet =
            serde_json::from_value(serde_json::json!(["users:read", "backups:write"])).unwrap();
        assert_eq!(
            serde_json::to_value(set).unwrap(),
            serde_json::json!(["backups:read", "backups:write", "users:read"])
        );
        assert_eq!(set.to_string(), "backups:read backups:write users:read");
        assert_eq!(ScopeSet::parse(&set.to_string()), Ok(set));
    }

    #[test]
    fn an_unknown_scope_is_refused() {
        for text in [
            "backups",
            "backups:",
            "backups:delete",
            "Backups:read",
            "tokens:read",
            "backups:read:write",
        ] {
            assert!(text.parse::<Scope>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_summary_is_short() {
        assert_eq!(ScopeSet::ALL.summary(), "Read and write all");
        assert_eq!(ScopeSet::all_read().summary(), "Read all");
        let set = ScopeSet::parse("backups:write users:read jobs:write").unwrap();
        assert_eq!(set.summary(), "Write: Backups, Jobs · Read: Users");
        let mut set = ScopeSet::all_read();
        set.insert(WRITE);
        assert_eq!(set.summary(), "Read all · Write: Backups");
    }
}
