//! Statements about service accounts.

use crate::{
    auth::Tenant,
    db::{Bind, Db, Statement},
    error::Result,
    oauth,
    order::{Order, Way},
    secret::Digest,
};
use contract::{
    ids::{RoleId, ServiceAccountId, UserId},
    roles::{Permission, RoleRef, parse_permissions},
    service_accounts::{OldPair, OwnerRef, ServiceAccount},
    time::Timestamp,
};
use serde::Deserialize;

/// The columns of a service account, with the names of its role and owner. The digests are not among them.
#[derive(Deserialize)]
pub(super) struct Row {
    id: ServiceAccountId,
    name: String,
    description: Option<String>,
    role_id: RoleId,
    role_name: String,
    permissions: String,
    owner_id: Option<UserId>,
    owner_name: Option<String>,
    enabled: u8,
    ip_allowlist: String,
    api_key: String,
    key_created_at: Timestamp,
    secret_revoked_at: Option<Timestamp>,
    old_api_key: Option<String>,
    old_until: Option<Timestamp>,
    old_last_used_at: Option<Timestamp>,
    old_last_used_ip: Option<String>,
    old_last_agent: Option<String>,
    last_used_at: Option<Timestamp>,
    last_used_ip: Option<String>,
    updated_at: Timestamp,
    created_at: Timestamp,
    /// How often it was changed.
    pub version: u32,
}

impl Row {
    /// The account as it is at `now`.
    pub fn read(self, now: Timestamp) -> Result<ServiceAccount> {
        let permissions =
            parse_permissions(&self.permissions).map_err(crate::error::Error::Internal)?;
        let old_pair = self
            .old_api_key
            .zip(self.old_until.filter(|until| *until > now));
        Ok(ServiceAccount {
            id: self.id,
            name: self.name,
            description: self.description,
            role: RoleRef {
                id: self.role_id,
                name: self.role_name,
            },
            role_has_api_access: permissions.contains(&Permission::ApiAccess),
            owner: self
                .owner_id
                .zip(self.owner_name)
                .map(|(id, name)| OwnerRef { id, name }),
            enabled: self.enabled == 1,
            api_key: self.api_key,
            key_created_at: self.key_created_at,
            secret_revoked: self.secret_revoked_at.is_some(),
            old_pair: old_pair.map(|(api_key, until)| OldPair {
                api_key,
                until,
                last_used_at: self.old_last_used_at,
                last_used_ip: self.old_last_used_ip,
                last_used_agent: self.old_last_agent,
            }),
            last_used_at: self.last_used_at,
            last_used_ip: self.last_used_ip,
            updated_at: self.updated_at,
            created_at: self.created_at,
            ip_allowlist: self.ip_allowlist.lines().map(str::to_owned).collect(),
        })
    }
}

/// By what service accounts are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Name,
    Created,
    /// What was never used comes before every time.
    LastUsed,
}

impl Key {
    /// Every key by its name.
    pub const ALL: [(&str, Self); 3] = [
        ("name", Self::Name),
        ("created", Self::Created),
        ("last_used", Self::LastUsed),
    ];
}

/// What a list is narrowed to, and its order.
pub(super) struct Wanted<'a> {
    pub order: Order<Key>,
    /// Part of a name, in small letters.
    pub search: &'a str,
    pub enabled: Option<bool>,
    pub role: Option<&'a RoleId>,
    /// Who looks after it.
    pub owner: Option<&'a UserId>,
    pub after: Option<&'a ServiceAccountId>,
    pub rows: u32,
}

