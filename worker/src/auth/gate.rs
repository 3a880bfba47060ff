//! The one decision about calls by machines: is the credential good, may it be used from there, on this path, for this?
//!
//! Every gate asks it: the API itself, introspection, forward-auth and the gateway.

use super::Grant;
use crate::error::Refusal;
use contract::{
    allowlist::Allowlist,
    problem::Code,
    roles::Permission,
    scopes::{Scope, ScopeSet},
    tokens::{Kind, endpoints},
};
use std::{net::IpAddr, sync::Arc};

/// Whether a credential is good at this moment, without regard to what it is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is.
    Good,
    /// It is switched off.
    Disabled,
    /// Its time is over.
    Expired,
    /// It is one of a pair, and waits to be renewed.
    Lapsed,
    /// It was ended for good.
    Revoked,
    /// It was replaced, and its grace is over.
    Replaced,
    /// Whoever it acts for is switched off.
    OwnerOff,
}

/// What a machine shows.
#[derive(Clone, Debug)]
pub struct Credential {
    /// Whether it is good.
    pub state: State,
    /// What bounds it; `None`: the role of its owner alone.
    pub kind: Option<Kind>,
    /// The scopes that it was made for.
    pub scopes: ScopeSet,
    /// The path prefixes that it is limited to.
    pub endpoints: Vec<String>,
    /// Its own list of addresses, and that of the service account behind it.
    pub allowlists: [Arc<Allowlist>; 2],
    /// Its own one, if that is observed only: it refuses nobody.
    pub observed: Option<Arc<Allowlist>>,
    /// What the role of its owner allows at this moment.
    pub grant: Grant,
}

impl Credential {
    /// Whether the list that is observed leaves out an address.
    pub fn would_refuse(&self, ip: Option<IpAddr>) -> bool {
        self.observed.as_ref().is_some_and(|list| !list.allows(ip))
    }
}

/// What it is to be used for.
#[derive(Clone, Copy, Debug)]
pub struct Use<'a> {
    /// From where.
    pub ip: Option<IpAddr>,
    /// On which path, beginning at the resource: `/backups/daily`.
    pub path: &'a str,
    /// Which scope that takes.
    pub scope: Scope,
    /// Seconds until it may be used again, if it was used too often.
    pub too_often: Option<i64>,
}

/// Whether the credential is good and may be used from this address: all that is asked of one that speaks of itself.
pub fn admit(credential: &Credential, ip: Option<IpAddr>) -> Result<(), Refusal> {
    let dead = |code, detail: &str| Err(Refusal::new(code, detail));
    match credential.state {
        State::Good => {}
        State::Revoked => {
            return dead(
                Code::TokenRevoked,
                "This token was revoked. Make a new one.",
            );
        }
        State::Expired => {
            return dead(
                Code::TokenExpired,
                "This token has expired. Extend it or make a new one.",
            );
        }
        State::Lapsed => {
            return dead(
                Code::TokenExpired,
                "This access token has expired. Renew it with its refresh token: POST /api/v1/tokens/renew.",
            );
        }
        State::Disabled => {
            return dead(
                Code::TokenDisabled,
                "This token is disabled. Its owner can enable it again.",
            );
        }
        State::Replaced => {
            return dead(
                Code::TokenGraceEnded,
                "This secret was replaced, and the time in which both worked is over. Use the new one.",
            );
        }
        State::OwnerOff => {
            return dead(
                Code::Unauthenticated,
                "The account that this credential belongs to is not active.",
            );
        }
    }
    let_in(&credential.allowlists, ip)
}

/// Whether all of the lists allow this address.
pub fn let_in(lists: &[Arc<Allowlist>], ip: Option<IpAddr>) -> Result<(), Refusal> {
    if lists.iter().all(|list| list.allows(ip)) {
        return Ok(());
    }
    let from = ip.map_or_else(
        || "an unknown address".to_owned(),
        |ip| ip.to_canonical().to_string(),
    );
    Err(Refusal::new(
        Code::IpNotAllowed,
        format!("This credential may not be used from {from}. Its IP allowlist says from where."),
    ))
}

