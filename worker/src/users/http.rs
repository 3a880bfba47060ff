//! Routes about people.

use super::{
    reach::{Person, reach},
    store,
};
use crate::{
    audit,
    auth::{
        Authorized, Called, InSession, Owner, SessionCaller, full_name,
        rights::{CloseOwnAccount, DeleteUsers, ReadUsers, UpdateUsers},
    },
    call::Call,
    db::{Statement, changed},
    edge::time_in,
    entity_tag::{IfMatch, tagged},
    error::{Error, Result},
    extract::{Checked, Query, Segment},
    order::{Order, Way},
    outbox::{Letter, Message, letters},
    photos, roles,
    session::{self, Which},
    slack, tokens,
};
use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use contract::{
    audit::Action,
    check::Invalid,
    ids::{RoleId, UserId},
    list::List,
    notifications::Event as Notified,
    problem::Code,
    roles::{BuiltIn, RoleRef},
    time::Timestamp,
    users::{UNKNOWN_TIME_ZONE, UpdateUser, User},
};
use serde_json::{Value, json};

/// What the message is about that somebody gets who is a person of the tenant no more.
const REMOVED: &str = "user.deleted";

/// The people of the tenant, unless asked otherwise the first to join first.
#[worker::send]
pub async fn list(
    Called { tenant, .. }: Called<ReadUsers>,
    call: Call,
    mut query: Query,
) -> Result<Json<List<User>>> {
    let active = query.parsed("state", "Use active or inactive.", |state| match state {
        "active" => Some(true),
        "inactive" => Some(false),
        _ => None,
    });
    let role = query.parsed("role", "Use the id of a role.", RoleId::parse);
    let search = query.take("search").unwrap_or_default();
    let order = query.order(&store::Key::ALL, Order(store::Key::Created, Way::Up));
    let page = query.page(UserId::parse);
    query.finish()?;
    let wanted = store::Wanted {
        order,
        search: &tokens::name_key(search.trim()),
        active,
        role: role.as_ref(),
        after: page.after.as_ref(),
        key: page.key.as_deref(),
        rows: page.rows(),
    };
    let users = store::list(&call.db, &tenant, &wanted).await?;
    Ok(Json(page.list_by_keys(users, |user| user.id.as_str())))
}

/// One person: oneself, or with permission another of the tenant.
#[worker::send]
pub async fn show(
    InSession(session): InSession,
    call: Call,
    Segment(user): Segment,
) -> Result<Response> {
    let person = reach(&call, &session, &user).await?;
    Ok(tagged(person.version, person.user))
}

/// Change one's own profile, or what is kept of somebody whom one looks after. With `If-Match`, only if it is still as it
/// was read.
#[worker::send]
pub async fn update(
    Authorized { actor, session, .. }: Authorized<UpdateUsers>,
    call: Call,
    if_match: IfMatch,
    Segment(user): Segment,
    Checked(change): Checked<UpdateUser>,
) -> Result<Response> {
    if let Some(Some(zone)) = &change.time_zone
        && !is_time_zone(zone, call.now)
    {
        return Err(Invalid::one("time_zone", UNKNOWN_TIME_ZONE).into());
    }
    let Person {
        owner,
        user: before,
        version,
        is_other,
    } = reach(&call, &session, &user).await?;
    if_match.check(version, changed_meanwhile)?;
    let role = match change.role {
        Some(id) if id != before.role.id => to_give(&call, &session, &id).await?,
        _ => before.role.clone(),
    };
    let after = User {
        first_name: change
            .first_name
            .unwrap_or_else(|| before.first_name.clone()),
        last_name: change.last_name.unwrap_or_else(|| before.last_name.clone()),
        phone: change.phone.unwrap_or_else(|| before.phone.clone()),
        time_zone: change.time_zone.unwrap_or_else(|| before.time_zone.clone()),
        active: change.active.unwrap_or(before.active),
        role,
        ..before.clone()
    };
    let changes = audit::differences(&told(&before), &told(&after));
    if changes.is_empty() {
        return Ok(tagged(version, after));
    }
    if is_other {
        may_look_after(&session, &before)?;
    }
    if before.role != after.role && before.active != after.active {
        return Err(Invalid::one(
            "active",
            "Change the role and whether somebody is active one after the other: each has its own rules.",
        )
        .into());
    }
    // By a number somebody may be asked who they are (OWASP ASVS 5.0, 7.5.1).
    if before.phone != after.phone {
        session.must_be_confirmed(call.now)?;
        session.confirm_again(&call);
    }
    let standing = Standing::of(&before, &after);
    standing
        .may_change(&call, &session, &before, is_other)
        .await?;

    let name = full_name(&after);
    let event = audit::Event {
        action: standing.action(),
        target_type: "user",
        target_id: after.id.as_str(),
        target_name: if is_other { &name } else { &actor.name },
        changes: Some(Value::Object(changes)),
    };
    let by = store::By {
        user: &session.user.id,
        role: &session.user.role.id,
    };
    let mut statements = vec![
        store::update(&owner, &after, version, &by),
        audit::entry(&call, &session.owner, &actor, &event)?,
    ];
    let message = standing
        .letter(&call, &after, &actor.name)
        .filter(|_| is_other)
        .map(|(event, letter)| Message::about(&call, event, &letter))
        .transpose()?;
    statements.extend(
        message
            .iter()
            .map(|message| message.to_person(&call, &owner)),
    );
    if standing == Standing::Deactivated {
        statements.extend(session::end(&call, &owner, &actor, Which::AllIfInactive)?);
    }
    let outcomes = call.db.commit_all(statements).await?;
    if changed(&outcomes, 0) == 0 {
        return Err(why_not(&call, &session, &owner, version).await?);
    }
    if let Some(message) = message {
        message.send_soon(&call);
    }
    Ok(tagged(version + 1, after))
}

