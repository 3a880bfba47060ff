//! From what a machine shows to whom it acts for: a token, a service account's pair, or its OAuth token.

use super::{
    Actor, Holder, Tenant,
    gate::{self, Credential, State},
    known,
    shown::Shown,
    store::{
        self, FoundAccount, FoundToken, FoundTokenRow, LastUse, OAuthRow, PairRow, TwoDigests,
        TwoRows,
    },
};
use crate::{
    call::Call,
    db::{self, Statement},
    error::{Error, Refusal, Result},
    rates::{self, Rate},
    rekey,
    secret::{Digest, Prefix, is_well_formed},
    usage::{self, Visit},
};
use axum::http::HeaderName;
use contract::{
    ids::TokenId,
    pages::{API_ACCESS, SERVICE_ACCOUNTS},
    problem::Code,
    scopes::{Scope, ScopeSet},
    time::Timestamp,
    tokens::{Kind, Status, Token, TokenOwner},
};
use serde_json::value::RawValue;
use std::{ops::Deref, sync::Arc};

const EXPIRES: HeaderName = HeaderName::from_static("token-expires-at");
/// When something will not work any more that has been replaced (RFC 8594).
const SUNSET: HeaderName = HeaderName::from_static("sunset");

/// A machine that calls, known by its credential.
pub struct MachineCaller {
    machine: Arc<Machine>,
    /// When its token was used before this.
    pub last_use: LastUse,
}

impl Deref for MachineCaller {
    type Target = Machine;
    fn deref(&self) -> &Machine {
        &self.machine
    }
}

/// What is known of a machine, whose calls all find the same unless something was changed.
pub struct Machine {
    /// The key to the rows of its tenant.
    pub tenant: Tenant,
    /// Whom it acts for.
    pub owner: TokenOwner,
    /// For the audit trail.
    pub actor: Actor,
    /// What the gate goes by.
    pub credential: Credential,
    /// By what it is known.
    pub by: By,
    /// When what it shows is over, as far as that is known.
    pub expires_at: Option<Timestamp>,
}

/// By what a machine is known.
pub enum By {
    /// A token, without its last use; and by which secret that it had before, if not by its own.
    Token(Box<Token>, Option<Replaced>),
    /// A service account's pair; and by the one that it had before, until when.
    Pair(Option<Timestamp>),
    /// A service account's OAuth token.
    OAuth,
}

/// A secret that was replaced.
pub struct Replaced {
    /// Until when it works.
    pub until: Timestamp,
    /// How it ends.
    pub last_four: String,
}

impl Machine {
    /// Whether it is good for reasons that still hold at `now`, if whatever is kept of it stays as it is.
    pub fn stays_good(&self, now: Timestamp) -> bool {
        let in_grace_until = match &self.by {
            By::Token(token, _) => token.in_grace_until,
            By::Pair(_) | By::OAuth => None,
        };
        let mut ends = [self.expires_at, in_grace_until].into_iter().flatten();
        self.credential.state == State::Good && ends.all(|end| now < end)
    }

    /// The token that makes the call, and the key to it and its siblings.
    pub fn token(&self) -> Option<(&Token, Holder)> {
        match &self.by {
            By::Token(token, _) => Some((token, Holder::of_token(&self.tenant, &self.owner))),
            By::Pair(_) | By::OAuth => None,
        }
    }

    /// Has the log tell that it makes the call.
    fn introduce_to(&self, call: &Call) {
        let (kind, id) = match &self.by {
            By::Token(token, _) => ("token", token.id.as_str()),
            By::Pair(_) | By::OAuth => ("service_account", self.owner.id()),
        };
        call.made_by(kind, id, self.tenant.as_str());
    }

    /// Refuses unless it may be used for this now, and notes the refusal. The call counts towards its rate.
    pub fn pass(&self, call: &Call, visit: &Visit, path: &str, scope: Scope) -> Result<()> {
        let wanted = gate::Use {
            ip: visit.ip,
            path,
            scope,
            too_often: self.take(call),
        };
        self.note(call, visit, gate::decide(&self.credential, &wanted))
    }

    /// Refuses if it was used too often, and notes that. The call counts towards its rate.
    pub fn pass_for_itself(&self, call: &Call, visit: &Visit) -> Result<()> {
        self.note(call, visit, gate::in_rate(self.take(call)))
    }

