//! The lookups behind every call, and what they note about sessions.

use super::{Grant, Owner, machine::Replaced};
use crate::{
    db::{Db, Joined, Statement},
    error::{Error, Result},
    secret::Digest,
    tokens::{self, TokenRow},
    users::UserRow,
};
use contract::{
    allowlist::Allowlist,
    ids::{InvitationId, RoleId, ServiceAccountId, SessionId, TenantId, TokenId, UserId},
    roles::parse_permissions,
    scopes::ScopeSet,
    time::Timestamp,
    tokens::{Token, TokenOwner},
    users::User,
};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::{cell::RefCell, collections::HashMap, sync::Arc, thread::LocalKey};

/// A session as it is kept.
pub struct FoundSession {
    pub id: SessionId,
    pub tenant: TenantId,
    pub tenant_name: String,
    pub user: User,
    pub user_version: u32,
    pub grant: Grant,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
    pub stepped_up_at: Timestamp,
    /// Whether the second factor is still missing.
    pub half: bool,
}

/// A token as it is kept, with what its owner may do.
pub struct FoundToken {
    pub tenant: TenantId,
    pub token: Token,
    /// Whether its owner is active or enabled.
    pub owner_on: bool,
    pub grant: Grant,
    /// Its own list of addresses, and that of the service account behind it.
    pub allowlists: [Arc<Allowlist>; 2],
    /// Its own one, if that is observed only.
    pub observed: Option<Arc<Allowlist>>,
    /// Of a pair: when the secret itself is over.
    pub access_until: Option<Timestamp>,
}

/// A service account as it is kept, with what its role allows.
pub struct FoundAccount {
    pub tenant: TenantId,
    pub id: ServiceAccountId,
    pub name: String,
    /// Whether it is enabled.
    pub on: bool,
    pub grant: Grant,
    pub allowlists: [Arc<Allowlist>; 2],
}

/// What some text says that is kept. Machines come again and again, so an isolate reads each text once.
fn remembered<T: Clone>(
    known: &'static LocalKey<RefCell<HashMap<String, T>>>,
    text: &str,
    read: impl FnOnce() -> Result<T, String>,
) -> Result<T> {
    /// So many texts are remembered.
    const MOST: usize = 1_000;
    known.with_borrow_mut(|known| {
        if let Some(value) = known.get(text) {
            return Ok(value.clone());
        }
        let value = read().map_err(Error::Internal)?;
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(text.to_owned(), value.clone());
        Ok(value)
    })
}

/// What a role allows. A permission or scope that this version does not know is a failure of ours, never a grant.
fn grant(permissions: &str, scopes: &str) -> Result<Grant> {
    thread_local! {
        static GRANTS: RefCell<HashMap<String, Grant>> = RefCell::default();
    }
    remembered(&GRANTS, &[permissions, scopes].join("\n"), || {
        Ok(Grant {
            permissions: parse_permissions(permissions)?,
            scopes: ScopeSet::parse(scopes)?,
        })
    })
}

/// A list of addresses.
pub(super) fn allowlist(text: &str) -> Result<Arc<Allowlist>> {
    thread_local! {
        static LISTS: RefCell<HashMap<String, Arc<Allowlist>>> = RefCell::default();
    }
    remembered(&LISTS, text, || Allowlist::parse(text).map(Arc::new))
}

/// The list of a token by which it is refused, and the one by which that is only tried out.
pub(super) fn own_allowlist(token: &TokenRow) -> Result<(Arc<Allowlist>, Option<Arc<Allowlist>>)> {
    let list = allowlist(&token.ip_allowlist)?;
    Ok(if token.ip_allowlist_observed == 1 {
        (Arc::default(), Some(list))
    } else {
        (list, None)
    })
}