/// Removes a person, with their sessions and tokens. What they did stays in the trail. By `me` one closes one's own
/// account; by their ids others are removed. With `If-Match`, only if the profile is still as it was read.
#[worker::send]
pub async fn delete(
    InSession(session): InSession,
    call: Call,
    if_match: IfMatch,
    Segment(user): Segment,
) -> Result<Response> {
    if user == "me" {
        session.claim::<CloseOwnAccount>(&call)?;
        close(&call, &session, &if_match).await?;
        return Ok((StatusCode::NO_CONTENT, session::signed_out()).into_response());
    }
    session.claim::<DeleteUsers>(&call)?;
    let person = reach(&call, &session, &user).await?;
    if !person.is_other {
        return Err(Error::refused(
            Code::Conflict,
            "This is yourself. Close your own account by DELETE /api/v1/users/me, or at the foot of Account profile.",
        ));
    }
    if_match.check(person.version, changed_meanwhile)?;
    may_look_after(&session, &person.user)?;
    let by = session.actor().name;
    let letter = letters::removed(&call, &session.tenant_name, &by);
    let message = Message::new(&call, REMOVED, &letter)?;
    // Their own row is gone: it is kept with whoever did it.
    let posted = message.to_address(&call, &session.owner, &person.user.email);
    remove(&call, &session, &person, &message, posted).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Closes the account of whoever asks.
async fn close(call: &Call, session: &SessionCaller, if_match: &IfMatch) -> Result<()> {
    let person = reach(call, session, "me").await?;
    if_match.check(person.version, changed_meanwhile)?;
    let letter = letters::closed(call, &session.tenant_name);
    let message = Message::new(call, REMOVED, &letter)?;
    let posted = message.to_former_address(call, person.owner.tenant(), &person.user.email);
    remove(call, session, &person, &message, posted).await
}

/// Removes a person with all that is theirs, and tells them by `message`, which the statement `posted` writes down.
async fn remove(
    call: &Call,
    session: &SessionCaller,
    person: &Person,
    message: &Message,
    posted: Statement,
) -> Result<()> {
    let name = full_name(&person.user);
    // They go with their owner: the trail keeps what they were.
    let tokens = store::live_tokens(&call.db, &person.owner).await?;
    let event = audit::Event {
        action: Action::UserDeleted,
        target_type: "user",
        target_id: person.user.id.as_str(),
        target_name: &name,
        changes: Some(json!({
            "email": {"from": person.user.email, "to": null},
            "role": {"from": person.user.role, "to": null},
            "tokens": {"from": tokens, "to": []},
        })),
    };
    let by = store::By {
        user: &session.user.id,
        role: &session.user.role.id,
    };
    let photo = photos::kept(call, &person.owner).await?;
    let [deleted, ..] = call
        .db
        .commit([
            store::delete(&person.owner, person.version, &by),
            audit::entry(call, &session.owner, &session.actor(), &event)?,
            posted,
        ])
        .await?;
    if deleted.changed() == 0 {
        return Err(why_not(call, session, &person.owner, person.version).await?);
    }
    message.send_soon(call);
    if let Some(photo) = photo {
        photo.clear(call).await;
    }
    slack::give_back_soon(call);
    Ok(())
}

/// The role `id`, for somebody who is about to give it.
async fn to_give(call: &Call, session: &SessionCaller, id: &RoleId) -> Result<RoleRef> {
    if !session.manages_users() {
        return Err(only_managers());
    }
    let role = roles::to_give(call, session, id).await?;
    Ok(RoleRef {
        id: role.id,
        name: role.name,
    })
}

/// Refuses whoever would touch an Administrator without being one.
pub fn may_look_after(session: &SessionCaller, person: &User) -> Result<()> {
    if BuiltIn::Administrator.is(&person.role.name) && !session.is_administrator() {
        return Err(Error::refused(
            Code::Forbidden,
            "Only an Administrator looks after another.",
        ));
    }
    Ok(())
}

/// What becomes of somebody's place in the company.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// It stays.
    Same,
    /// They hold another role.
    OtherRole,
    /// They may not sign in any more.
    Deactivated,
    /// They may sign in again.
    Reactivated,
}