/// One page.
pub(super) async fn list(db: &Db, tenant: &Tenant, wanted: &Wanted<'_>) -> Result<Vec<Row>> {
    let Order(_, way) = wanted.order;
    let values: [&dyn Bind; 7] = [
        tenant,
        &way.start(wanted.after.map(ServiceAccountId::as_str)),
        &wanted.search,
        &wanted.enabled,
        &wanted.role,
        &wanted.owner,
        &wanted.rows,
    ];
    db.all(match wanted.order {
        Order(Key::Created, Way::Up) => Statement::new(
            "SELECT * FROM shown_service_accounts s
             WHERE s.tenant_id = ?1 AND s.deleted_at IS NULL AND s.id > ?2
               AND instr(s.name_key, ?3) > 0
               AND (?4 IS NULL OR s.enabled = ?4) AND (?5 IS NULL OR s.role_id = ?5) AND (?6 IS NULL OR s.owner_id = ?6)
             ORDER BY s.id LIMIT ?7",
            values,
        ),
        Order(Key::Created, Way::Down) => Statement::new(
            "SELECT * FROM shown_service_accounts s
             WHERE s.tenant_id = ?1 AND s.deleted_at IS NULL AND s.id < ?2
               AND instr(s.name_key, ?3) > 0
               AND (?4 IS NULL OR s.enabled = ?4) AND (?5 IS NULL OR s.role_id = ?5) AND (?6 IS NULL OR s.owner_id = ?6)
             ORDER BY s.id DESC LIMIT ?7",
            values,
        ),
        Order(Key::Name, Way::Up) => Statement::new(
            "SELECT * FROM shown_service_accounts s
             WHERE s.tenant_id = ?1 AND s.deleted_at IS NULL
               AND (s.name_key, s.id) >
                   (coalesce((SELECT name_key FROM service_accounts WHERE id = ?2 AND tenant_id = ?1), ''), ?2)
               AND instr(s.name_key, ?3) > 0
               AND (?4 IS NULL OR s.enabled = ?4) AND (?5 IS NULL OR s.role_id = ?5) AND (?6 IS NULL OR s.owner_id = ?6)
             ORDER BY s.name_key, s.id LIMIT ?7",
            values,
        ),
        Order(Key::Name, Way::Down) => Statement::new(
            "SELECT * FROM shown_service_accounts s
             WHERE s.tenant_id = ?1 AND s.deleted_at IS NULL
               AND (s.name_key, s.id) <
                   (coalesce((SELECT name_key FROM service_accounts WHERE id = ?2 AND tenant_id = ?1), char(1114111)), ?2)
               AND instr(s.name_key, ?3) > 0
               AND (?4 IS NULL OR s.enabled = ?4) AND (?5 IS NULL OR s.role_id = ?5) AND (?6 IS NULL OR s.owner_id = ?6)
             ORDER BY s.name_key DESC, s.id DESC LIMIT ?7",
            values,
        ),
        Order(Key::LastUsed, Way::Up) => Statement::new(
            "SELECT * FROM shown_service_accounts s
             WHERE s.tenant_id = ?1 AND s.deleted_at IS NULL
               AND (coalesce(s.last_used_at, ''), s.id) >
                   (coalesce((SELECT coalesce(last_used_at, '') FROM service_accounts WHERE id = ?2 AND tenant_id = ?1), ''), ?2)
               AND instr(s.name_key, ?3) > 0
               AND (?4 IS NULL OR s.enabled = ?4) AND (?5 IS NULL OR s.role_id = ?5) AND (?6 IS NULL OR s.owner_id = ?6)
             ORDER BY coalesce(s.last_used_at, ''), s.id LIMIT ?7",
            values,
        ),
        Order(Key::LastUsed, Way::Down) => Statement::new(
            "SELECT * FROM shown_service_accounts s
             WHERE s.tenant_id = ?1 AND s.deleted_at IS NULL
               AND (coalesce(s.last_used_at, ''), s.id) <
                   (coalesce((SELECT coalesce(last_used_at, '') FROM service_accounts WHERE id = ?2 AND tenant_id = ?1), '~'), ?2)
               AND instr(s.name_key, ?3) > 0
               AND (?4 IS NULL OR s.enabled = ?4) AND (?5 IS NULL OR s.role_id = ?5) AND (?6 IS NULL OR s.owner_id = ?6)
             ORDER BY coalesce(s.last_used_at, '') DESC, s.id DESC LIMIT ?7",
            values,
        ),
    })
    .await
}

/// One service account.
pub(super) async fn find(db: &Db, tenant: &Tenant, id: &ServiceAccountId) -> Result<Option<Row>> {
    db.first(Statement::new(
        "SELECT * FROM shown_service_accounts s
         WHERE s.id = ?1 AND s.tenant_id = ?2 AND s.deleted_at IS NULL",
        [id, tenant],
    ))
    .await
}

/// Adds one, unless its role has lost API access or its owner has gone in the meantime.
pub(super) fn insert(
    tenant: &Tenant,
    account: &ServiceAccount,
    name_key: &str,
    secret: &Digest,
) -> Statement {
    Statement::new(
        "INSERT INTO service_accounts (id, tenant_id, name, name_key, description, role_id, owner_id, ip_allowlist, api_key,
                                       secret_digest, key_created_at, created_at, updated_at)
         SELECT ?1, r.tenant_id, ?3, ?4, ?5, r.id, u.id, ?8, ?9, ?10, ?11, ?11, ?11
         FROM roles r JOIN users u ON u.tenant_id = r.tenant_id
         WHERE r.id = ?6 AND r.tenant_id = ?2 AND instr(' ' || r.permissions || ' ', ' api_access ') > 0
           AND u.id = ?7 AND u.active = 1",
        [
            &account.id,
            tenant,
            &account.name,
            &name_key,
            &account.description,
            &account.role.id,
            &account.owner.as_ref().map(|owner| &owner.id),
            &account.ip_allowlist.join("\n"),
            &account.api_key,
            secret,
            &account.created_at,
        ],
    )
}