pub(super) async fn find_session(db: &Db, digest: &Digest) -> Result<Option<FoundSession>> {
    #[derive(Deserialize)]
    struct Row {
        session_id: SessionId,
        tenant_id: TenantId,
        tenant_name: String,
        session_created_at: Timestamp,
        session_last_seen_at: Timestamp,
        stepped_up_at: Timestamp,
        half: u8,
        permissions: String,
        role_scopes: String,
    }
    let row: Option<Joined<Row, UserRow>> = db
        .first(Statement::new(
            "SELECT s.id AS session_id, s.tenant_id, t.name AS tenant_name, s.created_at AS session_created_at,
                    s.last_seen_at AS session_last_seen_at, s.stepped_up_at, s.half, r.permissions, r.scopes AS role_scopes,
                    u.id, u.email, u.first_name, u.last_name, u.phone, u.time_zone, u.active, u.created_at,
                    u.last_seen_at, u.version, u.mfa_enabled, u.photo_hash, r.id AS role_id, r.name AS role_name
             FROM sessions s
             JOIN users u ON u.id = s.user_id AND u.tenant_id = s.tenant_id
             JOIN roles r ON r.id = u.role_id AND r.tenant_id = s.tenant_id
             JOIN tenants t ON t.id = s.tenant_id
             WHERE s.digest = ?1",
            [digest],
        ))
        .await?;
    let read = |Joined(row, user): Joined<Row, UserRow>| {
        Ok(FoundSession {
            id: row.session_id,
            tenant: row.tenant_id,
            tenant_name: row.tenant_name,
            grant: grant(&row.permissions, &row.role_scopes)?,
            user_version: user.version(),
            user: user.into(),
            created_at: row.session_created_at,
            last_seen_at: row.session_last_seen_at,
            stepped_up_at: row.stepped_up_at,
            half: row.half == 1,
        })
    };
    row.map(read).transpose()
}

/// Whoever a token acts for.
#[derive(Deserialize)]
pub(super) struct HeldRow {
    tenant_id: TenantId,
    owner_on: u8,
    account_ip_allowlist: String,
    access_until: Option<Timestamp>,
    permissions: String,
    role_scopes: String,
}

/// A token with whoever it acts for; with its [`LastUse`], the column `text` of `checked_access_tokens`.
#[derive(Deserialize)]
pub(super) struct FoundTokenRow(HeldRow, TokenRow);

impl FoundTokenRow {
    pub fn read(self, now: Timestamp) -> Result<FoundToken> {
        let Self(held, token) = self;
        let (own, observed) = own_allowlist(&token)?;
        Ok(FoundToken {
            allowlists: [own, allowlist(&held.account_ip_allowlist)?],
            observed,
            tenant: held.tenant_id,
            owner_on: held.owner_on == 1,
            grant: grant(&held.permissions, &held.role_scopes)?,
            access_until: held.access_until,
            token: token.read(now)?,
        })
    }
}

/// When a token was last used, and from where, as far as that is known.
#[derive(Default, Deserialize)]
pub struct LastUse {
    pub at: Option<Timestamp>,
    pub ip: Option<String>,
}

/// The token that has this secret now: a [`FoundTokenRow`] and its [`LastUse`] for [`Db::first_text`].
pub(super) fn find_token(digest: &Digest) -> Statement {
    Statement::new(
        "SELECT text FROM checked_access_tokens WHERE digest = ?1",
        [digest],
    )
}

/// The token that had this secret before, and until when that was good.
pub(super) async fn find_retired(
    db: &Db,
    digest: &Digest,
    now: Timestamp,
) -> Result<Option<(FoundToken, LastUse, Replaced)>> {
    let row: Option<(Timestamp, String, (FoundTokenRow, LastUse))> = db
        .first_as_text(Statement::new(
            "SELECT json_array(s.until, s.last_four, json(t.text)) AS text
             FROM retired_secrets s JOIN checked_access_tokens t ON t.id = s.token_id AND t.tenant_id = s.tenant_id
             WHERE s.digest = ?1 AND s.role = 'access'",
            [digest],
        ))
        .await?;
    row.map(|(until, last_four, (token, last_use))| {
        Ok((token.read(now)?, last_use, Replaced { until, last_four }))
    })
    .transpose()
}

