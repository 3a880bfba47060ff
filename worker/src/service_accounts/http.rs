//! Routes about service accounts.

use super::store;
use crate::{
    audit,
    auth::{
        Authorized, SessionCaller, Tenant, full_name,
        rights::{IssueCredentials, ManageServiceAccounts},
    },
    call::{self, Call},
    db::changed,
    entity_tag::{IfMatch, tagged},
    error::{Error, Result},
    extract::{Checked, Query, Segment},
    idempotency::{Attempted, Repeatable},
    order::{Order, Way},
    outbox::{Message, letters},
    roles,
    secret::{Prefix, Secret},
    tokens, users,
};
use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use contract::{
    allowlist::Allowlist,
    audit::Action,
    check::Invalid,
    ids::{RoleId, ServiceAccountId, UserId},
    list::List,
    notifications,
    problem::Code,
    roles::{Permission, RoleRef},
    service_accounts::{
        CreateServiceAccount, Credentials, OldPair, OwnerRef, ResetCredentials, ServiceAccount,
        UpdateServiceAccount,
    },
    users::User,
};
use serde_json::{Value, json};

/// The service accounts of the tenant, unless asked otherwise the newest first.
#[worker::send]
pub async fn list(
    Authorized { owner, .. }: Authorized<ManageServiceAccounts>,
    call: Call,
    mut query: Query,
) -> Result<Json<List<ServiceAccount>>> {
    let enabled = query.parsed("enabled", "Use true or false.", |text| text.parse().ok());
    let role = query.parsed("role", "Use the id of a role.", RoleId::parse);
    let looked_after_by = query.parsed("owner", "Use the id of a person.", UserId::parse);
    let search = query.take("search").unwrap_or_default();
    let order = query.order(&store::Key::ALL, Order(store::Key::Created, Way::Down));
    let page = query.page(ServiceAccountId::parse);
    query.finish()?;
    let wanted = store::Wanted {
        order,
        search: &tokens::name_key(&search),
        enabled,
        role: role.as_ref(),
        owner: looked_after_by.as_ref(),
        after: page.after.as_ref(),
        rows: page.rows(),
    };
    let rows = store::list(&call.db, owner.tenant(), &wanted).await?;
    let accounts: Vec<_> = rows
        .into_iter()
        .map(|row| row.read(call.now))
        .collect::<Result<_>>()?;
    Ok(Json(page.list(accounts, |account| account.id.as_str())))
}

/// One service account, with its entity tag.
#[worker::send]
pub async fn show(
    Authorized { owner, .. }: Authorized<ManageServiceAccounts>,
    call: Call,
    Segment(id): Segment,
) -> Result<Response> {
    let (version, account) = read(&call, owner.tenant(), &id).await?;
    Ok(tagged(version, account))
}

/// Makes a service account. This answer is the only one that ever tells its secret.
#[worker::send]
pub async fn create(
    Authorized {
        owner,
        actor,
        session,
        ..
    }: Authorized<IssueCredentials>,
    call: Call,
    Repeatable(new, attempt): Repeatable<CreateServiceAccount>,
) -> Result<Response> {
    if let Some(answer) = attempt.repeated(&call, &actor).await? {
        return Ok(answer);
    }
    let role = may_give(&call, &session, &new.role).await?;
    let looked_after_by = looked_after_by(&call, &session, new.owner.as_ref()).await?;
    let (key, secret) = pair()?;
    let account = ServiceAccount {
        id: ServiceAccountId::from_ulid(&call.ulid()?),
        name: new.name,
        description: new.description,
        role,
        role_has_api_access: true,
        owner: Some(looked_after_by),
        enabled: true,
        api_key: key.as_str().into(),
        key_created_at: call.now,
        secret_revoked: false,
        old_pair: None,
        last_used_at: None,
        last_used_ip: None,
        updated_at: call.now,
        created_at: call.now,
        ip_allowlist: new.ip_allowlist.entries(),
    };
    let event = audit::Event {
        changes: Some(told(&account)),
        ..about(&account, Action::ServiceAccountCreated)
    };
    let statements = vec![
        store::insert(
            owner.tenant(),
            &account,
            &tokens::name_key(&account.name),
            &call.digest(secret.as_str())?,
        ),
        audit::entry(&call, &owner, &actor, &event)?,
    ];
    let answer =
        json!({"service_account": account, "api_key": key.as_str(), "secret_already_shown": true});
    let tried = attempt
        .commit(
            &call,
            &actor,
            owner.tenant(),
            statements,
            (StatusCode::CREATED, &answer),
        )
        .await
        .map_err(|error| {
            error.when_taken(
                "service_accounts.tenant_id, service_accounts.name_key",
                "name",
                "There is, or was, a service account with this name. Choose another: names are never given twice.",
            )
        })?;
    let outcomes = match tried {
        Attempted::Done(outcomes) => outcomes,
        Attempted::Repeated(answer) => return Ok(answer),
    };
    match changed(&outcomes, 0) {
        1 => Ok(told_once(account, key, secret)),
        _ => Err(changed_meanwhile()),
    }
}