    /// Refuses unless it is good and may be used from there, and notes the refusal.
    pub fn be_admitted(&self, call: &Call, visit: &Visit) -> Result<()> {
        self.note(call, visit, gate::admit(&self.credential, visit.ip))
    }

    /// Counts a call that it may not make; refuses it by its rate if it made too many.
    pub fn count(&self, call: &Call) -> Result<()> {
        Ok(gate::in_rate(self.take(call))?)
    }

    /// Refuses a call that it may not make, or by its rate if it made too many, and notes that.
    pub fn refuse(&self, call: &Call, visit: &Visit, refusal: Refusal) -> Error {
        let refusal = gate::in_rate(self.take(call)).err().unwrap_or(refusal);
        self.was_refused(call, visit, &refusal);
        refusal.into()
    }

    /// Counts a use that is told of rather than made here; the seconds until the next, if it is one too many.
    pub fn count_use(&self, call: &Call) -> Option<i64> {
        self.rate(call).too_often()
    }

    fn rate(&self, call: &Call) -> Rate {
        let id = match &self.by {
            By::Token(token, _) => token.id.as_str(),
            By::Pair(_) | By::OAuth => self.owner.id(),
        };
        rates::take(call, id)
    }

    fn take(&self, call: &Call) -> Option<i64> {
        let rate = self.rate(call);
        let mut headers = Vec::from(rate.headers("credential"));
        let expires = self.expires_at.map(|at| (EXPIRES, at.to_string()));
        headers.extend(expires);
        if let By::Token(_, Some(Replaced { until, .. })) | By::Pair(Some(until)) = &self.by {
            headers.push((SUNSET, until.http_date()));
        }
        call.tell(headers);
        rate.too_often()
    }

    /// Has the owner of the token, if it is one, see why a call was refused.
    pub fn was_refused(&self, call: &Call, visit: &Visit, refusal: &Refusal) {
        if let Some(token) = token_id(self) {
            usage::refused(call, &self.tenant, token, visit, refusal);
        }
    }

    fn note(&self, call: &Call, visit: &Visit, decided: Result<(), Refusal>) -> Result<()> {
        decided.map_err(|refusal| {
            self.was_refused(call, visit, &refusal);
            self.with_repair(call, refusal).into()
        })
    }

    /// Adds the address of the page where a missing scope can be given to the token, if that would help.
    fn with_repair(&self, call: &Call, refusal: Refusal) -> Refusal {
        let repair = match (&self.by, refusal.required_scope) {
            // Of other kinds no single scope can be chosen.
            (By::Token(token, _), Some(scope))
                if token.kind == Kind::Custom
                    && !token.scopes.contains(scope)
                    && self.credential.grant.scopes.contains(scope) =>
            {
                let id = token.id.as_str();
                let query = format!("?edit={id}&add={scope}");
                call.url(&[&self.tokens_page(), query.as_str()].concat())
                    .ok()
            }
            _ => None,
        };
        Refusal { repair, ..refusal }
    }

    /// The page of the tokens among which its own is.
    fn tokens_page(&self) -> String {
        match &self.owner {
            TokenOwner::User { .. } => API_ACCESS.into(),
            TokenOwner::ServiceAccount { id, .. } => {
                [SERVICE_ACCOUNTS, "/", id.as_str(), "/tokens"].concat()
            }
        }
    }
}

/// Finds out whom a machine acts for, at the cost of one statement; of a secret that was replaced, two.
/// Good credentials used from an allowed address are noted as used; others are noted as refused.
pub async fn identify(call: &Call, visit: &Visit, shown: &Shown) -> Result<MachineCaller> {
    let found = look_up(call, shown).await?;
    admitted(call, visit, found)
}

/// The same for a machine that asks about a bearer token, in one round trip: itself, and the token's holder, good or not.
pub async fn identify_with(
    call: &Call,
    visit: &Visit,
    shown: &Shown,
    token: &str,
) -> Result<(MachineCaller, Result<MachineCaller>)> {
    let asked_of_shown = Shown::Bearer(token.to_owned());
    let asking = Lookup::of(call, shown)?.ok_or_else(|| not_ours(call, shown))?;
    let asked_of = Lookup::of(call, &asked_of_shown)?;
    let [found, about] = find_both(call, &asking, asked_of.as_ref()).await?;
    let found = match found {
        None => asking.carried_over(call, shown).await?,
        found => found,
    };
    let found = found.ok_or_else(|| not_ours(call, shown))?;
    found.introduce_to(call);
    let caller = admitted(call, visit, found)?;
    let about = async {
        let (None, Some(lookup)) = (&about, &asked_of) else {
            return Ok(about);
        };
        match lookup.retired(call).await? {
            None => lookup.carried_over(call, &asked_of_shown).await,
            found => Ok(found),
        }
    };
    let unknown = unknown(&Shown::Bearer(String::new()));
    let about = about.await.and_then(|found| found.ok_or(unknown));
    Ok((caller, about))
}