#[derive(Deserialize)]
pub(super) struct AccountRow {
    tenant_id: TenantId,
    id: ServiceAccountId,
    name: String,
    enabled: u8,
    ip_allowlist: String,
    permissions: String,
    role_scopes: String,
}

impl AccountRow {
    fn read(self) -> Result<FoundAccount> {
        Ok(FoundAccount {
            tenant: self.tenant_id,
            id: self.id,
            name: self.name,
            on: self.enabled == 1,
            grant: grant(&self.permissions, &self.role_scopes)?,
            allowlists: [allowlist(&self.ip_allowlist)?, Arc::default()],
        })
    }
}

/// A service account by its pair: until when that is good, if it is the one before. The column `text` of `checked_pairs`.
#[derive(Deserialize)]
pub(super) struct PairRow(Option<Timestamp>, AccountRow);

impl PairRow {
    pub fn read(self) -> Result<(FoundAccount, Option<Timestamp>)> {
        Ok((self.1.read()?, self.0))
    }
}

/// The service account with this pair: a [`PairRow`] for [`Db::first_text`].
pub(super) fn find_pair(api_key: &str, secret: &Digest) -> Statement {
    // The secret finds the row, by its keyed hash; the key is no secret and only has to fit.
    Statement::new(
        "SELECT text FROM checked_pairs WHERE digest = ?1 AND api_key = ?2",
        [secret, &api_key],
    )
}

/// A service account by an OAuth token, whose scopes and end come first: the column `text` of `checked_oauth_tokens`.
#[derive(Deserialize)]
pub(super) struct OAuthRow(String, Timestamp, AccountRow);

impl OAuthRow {
    /// The account, the token's scopes, and its end.
    pub fn read(self) -> Result<(FoundAccount, ScopeSet, Timestamp)> {
        let Self(scopes, expires_at, account) = self;
        let scopes = ScopeSet::parse(&scopes).map_err(Error::Internal)?;
        Ok((account.read()?, scopes, expires_at))
    }
}

/// The service account with this OAuth token: an [`OAuthRow`] for [`Db::first_text`].
pub(super) fn find_oauth_token(digest: &Digest) -> Statement {
    Statement::new(
        "SELECT text FROM checked_oauth_tokens WHERE digest = ?1",
        [digest],
    )
}

/// A token found by what renews it.
#[derive(Deserialize)]
pub(super) struct RenewableRow {
    pub tenant_id: TenantId,
    pub owner_on: u8,
    /// Whether the refresh token is the present one.
    pub present: u8,
    /// Whether the access token that came along is the present one or, beside a refresh token of before, one of before.
    pub access_fits: u8,
    /// Nothing of a token that has no pair any more.
    pub access_until: Option<Timestamp>,
    /// One entry a line.
    pub account_ip_allowlist: String,
    #[serde(flatten)]
    pub token: TokenRow,
}

/// The token that a pair renews or once renewed. It takes no key, since the pair is what proves the right.
pub(super) fn find_renewable(refresh: &Digest, access: &Digest) -> Statement {
    Statement::new(
        "SELECT t.tenant_id, t.owner_on, t.refresh_digest IS ?1 AS present,
                t.digest = ?2 OR t.refresh_digest IS NOT ?1
                              AND EXISTS (SELECT 1 FROM retired_secrets s WHERE s.digest = ?2 AND s.token_id = t.id) AS access_fits,
                t.access_until, t.account_ip_allowlist, t.id, t.user_id, t.service_account_id, t.owner_name, t.kind, t.name,
                t.description, t.scopes, t.allowed_endpoints, t.ip_allowlist, t.ip_allowlist_observed,
                t.enabled, t.prefix, t.last_four, t.created_at, t.renewable_until, t.expires_at,
                t.in_grace_until, t.last_used_at, t.last_used_ip, t.revoked_at, t.revoked_by, t.revoke_reason, t.version
         FROM held_tokens t
         WHERE t.id = coalesce((SELECT id FROM tokens WHERE refresh_digest = ?1),
                               (SELECT token_id FROM retired_secrets WHERE digest = ?1 AND role = 'refresh'))",
        [refresh, access],
    )
}