/// Edits a service account. With `If-Match`, only if it is still as it was read. What lets it do more, or from more
/// places, needs a confirmation.
#[worker::send]
pub async fn update(
    Authorized {
        owner,
        actor,
        session,
        ..
    }: Authorized<ManageServiceAccounts>,
    call: Call,
    if_match: IfMatch,
    Segment(id): Segment,
    Checked(change): Checked<UpdateServiceAccount>,
) -> Result<Response> {
    let (version, before) = read(&call, owner.tenant(), &id).await?;
    if_match.check(version, changed_since)?;
    if change.name.is_some_and(|name| name != before.name) {
        return Err(Invalid::one(
            "name",
            "The name of a service account cannot be changed: what it did is told by it.",
        )
        .into());
    }
    let list = |entries: &[String]| Allowlist::parse(&entries.join("\n")).map_err(Error::Internal);
    let mut after = before.clone();
    if let Some(id) = change.role.filter(|id| *id != before.role.id) {
        after.role = may_give(&call, &session, &id).await?;
        after.role_has_api_access = true;
    }
    if let Some(id) = change.owner {
        after.owner = Some(looked_after_by(&call, &session, Some(&id)).await?);
    }
    if let Some(description) = change.description {
        after.description = description;
    }
    if let Some(list) = change.ip_allowlist {
        after.ip_allowlist = list.entries();
    }
    after.enabled = change.enabled.unwrap_or(before.enabled);
    after.updated_at = call.now;
    let changes = audit::differences(&told(&before), &told(&after));
    if changes.is_empty() {
        return Ok(tagged(version, before));
    }
    let widens = after.role != before.role
        || after.enabled && !before.enabled
        || !list(&before.ip_allowlist)?.covers(&list(&after.ip_allowlist)?);
    if widens {
        roles::to_give(&call, &session, &after.role.id).await?;
        session.must_be_confirmed(call.now)?;
        session.confirm_again(&call);
    }
    let event = audit::Event {
        changes: Some(Value::Object(changes)),
        ..about(&after, Action::ServiceAccountUpdated)
    };
    let [updated, _] = call
        .db
        .commit([
            store::update(owner.tenant(), &after, version),
            audit::entry(&call, &owner, &actor, &event)?,
        ])
        .await?;
    if updated.changed() == 0 {
        let (now, _) = read(&call, owner.tenant(), &id).await?;
        if_match.check(now, changed_since)?;
        return Err(changed_meanwhile());
    }
    Ok(tagged(version + 1, after))
}

