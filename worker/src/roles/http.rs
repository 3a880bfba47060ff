//! Routes about roles.

use super::{grant, store};
use crate::{
    audit,
    auth::{
        Authorized, Called, SessionCaller, Tenant,
        rights::{ManageRoles, ReadRoles},
    },
    call::Call,
    db::changed,
    entity_tag::{IfMatch, tag, tagged},
    error::{Error, Result},
    extract::{Checked, Query, Segment},
    idempotency::{Attempted, Repeatable},
    order::{Order, Way},
    tokens,
};
use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use contract::{
    audit::Action,
    ids::RoleId,
    list::List,
    problem::Code,
    roles::{CreateRole, Role, UpdateRole},
};
use serde_json::{Value, json};

/// The roles of the tenant, unless asked otherwise built-in ones first.
#[worker::send]
pub async fn list(
    Called { tenant, .. }: Called<ReadRoles>,
    call: Call,
    mut query: Query,
) -> Result<Json<List<Role>>> {
    let search = query.take("search").unwrap_or_default();
    let order = query.order(&store::Key::ALL, Order(store::Key::Created, Way::Up));
    let page = query.page(RoleId::parse);
    query.finish()?;
    let wanted = store::Wanted {
        order,
        search: &tokens::name_key(search.trim()),
        after: page.after.as_ref(),
        key: page.key.as_deref(),
        rows: page.rows(),
    };
    let roles = store::list(&call.db, &tenant, &wanted, call.now).await?;
    Ok(Json(page.list_by_keys(roles, |role| role.id.as_str())))
}

/// One role, with its entity tag.
#[worker::send]
pub async fn show(
    Called { tenant, .. }: Called<ReadRoles>,
    call: Call,
    Segment(id): Segment,
) -> Result<Response> {
    let found = find(&call, &tenant, &id).await?;
    Ok(tagged(found.version, &found.role))
}

/// Makes a role. Nobody puts more into it than they hold.
#[worker::send]
pub async fn create(
    Authorized { actor, session, .. }: Authorized<ManageRoles>,
    call: Call,
    Repeatable(new, attempt): Repeatable<CreateRole>,
) -> Result<Response> {
    if let Some(answer) = attempt.repeated(&call, &actor).await? {
        return Ok(as_made(answer));
    }
    let role = Role {
        id: RoleId::from_ulid(&call.ulid()?),
        name: new.name,
        built_in: false,
        permissions: new.permissions,
        scopes: new.scopes,
        members: 0,
        service_accounts: 0,
        invitations: 0,
    };
    let mine = own(&call, &session).await?;
    if !grant(&mine.role).covers(&grant(&role)) {
        return Err(more_than_own());
    }
    let event = audit::Event {
        changes: Some(told(&role)),
        ..about(&role, Action::RoleCreated)
    };
    let by = by(&session, &mine);
    let statements = vec![
        store::insert(&role, &by, call.now),
        audit::entry(&call, &session.owner, &actor, &event)?,
    ];
    let tried = attempt
        .commit(
            &call,
            &actor,
            session.owner.tenant(),
            statements,
            (StatusCode::CREATED, &json!(role)),
        )
        .await
        .map_err(when_taken)?;
    match tried {
        Attempted::Repeated(answer) => Ok(as_made(answer)),
        Attempted::Done(outcomes) if changed(&outcomes, 0) == 1 => {
            Ok(as_made((StatusCode::CREATED, Json(role)).into_response()))
        }
        Attempted::Done(_) => Err(own_role_changed()),
    }
}

/// What is answered to whoever made a role, and to whoever repeats that call: with the tag of the role as it was made.
fn as_made(answer: Response) -> Response {
    ([(header::ETAG, tag(1))], answer).into_response()
}

/// Edits a role. With `If-Match`, only if it is still as it was. It counts at once for everybody who holds it, so what
/// lets them do more needs a confirmation, and nobody adds what they do not hold.
#[worker::send]
pub async fn update(
    Authorized { actor, session, .. }: Authorized<ManageRoles>,
    call: Call,
    Segment(id): Segment,
    if_match: IfMatch,
    Checked(change): Checked<UpdateRole>,
) -> Result<Response> {
    let owner = &session.owner;
    let found = find(&call, owner.tenant(), &id).await?;
    if_match.check(found.version, changed_meanwhile)?;
    let before = found.role;
    if before.built_in {
        return Err(is_built_in());
    }
    let after = Role {
        name: change.name.unwrap_or_else(|| before.name.clone()),
        permissions: change
            .permissions
            .unwrap_or_else(|| before.permissions.clone()),
        scopes: change.scopes.unwrap_or(before.scopes),
        ..before.clone()
    };
    let changes = audit::differences(&told(&before), &told(&after));
    if changes.is_empty() {
        return Ok(tagged(found.version, &after));
    }
    let mine = own(&call, &session).await?;
    let added = grant(&after).beyond(&grant(&before));
    if !grant(&mine.role).covers(&added) {
        return Err(more_than_own());
    }
    if !added.is_empty() {
        session.must_be_confirmed(call.now)?;
        session.confirm_again(&call);
    }
    let event = audit::Event {
        changes: Some(Value::Object(changes)),
        ..about(&after, Action::RoleUpdated)
    };
    let [updated, _] = call
        .db
        .commit([
            store::update(&after, found.version, &by(&session, &mine)),
            audit::entry(&call, owner, &actor, &event)?,
        ])
        .await
        .map_err(when_taken)?;
    if updated.changed() == 0 {
        return Err(why_not(&call, &session, &id, found.version, &mine).await?);
    }
    Ok(tagged(found.version + 1, &after))
}