/// Notes that a session and its person are there.
pub(super) fn session_seen(owner: &Owner, id: &SessionId, now: Timestamp) -> [Statement; 2] {
    [
        Statement::new(
            "UPDATE sessions SET last_seen_at = ?3 WHERE id = ?1 AND tenant_id = ?2",
            [id, owner.tenant(), &now],
        ),
        Statement::new(
            "UPDATE users SET last_seen_at = ?3 WHERE id = ?1 AND tenant_id = ?2",
            [owner.user(), owner.tenant(), &now],
        ),
    ]
}

/// What two lookups at once found: a pair or an OAuth token that asks, and a token or an OAuth token that is asked about.
#[derive(Deserialize)]
pub(super) struct TwoRows<'a>(
    #[serde(borrow)] pub Option<&'a RawValue>,
    pub Option<&'a RawValue>,
    pub Option<&'a RawValue>,
    pub Option<&'a RawValue>,
);

/// The digests of credentials of which one asks about another; those that it is not about are left out.
#[derive(Default)]
pub(super) struct TwoDigests<'a> {
    pub asking_pair: Option<(&'a str, &'a Digest)>,
    pub asking_oauth: Option<&'a Digest>,
    pub token: Option<&'a Digest>,
    pub oauth: Option<&'a Digest>,
}

/// Both in one statement rather than a transaction of two: [`TwoRows`] for [`Db::first_text`].
pub(super) fn find_two(digests: &TwoDigests) -> Statement {
    let (api_key, secret) = digests.asking_pair.unzip();
    Statement::new(
        "SELECT '[' || coalesce((SELECT text FROM checked_pairs WHERE digest = ?1 AND api_key = ?2), 'null')
             || ',' || coalesce((SELECT text FROM checked_oauth_tokens WHERE digest = ?3), 'null')
             || ',' || coalesce((SELECT text FROM checked_access_tokens WHERE digest = ?4), 'null')
             || ',' || coalesce((SELECT text FROM checked_oauth_tokens WHERE digest = ?5), 'null') || ']' AS text",
        [
            &secret,
            &api_key,
            &digests.asking_oauth,
            &digests.token,
            &digests.oauth,
        ],
    )
}

/// Moves the confirmation of a session along.
pub(super) fn step_up_again(owner: &Owner, id: &SessionId, now: Timestamp) -> Statement {
    Statement::new(
        "UPDATE sessions SET stepped_up_at = ?3 WHERE id = ?1 AND tenant_id = ?2",
        [id, owner.tenant(), &now],
    )
}

/// A link to set a new password, with whose it is.
#[derive(Deserialize)]
pub(super) struct ResetRow {
    pub tenant_id: TenantId,
    pub tenant_name: String,
    #[serde(flatten)]
    pub user: UserRow,
}

pub(super) fn find_reset(digest: &Digest, now: Timestamp) -> Statement {
    Statement::new(
        "SELECT u.tenant_id, t.name AS tenant_name, u.id, u.email, u.first_name, u.last_name, u.phone, u.time_zone,
                u.active, u.created_at, u.last_seen_at, u.version, u.mfa_enabled, u.photo_hash, r.id AS role_id, r.name AS role_name
         FROM password_resets p
         JOIN users u ON u.id = p.user_id AND u.tenant_id = p.tenant_id
         JOIN roles r ON r.id = u.role_id AND r.tenant_id = u.tenant_id
         JOIN tenants t ON t.id = u.tenant_id
         WHERE p.digest = ?1 AND p.expires_at > ?2 AND u.active = 1",
        [digest, &now],
    )
}

