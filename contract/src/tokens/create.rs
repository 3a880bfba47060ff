//! Making a token: what is filled in, and what is left once every rule holds.

use super::{
    DESCRIPTION_MAX, Kind,
    endpoints::{self, MAX_ENDPOINTS},
    lifetime::{Wish, named},
};
use crate::{
    allowlist::Allowlist,
    check::{Check, Checker, Complaint, Invalid, plain_text, some_text},
    policy::Policy,
    scopes::ScopeSet,
    time::Timestamp,
    users::NAME_MAX,
};
use serde::{Deserialize, Serialize};

/// What a person fills in to make a token.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct CreateToken {
    /// What it is for.
    pub name: String,
    /// More about it.
    pub description: Option<String>,
    /// What bounds it; `custom` when left out.
    pub kind: Option<Kind>,
    /// What it may touch, for `custom` only.
    pub scopes: ScopeSet,
    /// Path prefixes that it is limited to, for `custom` only.
    pub allowed_endpoints: Vec<String>,
    /// Until when it is good, for kinds that can be renewed; `null` for ever.
    #[serde(deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Timestamp>))]
    pub renewable_until: Wish,
    /// Until when it is good, for kinds that cannot.
    #[serde(deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Timestamp>))]
    pub expires_at: Wish,
    /// Addresses that it may be used from.
    pub ip_allowlist: Vec<String>,
    /// Whether that list is only tried out: everybody is let in, and whom it would refuse is told.
    pub ip_allowlist_observed: bool,
    /// Whether it lives shortly and comes with a refresh token.
    pub refresh: bool,
}

/// A token that keeps every rule but the tenant's own about its end.
pub struct NewToken {
    /// What it is for.
    pub name: String,
    /// More about it.
    pub description: Option<String>,
    /// What bounds it.
    pub kind: Kind,
    /// What it may touch.
    pub scopes: ScopeSet,
    /// Path prefixes that it is limited to.
    pub allowed_endpoints: Vec<String>,
    /// Addresses that it may be used from.
    pub ip_allowlist: Allowlist,
    /// Whether that list is only tried out.
    pub ip_allowlist_observed: bool,
    /// Whether it lives shortly and comes with a refresh token.
    pub refresh: bool,
    end: Wish,
}

impl NewToken {
    /// Its end by the policy of the tenant.
    pub fn end(&self, policy: &Policy, now: Timestamp) -> Result<Option<Timestamp>, Invalid> {
        policy
            .end_of_life(self.kind, self.end, now)
            .map_err(|message| Invalid::one(end_field(self.kind), message))
    }
}

/// What the end of a kind is called.
pub(super) fn end_field(kind: Kind) -> &'static str {
    if kind.is_renewable() {
        "renewable_until"
    } else {
        "expires_at"
    }
}

/// The wish that goes with the kind. One that goes with others only is refused.
pub(super) fn end_for(
    checker: &mut Checker,
    kind: Kind,
    renewable_until: Wish,
    expires_at: Wish,
) -> Wish {
    let (right, wrong, message) = if kind.is_renewable() {
        let message = "Tokens of this kind have Renewable until instead.";
        (renewable_until, ("expires_at", expires_at), message)
    } else {
        let message = "Tokens of this kind have Expires instead.";
        (expires_at, ("renewable_until", renewable_until), message)
    };
    let (field, wish) = wrong;
    checker.take(field, if wish.is_some() { Err(message) } else { Ok(()) });
    right
}

pub(super) fn name(text: &str) -> Result<String, String> {
    some_text(
        text,
        NAME_MAX,
        "Enter a name, so that you know the token again.",
    )
}

pub(super) fn description(text: &str) -> Result<Option<String>, String> {
    let text = plain_text(text, DESCRIPTION_MAX)?;
    Ok((!text.is_empty()).then_some(text))
}

pub(super) fn scopes(kind: Kind, chosen: ScopeSet) -> Result<ScopeSet, &'static str> {
    match kind {
        Kind::Custom if chosen.is_empty() => Err("Select at least one scope."),
        Kind::Custom => Ok(chosen),
        _ if chosen.is_empty() => Ok(kind.scopes(chosen)),
        _ => Err("Scopes are chosen for Custom tokens only; leave them out."),
    }
}

pub(super) fn allowed_endpoints(
    checker: &mut Checker,
    kind: Kind,
    texts: &[String],
) -> Option<Vec<String>> {
    if kind != Kind::Custom && !texts.is_empty() {
        let message = "Endpoints are named for Custom tokens only; leave them out.";
        return checker.take("allowed_endpoints", Err(message));
    }
    if texts.len() > MAX_ENDPOINTS {
        let message = format!("Name at most {MAX_ENDPOINTS} endpoints.");
        return checker.take("allowed_endpoints", Err(message));
    }
    let read: Vec<_> = texts
        .iter()
        .enumerate()
        .map(|(place, text)| {
            checker.take(
                &format!("allowed_endpoints/{place}"),
                endpoints::prefix(text),
            )
        })
        .collect();
    let mut prefixes: Vec<_> = read.into_iter().collect::<Option<_>>()?;
    prefixes.sort();
    prefixes.dedup();
    Some(prefixes)
}

/// The addresses of a list named `field`.
pub fn ip_allowlist(checker: &mut Checker, field: &str, texts: &[String]) -> Option<Allowlist> {
    match Allowlist::read(texts.iter().map(String::as_str)) {
        Ok((list, _)) => Some(list),
        Err(wrong) => {
            checker.complain(wrong.into_iter().map(|wrong| Complaint {
                pointer: format!("/{field}/{}", wrong.place),
                message: wrong.why,
            }));
            None
        }
    }
}