/// Deletes a role that nobody holds. With `If-Match`, only if it is still as it was.
#[worker::send]
pub async fn delete(
    Authorized { actor, session, .. }: Authorized<ManageRoles>,
    call: Call,
    Segment(id): Segment,
    if_match: IfMatch,
) -> Result<StatusCode> {
    let owner = &session.owner;
    let found = find(&call, owner.tenant(), &id).await?;
    if_match.check(found.version, changed_meanwhile)?;
    if found.role.built_in {
        return Err(is_built_in());
    }
    let mine = own(&call, &session).await?;
    let event = audit::Event {
        changes: Some(told(&found.role)),
        ..about(&found.role, Action::RoleDeleted)
    };
    let by = by(&session, &mine);
    let deleted = call
        .db
        .commit([
            store::delete(&found.role.id, found.version, &by, call.now),
            audit::entry(&call, owner, &actor, &event)?,
        ])
        .await?;
    // What goes with it is counted too.
    if changed(&deleted, 0) == 0 {
        return Err(why_not(&call, &session, &id, found.version, &mine).await?);
    }
    Ok(StatusCode::NO_CONTENT)
}

async fn find(call: &Call, tenant: &Tenant, id: &str) -> Result<store::Found> {
    let missing = || Error::not_found("role");
    let id = RoleId::parse(id).ok_or_else(missing)?;
    store::find(&call.db, tenant, &id, call.now)
        .await?
        .ok_or_else(missing)
}

/// The role of the person in the session: what it allows is decided by the state of it that the write is bound to.
async fn own(call: &Call, session: &SessionCaller) -> Result<store::Found> {
    store::find(
        &call.db,
        session.owner.tenant(),
        &session.user.role.id,
        call.now,
    )
    .await?
    .ok_or_else(own_role_changed)
}

fn by<'a>(session: &'a SessionCaller, mine: &'a store::Found) -> store::By<'a> {
    store::By {
        owner: &session.owner,
        role: &mine.role.id,
        version: mine.version,
    }
}

/// Why a role that was at `version` was neither changed nor deleted.
async fn why_not(
    call: &Call,
    session: &SessionCaller,
    id: &str,
    version: u32,
    mine: &store::Found,
) -> Result<Error> {
    let now = find(call, session.owner.tenant(), id).await?;
    if now.version != version {
        return Ok(changed_meanwhile());
    }
    if own(call, session).await?.version != mine.version || !now.role.is_in_use() {
        return Ok(own_role_changed());
    }
    let names = store::holders(&call.db, session.owner.tenant(), &now.role.id, call.now).await?;
    Ok(Error::refused(Code::Conflict, in_use(&now.role, names)))
}

/// Who stands in the way, with as many names as are worth reading.
fn in_use(role: &Role, mut names: Vec<String>) -> String {
    let count = |count: u32, one: &str, many: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        count => Some(format!("{count} {many}")),
    };
    let counts: Vec<_> = [
        count(role.members, "person", "people"),
        count(role.service_accounts, "service account", "service accounts"),
        count(role.invitations, "invitation", "invitations"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let all = role.members + role.service_accounts + role.invitations;
    names.truncate(3);
    let more = usize::try_from(all).is_ok_and(|all| all > names.len());
    format!(
        "This role is in use by {} ({}{}). Give them another role first.",
        counts.join(", "),
        names.join(", "),
        if more { "…" } else { "" }
    )
}

/// What the trail tells of a role.
fn told(role: &Role) -> Value {
    json!({"name": role.name, "permissions": role.permissions, "scopes": role.scopes})
}

fn about(role: &Role, action: Action) -> audit::Event<'_> {
    audit::Event {
        action,
        target_type: "role",
        target_id: role.id.as_str(),
        target_name: &role.name,
        changes: None,
    }
}

fn when_taken(error: Error) -> Error {
    let message = "There is a role with this name. Choose another.";
    error
        .when_taken("roles.tenant_id, roles.name_key", "name", message)
        .when_taken("roles.tenant_id, roles.name", "name", message)
}

fn is_built_in() -> Error {
    Error::refused(
        Code::Conflict,
        "This role came with Latchkey and stays as it is. Duplicate it and change the copy.",
    )
}

fn more_than_own() -> Error {
    Error::refused(
        Code::Forbidden,
        "This would allow more than your own role does. Leave out what you do not hold.",
    )
}

fn own_role_changed() -> Error {
    Error::refused(
        Code::Forbidden,
        "Your own role was changed a moment ago. Look again.",
    )
}

fn changed_meanwhile() -> Error {
    Error::refused(
        Code::PreconditionFailed,
        "The role was changed elsewhere since you opened it.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::scopes::ScopeSet;

    #[test]
    fn who_stands_in_the_way_is_told_by_number_and_some_names() {
        let mut role = Role {
            id: RoleId::parse("rol_01JD7ZQ4T3V5W6X7Y8Z9ABCDEF").unwrap(),
            name: "Night shift".into(),
            built_in: false,
            permissions: vec![],
            scopes: ScopeSet::default(),
            members: 1,
            service_accounts: 0,
            invitations: 0,
        };
        assert_eq!(
            in_use(&role, vec!["Grace Hopper".into()]),
            "This role is in use by 1 person (Grace Hopper). Give them another role first."
        );
        (role.members, role.service_accounts) = (7, 1);
        let names = ["A", "B", "C", "sync"].map(str::to_owned).to_vec();
        assert_eq!(
            in_use(&role, names),
            "This role is in use by 7 people, 1 service account (A, B, C…). Give them another role first."
        );
    }
}