/// An invitation, with where it leads.
#[derive(Deserialize)]
pub(super) struct InvitationRow {
    pub id: InvitationId,
    pub tenant_id: TenantId,
    pub tenant_name: String,
    pub email: String,
    pub role_id: RoleId,
    pub role_name: String,
    pub invited_by: String,
    pub inviter_id: Option<UserId>,
    pub expires_at: Timestamp,
}

pub(super) fn find_invitation(digest: &Digest, now: Timestamp) -> Statement {
    Statement::new(
        "SELECT i.id, i.tenant_id, t.name AS tenant_name, i.email, i.role_id, r.name AS role_name, i.invited_by, i.inviter_id, i.expires_at
         FROM invitations i
         JOIN tenants t ON t.id = i.tenant_id
         JOIN roles r ON r.id = i.role_id AND r.tenant_id = i.tenant_id
         WHERE i.digest = ?1 AND i.expires_at > ?2",
        [digest, &now],
    )
}

/// A change of address, with whose it is.
#[derive(Deserialize)]
pub(super) struct EmailChangeRow {
    pub tenant_id: TenantId,
    pub user_id: UserId,
    pub user_name: String,
    pub old_email: String,
    pub new_email: String,
    /// Whether the new address was confirmed.
    pub confirmed: u8,
}

pub(super) fn find_email_confirmation(digest: &Digest, now: Timestamp) -> Statement {
    Statement::new(
        "SELECT e.tenant_id, e.user_id, u.first_name || ' ' || u.last_name AS user_name, e.old_email, e.new_email,
                0 AS confirmed
         FROM email_changes e JOIN users u ON u.id = e.user_id AND u.tenant_id = e.tenant_id
         WHERE e.confirm_digest = ?1 AND e.confirm_until > ?2 AND u.active = 1",
        [digest, &now],
    )
}

pub(super) fn find_email_undo(digest: &Digest, now: Timestamp) -> Statement {
    Statement::new(
        "SELECT e.tenant_id, e.user_id, u.first_name || ' ' || u.last_name AS user_name, e.old_email, e.new_email,
                e.confirm_digest IS NULL AS confirmed
         FROM email_changes e JOIN users u ON u.id = e.user_id AND u.tenant_id = e.tenant_id
         WHERE e.undo_digest = ?1 AND e.undo_until > ?2",
        [digest, &now],
    )
}

/// A token of which a secret was found.
#[derive(Deserialize)]
pub(super) struct LeakedTokenRow {
    pub tenant_id: TenantId,
    pub id: TokenId,
    user_id: Option<UserId>,
    service_account_id: Option<ServiceAccountId>,
    owner_name: String,
    pub name: String,
}

impl LeakedTokenRow {
    pub fn owner(&self) -> Result<TokenOwner> {
        tokens::owner(
            self.user_id.as_ref(),
            self.service_account_id.as_ref(),
            &self.owner_name,
        )
    }
}

/// A service account of which a secret was found.
#[derive(Deserialize)]
pub(super) struct LeakedAccountRow {
    pub tenant_id: TenantId,
    pub id: ServiceAccountId,
    pub name: String,
    /// Whether it was the secret of its pair.
    pub by_pair: u8,
}

/// A session of which the cookie was found.
#[derive(Deserialize)]
pub(super) struct LeakedSessionRow {
    pub tenant_id: TenantId,
    pub user_id: UserId,
    pub id: SessionId,
}