/// Deletes a service account: its pair, its tokens and its OAuth tokens end at once. With `If-Match`, only if it is still
/// as it was read.
#[worker::send]
pub async fn delete(
    Authorized {
        owner,
        actor,
        session,
        ..
    }: Authorized<ManageServiceAccounts>,
    call: Call,
    if_match: IfMatch,
    Segment(id): Segment,
) -> Result<StatusCode> {
    let (version, account) = read(&call, owner.tenant(), &id).await?;
    if_match.check(version, changed_since)?;
    let event = about(&account, Action::ServiceAccountDeleted);
    let holder = session
        .holder(&account.as_owner())
        .ok_or_else(|| Error::not_found("service account"))?;
    let reason = "Its service account was deleted";
    let [told, ended] = tokens::end_all(&call, &holder, &actor, reason, true)?;
    let [oauth, deleted] = store::delete(owner.tenant(), &account.id, call.now);
    let entry = audit::entry(&call, &owner, &actor, &event)?;
    let [.., deleted, _] = call.db.commit([told, ended, oauth, deleted, entry]).await?;
    match deleted.changed() {
        1 => Ok(StatusCode::NO_CONTENT),
        _ => Err(changed_meanwhile()),
    }
}

/// Replaces key and secret together. The old pair goes on working for the grace.
#[worker::send]
pub async fn reset_credentials(
    Authorized {
        owner,
        actor,
        session,
        ..
    }: Authorized<IssueCredentials>,
    call: Call,
    Segment(id): Segment,
    Repeatable(grace, attempt): Repeatable<ResetCredentials>,
) -> Result<Response> {
    if let Some(answer) = attempt.repeated(&call, &actor).await? {
        return Ok(answer);
    }
    let (version, before) = read(&call, owner.tenant(), &id).await?;
    roles::to_give(&call, &session, &before.role.id).await?;
    let (key, secret) = pair()?;
    let old_until = call.now.plus(i64::from(grace));
    let [oauth, replaced] = store::replace_pair(
        owner.tenant(),
        &before.id,
        &store::NewPair {
            api_key: key.as_str(),
            secret: &call.digest(secret.as_str())?,
            old_until,
            version,
            now: call.now,
        },
    );
    let old_pair = OldPair {
        api_key: before.api_key.clone(),
        until: old_until,
        last_used_at: None,
        last_used_ip: None,
        last_used_agent: None,
    };
    let account = ServiceAccount {
        api_key: key.as_str().into(),
        key_created_at: call.now,
        secret_revoked: false,
        // A secret that somebody has found gets no grace.
        old_pair: Some(old_pair).filter(|_| grace > 0 && !before.secret_revoked),
        updated_at: call.now,
        ..before.clone()
    };
    let event = audit::Event {
        changes: Some(json!({
            "api_key": {"from": before.api_key, "to": account.api_key},
            "old_pair_until": account.old_pair.as_ref().map(|pair| pair.until),
        })),
        ..about(&account, Action::CredentialsReset)
    };
    let statements = vec![
        oauth,
        replaced,
        audit::entry(&call, &owner, &actor, &event)?,
    ];
    let answer = json!({"service_account": account, "api_key": account.api_key, "secret_already_shown": true});
    let event = notifications::Event::CredentialsReset;
    let letter = letters::account_reset(&call, event, &account.name, &actor.name, old_until)?;
    let message = Message::about(&call, event, &letter)?;
    let tried = attempt
        .commit_telling(
            &call,
            &actor,
            owner.tenant(),
            statements,
            (StatusCode::CREATED, &answer),
            vec![message.to_account_owner(&call, owner.tenant(), &account.id)],
        )
        .await?;
    let outcomes = match tried {
        Attempted::Done(outcomes) => outcomes,
        Attempted::Repeated(answer) => return Ok(answer),
    };
    match changed(&outcomes, 1) {
        1 => {
            message.send_soon(&call);
            Ok(told_once(account, key, secret))
        }
        _ => Err(changed_meanwhile()),
    }
}

/// Ends the grace of the pair before: whoever still uses it is refused from now on.
#[worker::send]
pub async fn end_grace(
    Authorized { owner, actor, .. }: Authorized<ManageServiceAccounts>,
    call: Call,
    Segment(id): Segment,
) -> Result<StatusCode> {
    let account = find(&call, owner.tenant(), &id).await?;
    let event = audit::Event {
        changes: Some(
            json!({"old_pair": {"from": account.old_pair.as_ref().map(|pair| &pair.api_key), "to": null}}),
        ),
        ..about(&account, Action::ServiceAccountUpdated)
    };
    let [revoke, end] = store::end_grace(owner.tenant(), &account.id, call.now);
    let [_, ended, _] = call
        .db
        .commit([revoke, end, audit::entry(&call, &owner, &actor, &event)?])
        .await?;
    match ended.changed() {
        1 => Ok(StatusCode::NO_CONTENT),
        _ => Err(Error::refused(
            Code::Conflict,
            "No old pair of this service account is in its grace.",
        )),
    }
}