impl Check for CreateToken {
    type Checked = NewToken;

    fn check(self, now: Timestamp) -> Result<NewToken, Invalid> {
        let mut checker = Checker::default();
        let kind = self.kind.unwrap_or_default();
        let name = checker.take("name", name(&self.name));
        let description = checker.take(
            "description",
            description(self.description.as_deref().unwrap_or_default()),
        );
        let scopes = checker.take("scopes", scopes(kind, self.scopes));
        let allowed_endpoints = allowed_endpoints(&mut checker, kind, &self.allowed_endpoints);
        let end = end_for(&mut checker, kind, self.renewable_until, self.expires_at);
        checker.take(
            end_field(kind),
            Policy::widest().end_of_life(kind, end, now),
        );
        let ip_allowlist = ip_allowlist(&mut checker, "ip_allowlist", &self.ip_allowlist);
        checker.take(
            "refresh",
            if self.refresh && !kind.is_renewable() {
                Err("Tokens of this kind cannot be renewed.")
            } else {
                Ok(())
            },
        );
        match (name, description, scopes, allowed_endpoints, ip_allowlist) {
            (
                Some(name),
                Some(description),
                Some(scopes),
                Some(allowed_endpoints),
                Some(ip_allowlist),
            ) if checker.is_content() => Ok(NewToken {
                name,
                description,
                kind,
                scopes,
                allowed_endpoints,
                ip_allowlist,
                // There is nothing to observe where everybody is let in.
                ip_allowlist_observed: self.ip_allowlist_observed && !self.ip_allowlist.is_empty(),
                refresh: self.refresh,
                end,
            }),
            _ => Err(checker.into_invalid()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::DAY;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_377_695);

    fn read(json: &str) -> Result<NewToken, Vec<String>> {
        let request: CreateToken = serde_json::from_str(json).unwrap();
        request
            .check(NOW)
            .map_err(|Invalid(list)| list.into_iter().map(|c| c.pointer).collect())
    }

    fn pointers(json: &str) -> Vec<String> {
        read(json).err().unwrap_or_default()
    }

    #[test]
    fn e_r4_a_token_needs_a_name_and_a_scope() {
        assert_eq!(pointers("{}"), ["/name", "/scopes"]);
        let long = format!(
            r#"{{"name":"{}","description":"{}"}}"#,
            "n".repeat(65),
            "d".repeat(201)
        );
        assert_eq!(pointers(&long), ["/name", "/description", "/scopes"]);
    }

    #[test]
    fn c_r2_custom_is_the_default_and_an_empty_description_is_none() {
        let new = read(r#"{"name":" ci ","description":" ","scopes":["jobs:write"]}"#)
            .ok()
            .unwrap();
        assert_eq!(
            (new.name.as_str(), new.description.clone(), new.kind),
            ("ci", None, Kind::Custom)
        );
        assert_eq!(new.scopes.to_string(), "jobs:read jobs:write");
        assert_eq!(
            new.end(&Policy::default(), NOW),
            Ok(Some(NOW.plus(90 * DAY)))
        );
    }

    #[test]
    fn fixed_kinds_bring_their_scopes_and_take_none() {
        let new = read(r#"{"name":"x","kind":"hyperscale"}"#).ok().unwrap();
        assert_eq!(new.scopes, Kind::Hyperscale.scopes(ScopeSet::default()));
        assert_eq!(
            pointers(
                r#"{"name":"x","kind":"all","scopes":["jobs:read"],"allowed_endpoints":["/jobs"]}"#
            ),
            ["/scopes", "/allowed_endpoints"]
        );
    }

    #[test]
    fn c_10_each_kind_has_its_own_end_and_refuses_the_other() {
        let end = "2026-12-01T00:00:00Z";
        assert_eq!(
            pointers(&format!(
                r#"{{"name":"x","kind":"all","expires_at":"{end}"}}"#
            )),
            ["/expires_at"]
        );
        assert_eq!(
            pointers(&format!(
                r#"{{"name":"x","kind":"microsoft_scim","renewable_until":"{end}"}}"#
            )),
            ["/renewable_until"]
        );
        let scim = format!(r#"{{"name":"x","kind":"microsoft_scim","expires_at":"{end}"}}"#);
        assert!(read(&scim).is_ok());
        assert_eq!(
            pointers(
                r#"{"name":"x","kind":"one_touch_recovery","expires_at":null,"refresh":true}"#
            ),
            ["/expires_at", "/refresh"]
        );
    }

    #[test]
    fn for_ever_is_for_the_policy_of_the_tenant_to_allow() {
        let new = read(r#"{"name":"x","kind":"all","renewable_until":null}"#)
            .ok()
            .unwrap();
        assert_eq!(new.end(&Policy::widest(), NOW), Ok(None));
        let Err(Invalid(complaints)) = new.end(&Policy::default(), NOW) else {
            panic!("accepted")
        };
        assert_eq!(complaints[0].pointer, "/renewable_until");
    }

    #[test]
    fn every_wrong_endpoint_and_address_is_named_by_its_place() {
        assert_eq!(
            pointers(
                r#"{"name":"x","scopes":["jobs:read"],"allowed_endpoints":["/jobs","jobs","/jobs/.."],"ip_allowlist":["192.0.2.1","x","10.0.0.0/33"]}"#
            ),
            [
                "/allowed_endpoints/1",
                "/allowed_endpoints/2",
                "/ip_allowlist/1",
                "/ip_allowlist/2"
            ]
        );
    }
}