/// What these digests, a JSON array, open. It takes no key, since the secrets are what proves the right.
pub(super) fn find_leaked(digests: &str, now: Timestamp) -> [Statement; 3] {
    [
        Statement::new(
            "SELECT tenant_id, id, user_id, service_account_id, owner_name, name FROM held_tokens
             WHERE revoked_at IS NULL
               AND id IN (SELECT id FROM tokens WHERE digest IN (SELECT value FROM json_each(?1))
                          UNION SELECT id FROM tokens WHERE refresh_digest IN (SELECT value FROM json_each(?1))
                          UNION SELECT token_id FROM retired_secrets
                                WHERE digest IN (SELECT value FROM json_each(?1)) AND role = 'access' AND until > ?2)",
            [&digests, &now],
        ),
        Statement::new(
            "SELECT tenant_id, id, name, 1 AS by_pair FROM service_accounts
             WHERE secret_digest IN (SELECT value FROM json_each(?1)) AND deleted_at IS NULL
             UNION ALL
             SELECT tenant_id, id, name, 1 FROM service_accounts
             WHERE old_secret_digest IN (SELECT value FROM json_each(?1)) AND old_until > ?2 AND deleted_at IS NULL
             UNION ALL
             SELECT s.tenant_id, s.id, s.name, 0
             FROM oauth_tokens o JOIN service_accounts s ON s.id = o.service_account_id AND s.tenant_id = o.tenant_id
             WHERE o.digest IN (SELECT value FROM json_each(?1)) AND o.expires_at > ?2",
            [&digests, &now],
        ),
        Statement::new(
            "SELECT tenant_id, user_id, id FROM sessions WHERE digest IN (SELECT value FROM json_each(?1))",
            [&digests],
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::{
        Deserializer,
        de::{DeserializeOwned, Visitor},
        forward_to_deserialize_any,
    };

    /// Notes the names of the fields that a struct asks for.
    struct Fields<'a>(&'a mut Vec<&'static str>);

    impl<'de> Deserializer<'de> for Fields<'_> {
        type Error = serde_json::Error;

        fn deserialize_struct<V: Visitor<'de>>(
            self,
            _name: &str,
            fields: &'static [&'static str],
            _visitor: V,
        ) -> Result<V::Value, Self::Error> {
            *self.0 = fields.to_vec();
            Err(serde::de::Error::custom("noted"))
        }

        fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Self::Error> {
            Err(serde::de::Error::custom("no struct"))
        }

        forward_to_deserialize_any! {
            bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct
            newtype_struct seq tuple tuple_struct map enum identifier ignored_any
        }
    }

    fn fields<T: DeserializeOwned>() -> Vec<&'static str> {
        let mut names = vec![];
        assert!(T::deserialize(Fields(&mut names)).is_err());
        names
    }

    #[test]
    fn the_views_tell_columns_in_the_order_of_the_fields_that_they_are_read_into() {
        let tokens = include_str!("../../migrations/0032_checked_access_tokens.sql");
        let accounts = include_str!("../../migrations/0030_checked_credentials.sql");
        let (_, accounts) = accounts.split_once("checked_accounts").unwrap();
        // Of all lists, those of a whole struct.
        let field = |column: &'static str| match column.trim() {
            "r.scopes" => "role_scopes",
            column => column.split_once('.').map_or(column, |(_, name)| name),
        };
        let but_last_use = |field: &'static str| match field {
            "last_used_at" | "last_used_ip" => "NULL",
            field => field,
        };
        let told: Vec<Vec<_>> = [tokens, accounts]
            .into_iter()
            .flat_map(|views: &'static str| views.split("json_array("))
            .filter_map(|rest| rest.split_once(')'))
            .filter(|(list, _)| list.contains("tenant_id") || list.contains("prefix"))
            .map(|(list, _)| list.split(',').map(field).collect())
            .collect();
        assert_eq!(
            told,
            [
                fields::<HeldRow>(),
                fields::<TokenRow>().into_iter().map(but_last_use).collect(),
                fields::<AccountRow>()
            ]
        );
    }

    #[test]
    fn what_a_role_allows_is_read_once_and_what_is_unknown_is_never_remembered() {
        let known = grant("api_access", "backups:read").unwrap();
        assert_eq!(grant("api_access", "backups:read").unwrap(), known);
        assert_ne!(grant("api_access", "backups:write").unwrap(), known);
        for _ in 0..2 {
            assert!(grant("api_access", "backups:fly").is_err());
            assert!(grant("fly", "backups:read").is_err());
        }
    }
}