/// Looks both up at once. A token may not ask, so it is found for that refusal only.
async fn find_both(
    call: &Call,
    asking: &Lookup,
    asked_of: Option<&Lookup>,
) -> Result<[Option<MachineCaller>; 2]> {
    let mut digests = TwoDigests::default();
    match asking {
        Lookup::Pair(key, digest) => digests.asking_pair = Some((key, digest)),
        Lookup::OAuth(digest) => digests.asking_oauth = Some(digest),
        Lookup::Token(_) => return Ok([asking.find(call).await?, None]),
    }
    match asked_of {
        Some(Lookup::Token(digest)) => digests.token = Some(digest),
        Some(Lookup::OAuth(digest)) => digests.oauth = Some(digest),
        Some(Lookup::Pair(..)) | None => {}
    }
    let text = call.db.first_text(store::find_two(&digests)).await?;
    let text = text.ok_or_else(|| Error::Internal("looking up gave no row".into()))?;
    let TwoRows(pair, asking_oauth, token, oauth) = db::from_json(&text)?;
    let caller = |lookup: &Lookup, row: Option<&RawValue>| {
        row.map(|row| lookup.caller(row.get(), call.now))
            .transpose()
    };
    let found = caller(asking, pair.or(asking_oauth))?;
    let about = asked_of.map_or(Ok(None), |lookup| caller(lookup, token.or(oauth)))?;
    Ok([found, about])
}

fn admitted(call: &Call, visit: &Visit, found: MachineCaller) -> Result<MachineCaller> {
    match gate::admit(&found.credential, visit.ip) {
        Ok(()) => usage::record(call, &found, visit),
        Err(refusal) => {
            found.was_refused(call, visit, &refusal);
            found.count(call)?;
            return Err(refusal.into());
        }
    }
    Ok(found)
}

/// Whom a credential that makes the call belongs to, good or not.
pub async fn look_up(call: &Call, shown: &Shown) -> Result<MachineCaller> {
    let found = match Lookup::of(call, shown)? {
        Some(lookup) => match lookup.find(call).await? {
            None => lookup.carried_over(call, shown).await?,
            found => found,
        },
        None => None,
    };
    let found = found.ok_or_else(|| not_ours(call, shown))?;
    found.introduce_to(call);
    Ok(found)
}

/// Refuses a credential that makes a call and is unknown: who tries many waits, as whoever uses one too often does.
fn not_ours(call: &Call, shown: &Shown) -> Error {
    let rate = rates::take_of_address(call);
    call.tell(rate.headers("address").into());
    match rate.too_often() {
        None => unknown(shown),
        Some(seconds) => Refusal {
            retry_after: Some(seconds),
            ..Refusal::new(
                Code::RateLimited,
                "Too many credentials came from this address that are none of ours. Wait a little.",
            )
        }
        .into(),
    }
}

fn unknown(shown: &Shown) -> Error {
    let detail = match shown {
        Shown::Bearer(_) => "This is not a token of ours. Check that it was copied whole.",
        Shown::Pair(..) => {
            "Key and secret do not belong to a service account. Check that both were copied whole."
        }
    };
    Refusal {
        unknown_token: matches!(shown, Shown::Bearer(_)),
        ..Refusal::new(Code::Unauthenticated, detail)
    }
    .into()
}

/// By what a credential is looked up.
enum Lookup {
    Token(Digest),
    OAuth(Digest),
    Pair(String, Digest),
}