/// Whether the credential may be used for this. Denies whatever is not allowed in so many words.
pub fn decide(credential: &Credential, wanted: &Use) -> Result<(), Refusal> {
    admit(credential, wanted.ip)?;
    must_be_for_the_api(credential)?;
    if !endpoints::allow(&credential.endpoints, wanted.path) {
        return Err(Refusal::new(
            Code::Forbidden,
            "This path is not among the allowed endpoints of the token.",
        ));
    }
    must_have_api_access(credential)?;
    must_have_scope(credential, wanted.scope)?;
    in_rate(wanted.too_often)
}

/// Whether the credential, which was let in, holds these scopes in the API, or any scope if none is named: for those who
/// decide about its path themselves.
pub fn must_hold(credential: &Credential, scopes: ScopeSet) -> Result<(), Refusal> {
    must_be_for_the_api(credential)?;
    must_have_api_access(credential)?;
    for scope in scopes.iter() {
        must_have_scope(credential, scope)?;
    }
    if effective_scopes(credential).is_empty() {
        return Err(Refusal::new(
            Code::InsufficientScope,
            "The role behind this credential has none of its scopes.",
        ));
    }
    Ok(())
}

fn must_be_for_the_api(credential: &Credential) -> Result<(), Refusal> {
    if credential.kind == Some(Kind::MicrosoftScim) {
        return Err(Refusal::new(
            Code::Forbidden,
            "A Microsoft SCIM token is for /scim/v2 only.",
        ));
    }
    Ok(())
}

fn must_have_scope(credential: &Credential, scope: Scope) -> Result<(), Refusal> {
    let has = |scopes: ScopeSet| scopes.contains(scope);
    let lacks = match (has(credential.scopes), has(credential.grant.scopes)) {
        (true, true) => return Ok(()),
        (false, true) => "The token lacks",
        (true, false) => "The role behind this credential lacks",
        (false, false) => "The token and the role behind it lack",
    };
    Err(Refusal {
        required_scope: Some(scope),
        ..Refusal::new(
            Code::InsufficientScope,
            format!("{lacks} the scope {scope}."),
        )
    })
}

/// Whether the role behind the credential may use the API at all.
pub fn must_have_api_access(credential: &Credential) -> Result<(), Refusal> {
    if has_api_access(credential) {
        return Ok(());
    }
    Err(Refusal::new(
        Code::RoleNoApiAccess,
        "The role behind this credential has no API access.",
    ))
}

fn has_api_access(credential: &Credential) -> bool {
    let permissions = &credential.grant.permissions;
    permissions.contains(&Permission::ApiAccess)
}

/// Whether the credential was not used too often.
pub fn in_rate(too_often: Option<i64>) -> Result<(), Refusal> {
    match too_often {
        None => Ok(()),
        Some(seconds) => Err(Refusal {
            retry_after: Some(seconds),
            ..Refusal::new(
                Code::RateLimited,
                "This credential was used too often. Wait a little.",
            )
        }),
    }
}

