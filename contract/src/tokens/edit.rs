//! Editing a token: what may change, and what counts as widening it.

use super::{
    Kind, Status, Token,
    create::{allowed_endpoints, description, end_field, end_for, ip_allowlist, name, scopes},
    endpoints,
    lifetime::{Wish, list, named, present},
};
use crate::{
    allowlist::Allowlist,
    check::{Check, Checker, Invalid},
    policy::Policy,
    scopes::ScopeSet,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// What a person changes about a token. What is left out stays as it is; `null` clears.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct UpdateToken {
    /// What it is for.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub name: Option<String>,
    /// More about it.
    #[serde(deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub description: Option<Option<String>>,
    /// What bounds it.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub kind: Option<Kind>,
    /// What it may touch.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub scopes: Option<ScopeSet>,
    /// Path prefixes that it is limited to.
    #[serde(deserialize_with = "list", skip_serializing_if = "Option::is_none")]
    pub allowed_endpoints: Option<Vec<String>>,
    /// Until when it is good, for kinds that can be renewed; `null` for ever.
    #[serde(deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Timestamp>))]
    pub renewable_until: Wish,
    /// Until when it is good, for kinds that cannot.
    #[serde(deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Timestamp>))]
    pub expires_at: Wish,
    /// Addresses that it may be used from.
    #[serde(deserialize_with = "list", skip_serializing_if = "Option::is_none")]
    pub ip_allowlist: Option<Vec<String>>,
    /// Whether the list is only tried out.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub ip_allowlist_observed: Option<bool>,
    /// Whether it is switched on.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub enabled: Option<bool>,
}

/// A change whose parts keep their own rules; those that depend on the token are [`TokenChange::of`]'s.
#[derive(Clone)]
#[expect(
    clippy::option_option,
    reason = "left out, null and a value are three things on the wire"
)]
pub struct TokenChange {
    name: Option<String>,
    description: Option<Option<String>>,
    kind: Option<Kind>,
    scopes: Option<ScopeSet>,
    allowed_endpoints: Option<Vec<String>>,
    renewable_until: Wish,
    expires_at: Wish,
    ip_allowlist: Option<Allowlist>,
    ip_allowlist_observed: Option<bool>,
    enabled: Option<bool>,
}

impl Check for UpdateToken {
    type Checked = TokenChange;

    fn check(self, _now: Timestamp) -> Result<TokenChange, Invalid> {
        let mut checker = Checker::default();
        let name = checker.take("name", self.name.as_deref().map(name).transpose());
        let description = checker.take(
            "description",
            self.description
                .map(|text| description(text.as_deref().unwrap_or_default()))
                .transpose(),
        );
        let allowed_endpoints = self
            .allowed_endpoints
            // That other kinds have none is told once the kind is known.
            .map(|texts| allowed_endpoints(&mut checker, Kind::Custom, &texts));
        let ip_allowlist = self
            .ip_allowlist
            .map(|texts| ip_allowlist(&mut checker, "ip_allowlist", &texts));
        match (name, description) {
            (Some(name), Some(description)) if checker.is_content() => Ok(TokenChange {
                name,
                description,
                kind: self.kind,
                scopes: self.scopes,
                allowed_endpoints: allowed_endpoints.flatten(),
                renewable_until: self.renewable_until,
                expires_at: self.expires_at,
                ip_allowlist: ip_allowlist.flatten(),
                ip_allowlist_observed: self.ip_allowlist_observed,
                enabled: self.enabled,
            }),
            _ => Err(checker.into_invalid()),
        }
    }
}

/// Why a token cannot be changed so.
#[derive(Debug, PartialEq, Eq)]
pub enum Refused {
    /// Values that break rules.
    Invalid(Invalid),
    /// It was ended for good.
    Revoked,
    /// It is of a kind, or was to become one, that never changes.
    KindFixed,
}

/// A token as a change leaves it.
#[derive(Debug, PartialEq, Eq)]
pub struct Edit {
    /// The token.
    pub token: Token,
    /// Whether it can do more, longer, or from more places than before: that takes a confirmation.
    pub widens: bool,
    /// Whether its end moves to a later time.
    pub extends: bool,
}