impl Lookup {
    /// Nothing if it has not the form of a credential of ours, so the database need not be asked.
    fn of(call: &Call, shown: &Shown) -> Result<Option<Self>> {
        Ok(match shown {
            Shown::Bearer(secret) if is_well_formed(Prefix::AccessToken, secret) => {
                Some(Self::Token(call.digest(secret)?))
            }
            Shown::Bearer(secret) if is_well_formed(Prefix::OAuthToken, secret) => {
                Some(Self::OAuth(call.digest(secret)?))
            }
            Shown::Pair(key, secret)
                if is_well_formed(Prefix::ApiKey, key)
                    && is_well_formed(Prefix::ApiSecret, secret) =>
            {
                Some(Self::Pair(key.clone(), call.digest(secret)?))
            }
            _ => None,
        })
    }

    fn statement(&self) -> Statement {
        match self {
            Self::Token(digest) => store::find_token(digest),
            Self::OAuth(digest) => store::find_oauth_token(digest),
            Self::Pair(key, secret) => store::find_pair(key, secret),
        }
    }

    async fn find(&self, call: &Call) -> Result<Option<MachineCaller>> {
        match call.db.first_text(self.statement()).await? {
            Some(row) => self.caller(&row, call.now).map(Some),
            None => self.retired(call).await,
        }
    }

    /// The caller that the text tells of which was found.
    fn caller(&self, text: &str, now: Timestamp) -> Result<MachineCaller> {
        // That of a token is a pair: its row, and its last use.
        let pair = text
            .strip_prefix('[')
            .and_then(|text| text.strip_suffix(']'));
        let text = match self {
            Self::Token(_) => pair.unwrap_or(text),
            Self::OAuth(_) | Self::Pair(..) => text,
        };
        let (Self::Token(digest) | Self::OAuth(digest) | Self::Pair(_, digest)) = self;
        let (machine, rest) = known::machine(digest, text, now, |row| match self {
            Self::Token(_) => by_token(db::from_json(row)?, now),
            Self::OAuth(_) => by_oauth_token(db::from_json(row)?, now),
            Self::Pair(..) => by_pair(db::from_json(row)?, now),
        })?;
        let last_use = rest.strip_prefix(',').map(db::from_json).transpose()?;
        Ok(MachineCaller {
            machine,
            last_use: last_use.unwrap_or_default(),
        })
    }

    /// What was kept under the previous key until now, while keys change.
    async fn carried_over(&self, call: &Call, shown: &Shown) -> Result<Option<MachineCaller>> {
        let kind = match self {
            Self::Token(_) => Prefix::AccessToken,
            Self::OAuth(_) => Prefix::OAuthToken,
            Self::Pair(..) => Prefix::ApiSecret,
        };
        let (Shown::Bearer(secret) | Shown::Pair(_, secret)) = shown;
        if rekey::carry_over(call, kind, secret).await? {
            self.find(call).await
        } else {
            Ok(None)
        }
    }

    /// The token that had this secret before.
    async fn retired(&self, call: &Call) -> Result<Option<MachineCaller>> {
        let Self::Token(digest) = self else {
            return Ok(None);
        };
        let retired = store::find_retired(&call.db, digest, call.now).await?;
        Ok(retired.map(|(found, last_use, old)| {
            // Dead for another reason says more than that the secret is old.
            let state = match token_state(&found, None, call.now) {
                State::Good if old.until <= call.now => State::Replaced,
                state => state,
            };
            MachineCaller {
                machine: Arc::new(token_machine(found, state, Some(old))),
                last_use,
            }
        }))
    }
}

fn by_token(row: FoundTokenRow, now: Timestamp) -> Result<Machine> {
    let found = row.read(now)?;
    let state = token_state(&found, found.access_until, now);
    Ok(token_machine(found, state, None))
}

fn token_state(found: &FoundToken, access_until: Option<Timestamp>, now: Timestamp) -> State {
    match found.token.status {
        Status::Revoked => State::Revoked,
        Status::Expired => State::Expired,
        Status::Disabled => State::Disabled,
        Status::Active if !found.owner_on => State::OwnerOff,
        Status::Active if access_until.is_some_and(|until| until <= now) => State::Lapsed,
        Status::Active => State::Good,
    }
}

fn token_machine(found: FoundToken, state: State, old: Option<Replaced>) -> Machine {
    let token = found.token;
    Machine {
        expires_at: [
            token.end(),
            found.access_until,
            old.as_ref().map(|old| old.until),
        ]
        .into_iter()
        .flatten()
        .min(),
        tenant: Tenant::new(found.tenant),
        owner: token.owner.clone(),
        actor: Actor::machine(&token.owner, token.id.as_str()),
        credential: Credential {
            state,
            kind: Some(token.kind),
            scopes: token.scopes,
            endpoints: token.allowed_endpoints.clone(),
            allowlists: found.allowlists,
            observed: found.observed,
            grant: found.grant,
        },
        by: By::Token(Box::new(token), old),
    }
}