fn pair() -> Result<(Secret, Secret)> {
    Ok((
        call::secret(Prefix::ApiKey)?,
        call::secret(Prefix::ApiSecret)?,
    ))
}

/// The account with its new pair.
fn told_once(service_account: ServiceAccount, key: Secret, secret: Secret) -> Response {
    let credentials = Credentials {
        service_account,
        api_key: key.expose(),
        api_secret: secret.expose(),
    };
    (StatusCode::CREATED, Json(credentials)).into_response()
}

/// What the trail tells of an account.
fn told(account: &ServiceAccount) -> Value {
    json!({
        "description": account.description,
        "role": account.role,
        "owner": account.owner,
        "enabled": account.enabled,
        "ip_allowlist": account.ip_allowlist,
    })
}

fn about(account: &ServiceAccount, action: Action) -> audit::Event<'_> {
    audit::Event {
        action,
        target_type: "service_account",
        target_id: account.id.as_str(),
        target_name: &account.name,
        changes: None,
    }
}

/// A service account.
pub async fn find(call: &Call, tenant: &Tenant, id: &str) -> Result<ServiceAccount> {
    Ok(read(call, tenant, id).await?.1)
}

/// The same for whoever is about to get a secret of it, or to let it do more: nobody acts through an account that may do
/// more than they may themselves.
pub async fn may_act_through(
    call: &Call,
    session: &SessionCaller,
    id: &str,
) -> Result<ServiceAccount> {
    let account = find(call, session.owner.tenant(), id).await?;
    match roles::to_give(call, session, &account.role.id).await {
        Ok(_) => Ok(account),
        Err(Error::Refused(refusal)) if refusal.code == Code::Forbidden => Err(Error::refused(
            Code::Forbidden,
            "This service account may do more than you, so you cannot act through it.",
        )),
        Err(error) => Err(error),
    }
}

/// A service account, with the version of it that was read.
async fn read(call: &Call, tenant: &Tenant, id: &str) -> Result<(u32, ServiceAccount)> {
    let missing = || Error::not_found("service account");
    let id = ServiceAccountId::parse(id).ok_or_else(missing)?;
    let row = store::find(&call.db, tenant, &id)
        .await?
        .ok_or_else(missing)?;
    Ok((row.version, row.read(call.now)?))
}

/// The role `id`, if it has API access and allows nothing that the session's own does not.
async fn may_give(call: &Call, session: &SessionCaller, id: &RoleId) -> Result<RoleRef> {
    let role = roles::to_give(call, session, id).await?;
    if !role.permissions.contains(&Permission::ApiAccess) {
        return Err(Invalid::one(
            "role_id",
            "This role has no API access. Select one that has it.",
        )
        .into());
    }
    Ok(RoleRef {
        id: role.id,
        name: role.name,
    })
}

/// Somebody active of the tenant; the person in the session unless another is named.
async fn looked_after_by(
    call: &Call,
    session: &SessionCaller,
    id: Option<&UserId>,
) -> Result<OwnerRef> {
    let person = match id {
        None => session.user.clone(),
        Some(id) => users::find(&call.db, session.owner.tenant(), id)
            .await?
            .map(User::from)
            .filter(|user| user.active)
            .ok_or_else(|| Invalid::one("owner_id", "Select somebody active of your company."))?,
    };
    Ok(OwnerRef {
        name: full_name(&person),
        id: person.id,
    })
}

fn changed_since() -> Error {
    Error::refused(
        Code::PreconditionFailed,
        "The service account was changed elsewhere since you opened it.",
    )
}

fn changed_meanwhile() -> Error {
    Error::refused(
        Code::Conflict,
        "The service account was changed elsewhere a moment ago. Look at it again.",
    )
}