impl TokenChange {
    /// What the change makes of `token` at `now`.
    pub fn of(self, token: &Token, policy: &Policy, now: Timestamp) -> Result<Edit, Refused> {
        if token.status == Status::Revoked {
            return Err(Refused::Revoked);
        }
        let kind = self.kind.unwrap_or(token.kind);
        if !token.kind.may_become(kind) {
            return Err(Refused::KindFixed);
        }
        let mut checker = Checker::default();
        // What belongs to a Custom token is left behind when it becomes another, and chosen anew when it becomes one.
        let stays_custom = token.kind == Kind::Custom && kind == Kind::Custom;
        let kept = if stays_custom {
            token.scopes
        } else {
            ScopeSet::default()
        };
        // What is sent back as it was read is no wish: the scopes of the kind, and an end that the kind does not have.
        let is_news = |scopes: &ScopeSet| kind != token.kind || *scopes != token.scopes;
        let chosen = self.scopes.filter(is_news).unwrap_or(kept);
        let scopes = checker.take("scopes", scopes(kind, chosen));
        let named = self.allowed_endpoints.unwrap_or_else(|| {
            if stays_custom {
                token.allowed_endpoints.clone()
            } else {
                vec![]
            }
        });
        let endpoints = allowed_endpoints(&mut checker, kind, &named);
        let wished = |wish: Wish, is_own: bool| wish.filter(|end| is_own || end.is_some());
        let wish = end_for(
            &mut checker,
            kind,
            wished(self.renewable_until, kind.is_renewable()),
            wished(self.expires_at, !kind.is_renewable()),
        );
        let end = match wish {
            None => Some(token.end()),
            // Who sends everything back wishes nothing, though the end has passed or the policy allows less by now.
            Some(end) if end == token.end() => Some(end),
            Some(_) => checker.take(end_field(kind), policy.end_of_life(kind, wish, now)),
        };
        let (Some(scopes), Some(allowed_endpoints), Some(end), true) =
            (scopes, endpoints, end, checker.is_content())
        else {
            return Err(Refused::Invalid(checker.into_invalid()));
        };
        let ip_allowlist = self
            .ip_allowlist
            .map_or_else(|| token.ip_allowlist.clone(), |list| list.entries());
        // A list that is set where there was none is meant to hold.
        let ip_allowlist_observed = !ip_allowlist.is_empty()
            && self
                .ip_allowlist_observed
                .unwrap_or(token.ip_allowlist_observed);
        let enabled = self.enabled.unwrap_or(token.enabled);
        let after = Token {
            name: self.name.unwrap_or_else(|| token.name.clone()),
            description: self
                .description
                .unwrap_or_else(|| token.description.clone()),
            kind,
            scopes,
            allowed_endpoints,
            ip_allowlist,
            ip_allowlist_observed,
            renewable_until: end.filter(|_| kind.is_renewable()),
            expires_at: end.filter(|_| !kind.is_renewable()),
            in_grace_until: token
                .in_grace_until
                .map(|until| end.map_or(until, |end| until.min(end)))
                .filter(|until| *until > now),
            enabled,
            status: Status::at(now, end, enabled),
            ..token.clone()
        };
        let extends = later(token.end(), end);
        Ok(Edit {
            widens: extends || widens(token, &after),
            extends,
            token: after,
        })
    }
}

/// Whether an end lies behind another one; never is the last of all.
fn later(before: Option<Timestamp>, after: Option<Timestamp>) -> bool {
    match (before, after) {
        (Some(before), Some(after)) => after > before,
        (before, after) => before.is_some() && after.is_none(),
    }
}