/// Writes an edited one down, unless it was changed since it was read at `version`. A role or an owner that is new to it
/// is held to the rules of [`insert`].
pub(super) fn update(tenant: &Tenant, account: &ServiceAccount, version: u32) -> Statement {
    Statement::new(
        "UPDATE service_accounts
         SET description = ?3, role_id = ?4, owner_id = ?5, ip_allowlist = ?6, enabled = ?7, updated_at = ?8,
             version = version + 1
         WHERE id = ?1 AND tenant_id = ?2 AND version = ?9 AND deleted_at IS NULL
           AND (role_id = ?4 OR EXISTS (SELECT 1 FROM roles r WHERE r.id = ?4 AND r.tenant_id = ?2
                                          AND instr(' ' || r.permissions || ' ', ' api_access ') > 0))
           AND (owner_id IS ?5 OR EXISTS (SELECT 1 FROM users u WHERE u.id = ?5 AND u.tenant_id = ?2 AND u.active = 1))",
        [
            &account.id,
            tenant,
            &account.description,
            &account.role.id,
            &account.owner.as_ref().map(|owner| &owner.id),
            &account.ip_allowlist.join("\n"),
            &account.enabled,
            &account.updated_at,
            &version,
        ],
    )
}

/// A pair that takes the place of another.
pub(super) struct NewPair<'a> {
    pub api_key: &'a str,
    pub secret: &'a Digest,
    /// Until when the one before is good.
    pub old_until: Timestamp,
    pub version: u32,
    pub now: Timestamp,
}

/// Puts a new pair in place, and ends what the old one brought forth when its own time is over.
pub(super) fn replace_pair(
    tenant: &Tenant,
    id: &ServiceAccountId,
    pair: &NewPair,
) -> [Statement; 2] {
    [
        Statement::new(
            "UPDATE oauth_tokens SET expires_at = min(expires_at, ?3)
             WHERE service_account_id = ?1 AND tenant_id = ?2
               AND EXISTS (SELECT 1 FROM service_accounts s WHERE s.id = ?1 AND s.tenant_id = ?2 AND s.version = ?4)",
            [id, tenant, &pair.old_until, &pair.version],
        ),
        // A secret that somebody else has found gets no grace. Any other stays known, to be told that it was replaced.
        Statement::new(
            "UPDATE service_accounts
             SET old_api_key = iif(secret_revoked_at IS NULL, api_key, NULL),
                 old_secret_digest = iif(secret_revoked_at IS NULL, secret_digest, NULL),
                 old_until = iif(secret_revoked_at IS NULL, ?3, NULL),
                 old_last_used_at = NULL, old_last_used_ip = NULL, old_last_agent = NULL,
                 api_key = ?5, secret_digest = ?6, key_created_at = ?4, secret_revoked_at = NULL, updated_at = ?4,
                 version = version + 1
             WHERE id = ?1 AND tenant_id = ?2 AND version = ?7 AND deleted_at IS NULL",
            [
                id,
                tenant,
                &pair.old_until,
                &pair.now,
                &pair.api_key,
                pair.secret,
                &pair.version,
            ],
        ),
    ]
}

/// Ends the grace of the pair before, and what that brought forth.
pub(super) fn end_grace(tenant: &Tenant, id: &ServiceAccountId, now: Timestamp) -> [Statement; 2] {
    let end = Statement::new(
        "UPDATE service_accounts SET old_until = ?3, updated_at = ?3, version = version + 1
         WHERE id = ?1 AND tenant_id = ?2 AND old_until > ?3 AND deleted_at IS NULL",
        [id, tenant, &now],
    );
    // One that does not tell its pair may be of the old one.
    let revoke = Statement::new(
        "DELETE FROM oauth_tokens
         WHERE service_account_id = ?1 AND tenant_id = ?2
           AND EXISTS (SELECT 1 FROM service_accounts s
                       WHERE s.id = ?1 AND s.tenant_id = ?2 AND s.old_until > ?3 AND s.deleted_at IS NULL
                         AND coalesce(oauth_tokens.api_key, s.old_api_key) = s.old_api_key)",
        [id, tenant, &now],
    );
    [revoke, end]
}

/// Takes an account away, with all that it signs in with. Its name stays taken.
pub(super) fn delete(tenant: &Tenant, id: &ServiceAccountId, now: Timestamp) -> [Statement; 2] {
    [
        oauth::revoke_all(tenant, id),
        Statement::new(
            "UPDATE service_accounts
             SET deleted_at = ?3, updated_at = ?3, enabled = 0, secret_digest = hex(randomblob(32)), old_api_key = NULL,
                 old_secret_digest = NULL, old_until = NULL, version = version + 1
             WHERE id = ?1 AND tenant_id = ?2 AND deleted_at IS NULL",
            [id, tenant, &now],
        ),
    ]
}

/// Ends a secret that somebody has found: pairs and all that they brought forth.
pub fn revoke_secret(tenant: &Tenant, id: &ServiceAccountId, now: Timestamp) -> [Statement; 2] {
    [
        oauth::revoke_all(tenant, id),
        Statement::new(
            "UPDATE service_accounts
             SET secret_revoked_at = ?3, updated_at = ?3, secret_digest = hex(randomblob(32)), old_api_key = NULL,
                 old_secret_digest = NULL, old_until = NULL, version = version + 1
             WHERE id = ?1 AND tenant_id = ?2 AND deleted_at IS NULL",
            [id, tenant, &now],
        ),
    ]
}