impl Standing {
    fn of(before: &User, after: &User) -> Self {
        match (before.active, after.active) {
            (true, false) => Self::Deactivated,
            (false, true) => Self::Reactivated,
            _ if before.role != after.role => Self::OtherRole,
            _ => Self::Same,
        }
    }

    /// Refuses who may not bring it about. What gives somebody rights needs a confirmation; what takes them must be easy.
    async fn may_change(
        self,
        call: &Call,
        session: &SessionCaller,
        before: &User,
        is_other: bool,
    ) -> Result<()> {
        if self != Self::Same && !session.manages_users() {
            return Err(only_managers());
        }
        if self == Self::Deactivated && !is_other {
            return Err(Error::refused(
                Code::Conflict,
                "You cannot deactivate yourself. Ask somebody else who looks after people.",
            ));
        }
        if self == Self::Reactivated {
            // It gives the role anew.
            roles::to_give(call, session, &before.role.id).await?;
        }
        if matches!(self, Self::Reactivated | Self::OtherRole) {
            session.must_be_confirmed(call.now)?;
            session.confirm_again(call);
        }
        Ok(())
    }

    const fn action(self) -> Action {
        match self {
            Self::Same => Action::UserUpdated,
            Self::OtherRole => Action::UserRoleChanged,
            Self::Deactivated => Action::UserDeactivated,
            Self::Reactivated => Action::UserReactivated,
        }
    }

    /// What the person hears of it.
    fn letter(self, call: &Call, after: &User, by: &str) -> Option<(Notified, Letter)> {
        let (event, what) = match self {
            Self::Same => return None,
            Self::OtherRole => (
                Notified::RoleChanged,
                format!("From now on you hold the role {}. It decides what you and your access tokens may do.", after.role.name),
            ),
            Self::Deactivated => (
                Notified::Deactivated,
                "You cannot sign in any more. Your sessions were ended, and your access tokens are refused.".into(),
            ),
            Self::Reactivated => (
                Notified::Reactivated,
                "You can sign in again, and access tokens of yours that have not ended work again.".into(),
            ),
        };
        Some((event, letters::about_account(call, event, &what, by)))
    }
}

/// Why nothing was changed or removed of the person whose row was at `version`.
async fn why_not(
    call: &Call,
    session: &SessionCaller,
    owner: &Owner,
    version: u32,
) -> Result<Error> {
    let me = store::find(&call.db, owner.tenant(), &session.user.id).await?;
    let Some(me) = me.map(User::from) else {
        return Ok(Error::refused(
            Code::Unauthenticated,
            "Your account was closed a moment ago.",
        ));
    };
    if !me.active || me.role.id != session.user.role.id {
        return Ok(Error::refused(
            Code::Forbidden,
            "Your own role was changed a moment ago.",
        ));
    }
    let row = store::find(&call.db, owner.tenant(), owner.user()).await?;
    let now = row.map(|row| (row.version(), User::from(row)));
    Ok(match now {
        None => Error::not_found("person"),
        Some((now, _)) if now != version => changed_meanwhile(),
        Some((_, user)) if BuiltIn::Administrator.is(&user.role.name) => Error::refused(
            Code::Conflict,
            "This is the last active Administrator, who must stay. Make somebody else one first.",
        ),
        Some(_) => Error::refused(Code::Conflict, "The role is gone. Select another."),
    })
}

fn changed_meanwhile() -> Error {
    Error::refused(
        Code::PreconditionFailed,
        "The profile was changed elsewhere since you opened it.",
    )
}

fn only_managers() -> Error {
    Error::refused(
        Code::Forbidden,
        "Only those who look after people change roles, and who is active.",
    )
}

/// What the trail tells of a profile.
fn told(user: &User) -> Value {
    json!({
        "first_name": user.first_name,
        "last_name": user.last_name,
        "phone": user.phone,
        "time_zone": user.time_zone,
        "role": user.role,
        "active": user.active,
    })
}

/// Whether the runtime knows such a time zone by a name; a name begins with a capital, an offset does not.
fn is_time_zone(name: &str, now: Timestamp) -> bool {
    name.starts_with(|first: char| first.is_ascii_uppercase()) && time_in(name, &[], now).is_some()
}