/// Whether a token can do more, or from more places, than it could before.
fn widens(before: &Token, after: &Token) -> bool {
    // `All` follows whatever its owner may do, also what no scope is named for yet.
    let more_kind = after.kind == Kind::All && before.kind != Kind::All;
    let more_scopes = after.scopes.intersection(before.scopes) != after.scopes;
    let more_paths = !endpoints::cover(&before.allowed_endpoints, &after.allowed_endpoints);
    // A list that is only observed lets everybody in, as an empty one does.
    let list = |token: &Token| {
        let entries = token.ip_allowlist.iter().map(String::as_str);
        Allowlist::read(entries.filter(|_| !token.ip_allowlist_observed))
    };
    let more_places = match (list(before), list(after)) {
        (Ok((before, _)), Ok((after, _))) => !before.covers(&after),
        _ => true,
    };
    // Also one that was observed, or held every address: whoever takes a guard away is to confirm it.
    let no_list = !before.ip_allowlist.is_empty() && after.ip_allowlist.is_empty();
    let switched_on = after.enabled && !before.enabled;
    more_kind || more_scopes || more_paths || more_places || no_list || switched_on
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ids::{TokenId, UserId},
        time::DAY,
        tokens::TokenOwner,
    };

    const NOW: Timestamp = Timestamp::from_seconds(1_795_377_695);

    fn token(kind: Kind) -> Token {
        let end = Some(NOW.plus(30 * DAY));
        Token {
            id: TokenId::from_ulid("01JD7ZQ4T3V5W6X7Y8Z9ABCDEF"),
            owner: TokenOwner::User {
                id: UserId::from_ulid("01JD7ZQ4T3V5W6X7Y8Z9ABCDEF"),
                name: "Ada".into(),
            },
            kind,
            name: "ci".into(),
            description: None,
            scopes: kind.scopes(ScopeSet::parse("backups:read jobs:read").unwrap()),
            allowed_endpoints: vec![],
            ip_allowlist: vec!["10.0.0.0/8".into()],
            ip_allowlist_observed: false,
            enabled: true,
            status: Status::Active,
            prefix: "lkp_".into(),
            last_four: "abcd".into(),
            created_at: NOW,
            renewable_until: end.filter(|_| kind.is_renewable()),
            expires_at: end.filter(|_| !kind.is_renewable()),
            last_used_at: None,
            last_used_ip: None,
            in_grace_until: None,
            revoked_at: None,
            revoked_by: None,
            revoke_reason: None,
        }
    }

    fn edit(token: &Token, json: &str) -> Result<Edit, Refused> {
        let request: UpdateToken = serde_json::from_str(json).unwrap();
        let change = request.check(NOW).map_err(Refused::Invalid)?;
        change.of(token, &Policy::default(), NOW)
    }

    fn widens(token: &Token, json: &str) -> bool {
        edit(token, json).unwrap().widens
    }

    fn pointers(result: Result<Edit, Refused>) -> Vec<String> {
        match result {
            Err(Refused::Invalid(Invalid(list))) => list.into_iter().map(|c| c.pointer).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_not_named_stays_and_null_clears() {
        let mut before = token(Kind::Custom);
        before.description = Some("nightly".into());
        assert_eq!(edit(&before, "{}").unwrap().token, before);
        let cleared = edit(&before, r#"{"description":null,"name":" new "}"#)
            .unwrap()
            .token;
        assert_eq!((cleared.name.as_str(), cleared.description), ("new", None));
    }

    #[test]
    fn what_was_read_can_be_sent_back() {
        for kind in Kind::ALL {
            let before = token(kind);
            let mut members = serde_json::to_value(&before).unwrap();
            let known = serde_json::to_value(UpdateToken {
                name: Some(String::new()),
                description: Some(None),
                kind: Some(kind),
                scopes: Some(ScopeSet::default()),
                allowed_endpoints: Some(vec![]),
                renewable_until: Some(None),
                expires_at: Some(None),
                ip_allowlist: Some(vec![]),
                ip_allowlist_observed: Some(false),
                enabled: Some(true),
            });
            let known = known.unwrap();
            members
                .as_object_mut()
                .unwrap()
                .retain(|name, _| known.get(name).is_some());
            assert_eq!(members.as_object().unwrap().len(), 10, "{members}");
            let sent_back = edit(&before, &members.to_string()).unwrap();
            assert_eq!((sent_back.token, sent_back.widens), (before, false));
        }
    }

    #[test]
    fn c_09_kinds_change_among_the_first_three_only() {
        let custom = token(Kind::Custom);
        assert!(edit(&custom, r#"{"kind":"hyperscale"}"#).is_ok());
        for kind in ["microsoft_scim", "one_touch_recovery"] {
            let json = format!(r#"{{"kind":"{kind}"}}"#);
            assert_eq!(edit(&custom, &json), Err(Refused::KindFixed));
        }
        let scim = token(Kind::MicrosoftScim);
        assert_eq!(edit(&scim, r#"{"kind":"all"}"#), Err(Refused::KindFixed));
        assert!(edit(&scim, r#"{"kind":"microsoft_scim","name":"x"}"#).is_ok());
    }

    #[test]
    fn c_r5_custom_begins_with_nothing_and_all_takes_nothing_along() {
        let all = token(Kind::All);
        assert_eq!(pointers(edit(&all, r#"{"kind":"custom"}"#)), ["/scopes"]);
        let narrowed = edit(&all, r#"{"kind":"custom","scopes":["jobs:read"]}"#).unwrap();
        assert!(!narrowed.widens);
        let mut custom = token(Kind::Custom);
        custom.allowed_endpoints = vec!["/jobs".into()];
        let widened = edit(&custom, r#"{"kind":"all"}"#).unwrap();
        assert!(widened.widens && widened.token.allowed_endpoints.is_empty());
        assert_eq!(widened.token.scopes, ScopeSet::ALL);
        assert_eq!(
            pointers(edit(
                &custom,
                r#"{"kind":"all","allowed_endpoints":["/jobs"]}"#
            )),
            ["/allowed_endpoints"]
        );
    }

    #[test]
    fn b_3_to_disable_a_token_narrows_it_and_to_enable_it_widens_it() {
        let disabled = edit(&token(Kind::Custom), r#"{"enabled":false}"#).unwrap();
        assert!(!disabled.widens && !disabled.extends);
        assert_eq!(disabled.token.status, Status::Disabled);
        let enabled = edit(&disabled.token, r#"{"enabled":true}"#).unwrap();
        assert!(enabled.widens);
        assert_eq!(enabled.token, token(Kind::Custom));
        // Whatever else is changed, it stays as it is.
        assert!(
            !edit(&disabled.token, r#"{"name":"x"}"#)
                .unwrap()
                .token
                .enabled
        );
    }

    #[test]
    fn c_5_to_observe_an_allowlist_widens_a_token_and_to_enforce_it_narrows_it() {
        let observed = edit(&token(Kind::Custom), r#"{"ip_allowlist_observed":true}"#).unwrap();
        assert!(observed.widens && observed.token.ip_allowlist_observed);
        for json in [
            r#"{"ip_allowlist":["192.0.2.1"]}"#,
            r#"{"ip_allowlist_observed":false}"#,
            r#"{"ip_allowlist_observed":false,"ip_allowlist":["192.0.2.1"]}"#,
        ] {
            assert!(!widens(&observed.token, json), "{json}");
        }
        // There is nothing to observe where everybody is let in, and a list that comes later holds.
        let open = edit(&observed.token, r#"{"ip_allowlist":[]}"#).unwrap();
        assert!(open.widens && !open.token.ip_allowlist_observed);
        let still = edit(&open.token, r#"{"ip_allowlist_observed":true}"#).unwrap();
        assert!(!still.widens && !still.token.ip_allowlist_observed);
    }

    #[test]
    fn c_10_the_end_of_another_kind_is_refused() {
        let time = "2026-12-24T00:00:00Z";
        let renewable = format!(r#"{{"renewable_until":"{time}"}}"#);
        let expires = format!(r#"{{"expires_at":"{time}"}}"#);
        assert_eq!(pointers(edit(&token(Kind::All), &expires)), ["/expires_at"]);
        assert_eq!(
            pointers(edit(&token(Kind::MicrosoftScim), &renewable)),
            ["/renewable_until"]
        );
        assert_eq!(
            pointers(edit(&token(Kind::All), r#"{"renewable_until":null}"#)),
            ["/renewable_until"]
        );
    }

    #[test]
    fn c_r4_an_expired_token_can_be_extended_and_a_revoked_one_never() {
        let mut expired = token(Kind::Custom);
        expired.renewable_until = Some(NOW.plus(-DAY));
        expired.status = Status::Expired;
        let extended = edit(&expired, r#"{"renewable_until":"2026-12-24T00:00:00Z"}"#).unwrap();
        assert!(extended.extends && extended.widens);
        assert_eq!(extended.token.status, Status::Active);
        // A change of name alone does not ask for a new end.
        let renamed = edit(&expired, r#"{"name":"old"}"#).unwrap();
        assert_eq!(
            (renamed.token.status, renamed.widens),
            (Status::Expired, false)
        );
        // Nor does one that comes back with everything else, whatever the policy allows by now.
        let end = serde_json::to_string(&expired.end()).unwrap();
        let same = edit(&expired, &format!(r#"{{"renewable_until":{end}}}"#)).unwrap();
        assert_eq!((same.token, same.widens), (expired.clone(), false));
        let revoked = Token {
            status: Status::Revoked,
            ..expired
        };
        assert_eq!(edit(&revoked, r#"{"name":"x"}"#), Err(Refused::Revoked));
    }

    #[test]
    fn widening_is_told_from_narrowing() {
        let before = token(Kind::Custom);
        for json in [
            r#"{"scopes":["backups:read","jobs:read","users:read"]}"#,
            r#"{"scopes":["backups:write"]}"#,
            r#"{"renewable_until":"2027-01-24T00:00:00Z"}"#,
            r#"{"ip_allowlist":[]}"#,
            r#"{"ip_allowlist":["10.0.0.0/8","192.0.2.1"]}"#,
            r#"{"kind":"all"}"#,
            r#"{"kind":"hyperscale"}"#,
        ] {
            assert!(widens(&before, json), "{json}");
        }
        for json in [
            r#"{"name":"x"}"#,
            r#"{"scopes":["jobs:read"]}"#,
            r#"{"renewable_until":"2026-11-30T00:00:00Z"}"#,
            r#"{"ip_allowlist":["10.1.0.0/16"]}"#,
            r#"{"ip_allowlist":["10.0.0.0/9","10.128.0.0/9"]}"#,
            r#"{"allowed_endpoints":["/jobs"]}"#,
        ] {
            assert!(!widens(&before, json), "{json}");
        }
        let mut limited = before;
        limited.allowed_endpoints = vec!["/jobs/today".into()];
        assert!(widens(&limited, r#"{"allowed_endpoints":[]}"#));
        assert!(widens(&limited, r#"{"allowed_endpoints":["/jobs"]}"#));
        assert!(!widens(
            &limited,
            r#"{"allowed_endpoints":["/jobs/today/1"]}"#
        ));
    }
}