/// What the credential may do in the API at this moment: its own scopes, as far as the role behind it allows.
pub fn effective_scopes(credential: &Credential) -> ScopeSet {
    if has_api_access(credential) {
        credential.scopes.intersection(credential.grant.scopes)
    } else {
        ScopeSet::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::{
        roles::BuiltIn,
        scopes::{Access, Resource},
    };

    /// A small generator (xorshift), so that a failure can be repeated.
    struct Chance(u64);

    impl Chance {
        fn below(&mut self, end: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            usize::try_from(self.0 % u64::try_from(end).unwrap()).unwrap()
        }

        fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
            &of[self.below(of.len())]
        }
    }

    fn grant(role: BuiltIn) -> Grant {
        Grant {
            permissions: role.permissions().to_vec(),
            scopes: role.scopes(),
        }
    }

    fn list(entries: &[&str]) -> Allowlist {
        Allowlist::read(entries.iter().copied()).unwrap().0
    }

    /// The same decision written down once more, flat and by names rather than by sets and spans.
    fn reference(credential: &Credential, wanted: &Use, lists: [&[&str]; 2]) -> Option<Code> {
        match credential.state {
            State::Revoked => return Some(Code::TokenRevoked),
            State::Expired | State::Lapsed => return Some(Code::TokenExpired),
            State::Disabled => return Some(Code::TokenDisabled),
            State::Replaced => return Some(Code::TokenGraceEnded),
            State::OwnerOff => return Some(Code::Unauthenticated),
            State::Good => {}
        }
        let address = wanted.ip.map(|ip| ip.to_string());
        for entries in lists {
            let lets_in = |entry: &&str| match *entry {
                "10.0.0.0/8" => address.as_deref().is_some_and(|ip| ip.starts_with("10.")),
                "2001:db8::/32" => address
                    .as_deref()
                    .is_some_and(|ip| ip.starts_with("2001:db8:")),
                single => address.as_deref() == Some(single),
            };
            if !entries.is_empty() && !entries.iter().any(lets_in) {
                return Some(Code::IpNotAllowed);
            }
        }
        if credential.kind == Some(Kind::MicrosoftScim) {
            return Some(Code::Forbidden);
        }
        let segments: Vec<_> = wanted.path.split('/').collect();
        let on_path = credential.endpoints.iter().any(|prefix| {
            let prefix: Vec<_> = prefix.split('/').collect();
            segments.len() >= prefix.len() && segments[..prefix.len()] == prefix[..]
        });
        if !credential.endpoints.is_empty() && !on_path {
            return Some(Code::Forbidden);
        }
        let named = |set: ScopeSet| {
            set.to_string()
                .split(' ')
                .any(|s| s == wanted.scope.to_string())
        };
        if !credential
            .grant
            .permissions
            .contains(&Permission::ApiAccess)
        {
            Some(Code::RoleNoApiAccess)
        } else if named(credential.scopes) && named(credential.grant.scopes) {
            wanted.too_often.map(|_| Code::RateLimited)
        } else {
            Some(Code::InsufficientScope)
        }
    }

    #[test]
    fn ten_thousand_random_calls_are_decided_as_the_reference_does() {
        const STATES: [State; 10] = [
            State::Good,
            State::Good,
            State::Good,
            State::Good,
            State::Disabled,
            State::Expired,
            State::Lapsed,
            State::Revoked,
            State::Replaced,
            State::OwnerOff,
        ];
        const LISTS: [&[&str]; 5] = [
            &[],
            &[],
            &["10.0.0.0/8"],
            &["192.0.2.7", "10.0.0.0/8"],
            &["2001:db8::/32", "192.0.2.7"],
        ];
        const ADDRESSES: [&str; 5] = [
            "10.1.2.3",
            "192.0.2.7",
            "192.0.2.8",
            "2001:db8::1",
            "2001:db9::1",
        ];
        const PATHS: [&str; 5] = [
            "/backups",
            "/backups/daily",
            "/backups/daily/7",
            "/jobs",
            "/users/1",
        ];
        const PREFIXES: [&[&str]; 4] = [&[], &[], &["/backups"], &["/backups/daily", "/users"]];
        let mut chance = Chance(0x9E37_79B9_7F4A_7C15);
        let (mut allowed, mut refused) = (0, 0);
        for round in 0..10_000 {
            let kind = *chance.one(&[
                None,
                Some(Kind::All),
                Some(Kind::Custom),
                Some(Kind::Custom),
                Some(Kind::Hyperscale),
                Some(Kind::MicrosoftScim),
                Some(Kind::OneTouchRecovery),
            ]);
            let chosen: ScopeSet = ScopeSet::ALL
                .iter()
                .filter(|_| chance.below(2) == 0)
                .collect();
            let lists = [*chance.one(&LISTS), *chance.one(&LISTS)];
            let credential = Credential {
                state: *chance.one(&STATES),
                kind,
                scopes: kind.map_or(ScopeSet::ALL, |kind| kind.scopes(chosen)),
                endpoints: chance
                    .one(&PREFIXES)
                    .iter()
                    .map(ToString::to_string)
                    .collect(),
                allowlists: lists.map(|entries| list(entries).into()),
                // Whatever it says, nobody is refused for it.
                observed: (chance.below(2) == 0)
                    .then(|| list(LISTS[chance.below(LISTS.len())]).into()),
                grant: grant(*chance.one(&BuiltIn::ALL)),
            };
            let wanted = Use {
                ip: (chance.below(10) > 0).then(|| chance.one(&ADDRESSES).parse().unwrap()),
                path: PATHS[chance.below(PATHS.len())],
                scope: Scope(
                    *chance.one(&Resource::ALL),
                    *chance.one(&[Access::Read, Access::Write]),
                ),
                too_often: (chance.below(10) == 0).then_some(30),
            };
            let decided = decide(&credential, &wanted)
                .err()
                .map(|refusal| refusal.code);
            assert_eq!(
                decided,
                reference(&credential, &wanted, lists),
                "round {round}: {credential:?} {wanted:?}"
            );
            if credential.endpoints.is_empty() && wanted.too_often.is_none() {
                let held = admit(&credential, wanted.ip)
                    .and_then(|()| must_hold(&credential, wanted.scope.into()));
                assert_eq!(held.err().map(|refusal| refusal.code), decided);
            }
            if decided.is_none() {
                allowed += 1;
            } else {
                refused += 1;
            }
        }
        assert!(
            allowed > 300 && refused > 300,
            "{allowed} allowed, {refused} refused"
        );
    }

    fn good(kind: Option<Kind>, scopes: &str, role: BuiltIn) -> Credential {
        let chosen = ScopeSet::parse(scopes).unwrap();
        Credential {
            state: State::Good,
            kind,
            scopes: kind.map_or(ScopeSet::ALL, |kind| kind.scopes(chosen)),
            endpoints: vec![],
            allowlists: Default::default(),
            observed: None,
            grant: grant(role),
        }
    }

    const READ_USERS: Use = Use {
        ip: None,
        path: "/users",
        scope: Scope(Resource::Users, Access::Read),
        too_often: None,
    };

    #[test]
    fn c_5_a_list_that_is_observed_tells_whom_it_would_refuse() {
        let observing = |entries: &[&str]| Credential {
            observed: Some(list(entries).into()),
            ..good(Some(Kind::All), "", BuiltIn::Administrator)
        };
        let inside = "192.0.2.7".parse().ok();
        assert!(!observing(&["192.0.2.0/24"]).would_refuse(inside));
        assert!(observing(&["10.0.0.0/8"]).would_refuse(inside));
        assert!(observing(&["10.0.0.0/8"]).would_refuse(None));
        assert!(!observing(&[]).would_refuse(None));
        assert!(!good(Some(Kind::All), "", BuiltIn::Administrator).would_refuse(inside));
    }

    #[test]
    fn a_token_does_what_its_scopes_and_its_owners_role_both_allow() {
        let code = |scopes, role| {
            let decided = decide(&good(Some(Kind::Custom), scopes, role), &READ_USERS);
            decided.err().map(|refusal| refusal.code)
        };
        assert_eq!(code("users:read", BuiltIn::Administrator), None);
        assert_eq!(code("users:write", BuiltIn::ApiReader), None);
        assert_eq!(
            code("backups:read", BuiltIn::Administrator),
            Some(Code::InsufficientScope)
        );
        assert_eq!(
            code("users:read", BuiltIn::Member),
            Some(Code::InsufficientScope)
        );
        assert_eq!(
            code("users:read", BuiltIn::Viewer),
            Some(Code::RoleNoApiAccess)
        );
    }

    #[test]
    fn d_7_the_address_comes_before_scopes_and_after_the_secret() {
        let mut credential = good(Some(Kind::Custom), "backups:read", BuiltIn::Administrator);
        credential.allowlists[1] = list(&["10.0.0.0/8"]).into();
        let refusal = decide(
            &credential,
            &Use {
                ip: "192.0.2.7".parse().ok(),
                ..READ_USERS
            },
        )
        .unwrap_err();
        assert_eq!(refusal.code, Code::IpNotAllowed);
        assert!(refusal.detail.contains("192.0.2.7"));
        credential.state = State::Revoked;
        assert_eq!(
            decide(&credential, &READ_USERS).unwrap_err().code,
            Code::TokenRevoked
        );
    }

    #[test]
    fn c_r10_an_unknown_address_is_refused_by_any_list() {
        let mut credential = good(None, "", BuiltIn::Administrator);
        assert!(admit(&credential, None).is_ok());
        credential.allowlists[0] = list(&["0.0.0.0/0", "::/0"]).into();
        assert_eq!(
            admit(&credential, None).unwrap_err().code,
            Code::IpNotAllowed
        );
    }
}
