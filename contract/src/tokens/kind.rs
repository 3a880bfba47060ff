//! Kinds of tokens: what bounds each, and what each may become.

use crate::scopes::{Access, Resource, Scope, ScopeSet};
use serde::{Deserialize, Serialize};

/// What bounds a token; labelled `Scope` in the app.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = TokenKind))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Everything that its owner may do.
    All,
    /// Exactly the scopes that were chosen, and only the endpoints if some were named.
    #[default]
    Custom,
    /// What a Hyperscale appliance needs.
    Hyperscale,
    /// Provisioning of people by Microsoft, and nothing else.
    MicrosoftScim,
    /// What a 1-Touch recovery needs.
    OneTouchRecovery,
}

impl Kind {
    /// Every kind, in the order of every list.
    pub const ALL: [Self; 5] = [
        Self::All,
        Self::Custom,
        Self::Hyperscale,
        Self::MicrosoftScim,
        Self::OneTouchRecovery,
    ];

    /// The name on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Custom => "custom",
            Self::Hyperscale => "hyperscale",
            Self::MicrosoftScim => "microsoft_scim",
            Self::OneTouchRecovery => "one_touch_recovery",
        }
    }

    /// The name as people read it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::Custom => "Custom",
            Self::Hyperscale => "Hyperscale",
            Self::MicrosoftScim => "Microsoft SCIM",
            Self::OneTouchRecovery => "1-Touch recovery",
        }
    }

    /// The kind that `text` names.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// Whether its end is called `Renewable until`; else it is called `Expires`.
    pub const fn is_renewable(self) -> bool {
        matches!(self, Self::All | Self::Custom | Self::Hyperscale)
    }

    /// Whether a token of this kind may be made one of another.
    pub fn may_become(self, other: Self) -> bool {
        self == other || (self.is_renewable() && other.is_renewable())
    }

    /// The scopes that come with the kind, which for [`Kind::Custom`] are the chosen ones.
    pub fn scopes(self, chosen: ScopeSet) -> ScopeSet {
        use Resource::{Backups, Jobs, Policies, Recoveries, Sources, Statistics, Vaults};
        let set = |write: &[Resource], read: &[Resource]| {
            let write = write.iter().map(|resource| Scope(*resource, Access::Write));
            let read = read.iter().map(|resource| Scope(*resource, Access::Read));
            write.chain(read).collect()
        };
        match self {
            Self::All => ScopeSet::ALL,
            Self::Custom => chosen,
            Self::Hyperscale => set(&[Sources, Vaults, Jobs], &[Policies, Statistics]),
            Self::MicrosoftScim => ScopeSet::default(),
            Self::OneTouchRecovery => set(&[Recoveries], &[Backups, Sources, Vaults]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c_08_the_kinds_have_the_documented_names_in_order() {
        let labels = Kind::ALL.map(Kind::label);
        assert_eq!(
            labels,
            [
                "All",
                "Custom",
                "Hyperscale",
                "Microsoft SCIM",
                "1-Touch recovery"
            ]
        );
        for kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.as_str()), Some(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
    }

    #[test]
    fn c_09_only_the_first_three_become_one_another() {
        for from in Kind::ALL {
            for to in Kind::ALL {
                let both_renewable = from.is_renewable() && to.is_renewable();
                assert_eq!(from.may_become(to), from == to || both_renewable);
            }
        }
    }

    #[test]
    fn the_fixed_kinds_have_the_documented_scopes() {
        let scopes = |kind: Kind| kind.scopes(ScopeSet::ALL).to_string();
        assert_eq!(
            scopes(Kind::Hyperscale),
            "policies:read sources:read sources:write vaults:read vaults:write jobs:read jobs:write statistics:read"
        );
        assert_eq!(
            scopes(Kind::OneTouchRecovery),
            "backups:read recoveries:read recoveries:write sources:read vaults:read"
        );
        assert_eq!(scopes(Kind::MicrosoftScim), "");
    }
}