fn by_pair(row: PairRow, now: Timestamp) -> Result<Machine> {
    let (account, old_until) = row.read()?;
    let state = match old_until {
        _ if !account.on => State::OwnerOff,
        Some(until) if until <= now => State::Replaced,
        _ => State::Good,
    };
    let by = By::Pair(old_until);
    Ok(account_machine(
        account,
        state,
        ScopeSet::ALL,
        by,
        old_until,
    ))
}

fn by_oauth_token(row: OAuthRow, now: Timestamp) -> Result<Machine> {
    let (account, scopes, expires_at) = row.read()?;
    let state = match account.on {
        false => State::OwnerOff,
        true if expires_at <= now => State::Expired,
        true => State::Good,
    };
    Ok(account_machine(
        account,
        state,
        scopes,
        By::OAuth,
        Some(expires_at),
    ))
}

fn account_machine(
    account: FoundAccount,
    state: State,
    scopes: ScopeSet,
    by: By,
    expires_at: Option<Timestamp>,
) -> Machine {
    let owner = TokenOwner::ServiceAccount {
        id: account.id,
        name: account.name,
    };
    let credential = match &by {
        By::OAuth => "oauth",
        _ => "api_key",
    };
    Machine {
        tenant: Tenant::new(account.tenant),
        actor: Actor::machine(&owner, credential),
        owner,
        credential: Credential {
            state,
            kind: None,
            scopes,
            endpoints: vec![],
            allowlists: account.allowlists,
            observed: None,
            grant: account.grant,
        },
        by,
        expires_at,
    }
}

/// The id of a token, for those who note its use.
pub fn token_id(caller: &Machine) -> Option<&TokenId> {
    match &caller.by {
        By::Token(token, _) => Some(&token.id),
        By::Pair(_) | By::OAuth => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::HashKey;
    use serde_json::json;

    #[test]
    fn a_machine_is_known_again_until_its_row_or_the_time_says_otherwise() {
        const NOW: Timestamp = Timestamp::from_seconds(1_795_377_695);
        let key = HashKey::from_hex(&"ab".repeat(32)).unwrap();
        let lookup = Lookup::Token(key.digest("lkp_x"));
        let id = |kind: &str| format!("{kind}_{:026}", 1);
        let text = |enabled: u8, grace: Option<i64>, used_from: &str| {
            let held = json!([id("ten"), 1, "", null, "api_access", "backups:read"]);
            let token = json!([
                id("tok"),
                id("usr"),
                null,
                "Ada",
                "all",
                "nightly",
                null,
                "",
                "",
                "",
                0,
                enabled,
                "lkp_abcd",
                "wxyz",
                NOW,
                NOW.plus(10),
                null,
                grace.map(|s| NOW.plus(s)),
                null,
                null,
                null,
                null,
                null,
                1
            ]);
            json!([[held, token], [NOW, used_from]]).to_string()
        };
        let at = |seconds: i64, text: &str| lookup.caller(text, NOW.plus(seconds)).unwrap();
        let state = |caller: &MachineCaller| caller.credential.state;

        let first = at(0, &text(1, Some(5), "192.0.2.1"));
        let again = at(4, &text(1, Some(5), "192.0.2.2"));
        assert!(Arc::ptr_eq(&first.machine, &again.machine));
        assert_eq!(again.last_use.ip.as_deref(), Some("192.0.2.2"));
        let token = |caller: &MachineCaller| caller.token().unwrap().0.clone();
        assert_eq!(token(&again).in_grace_until, Some(NOW.plus(5)));
        assert_eq!(token(&at(5, &text(1, Some(5), ""))).in_grace_until, None);

        assert_eq!(state(&at(6, &text(0, None, ""))), State::Disabled);
        assert_eq!(state(&at(6, &text(1, None, ""))), State::Good);
        assert_eq!(state(&at(9, &text(1, None, ""))), State::Good);
        assert_eq!(state(&at(10, &text(1, None, ""))), State::Expired);
    }
}
