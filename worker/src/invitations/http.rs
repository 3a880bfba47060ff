//! Routes about invitations.

use super::store;
use crate::{
    audit,
    auth::{
        Actor, Authorized, InvitationLink, Owner, follow_invitation, full_name, password,
        rights::{InviteUsers, ManageInvitations},
        set_session_cookie,
    },
    call::{self, Call},
    db::changed,
    devices::Device,
    emails,
    error::{Error, Result},
    extract::{Checked, Query, Segment},
    idempotency::{Attempted, Repeatable},
    limits::{Counter, Limit},
    outbox::{Message, letters},
    policy, roles,
    secret::Prefix,
    session, tokens,
};
use axum::{
    Json,
    http::{HeaderMap, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Response},
};
use contract::{
    audit::Action,
    check::Invalid,
    ids::{InvitationId, SessionId, UserId},
    invitations::{AcceptInvitation, INVITATION_SECONDS, Invitation, InviteUser, Invited},
    list::List,
    notifications::Event as Notified,
    roles::RoleRef,
    users::User,
};
use serde_json::{Value, json};

/// Mails to people who did not ask for them; the answer also tells who has an account.
const INVITATIONS: Limit = Limit {
    name: "invitation by account",
    count: 100,
    seconds: 60 * 60,
};
/// Links that were tried and did not work.
const TRIES: Limit = Limit {
    name: "invitation tried",
    count: 30,
    seconds: 60 * 60,
};

/// The invitations that nobody has followed yet, unless asked otherwise the newest first.
#[worker::send]
pub async fn list(
    Authorized { owner, .. }: Authorized<ManageInvitations>,
    call: Call,
    mut query: Query,
) -> Result<Json<List<Invitation>>> {
    let search = query.take("search").unwrap_or_default();
    let way = query.by_age();
    let page = query.page(InvitationId::parse);
    query.finish()?;
    let wanted = store::Wanted {
        way,
        search: &search.trim().to_lowercase(),
        after: page.after.as_ref(),
        rows: page.rows(),
    };
    let found = store::list(&call.db, owner.tenant(), &wanted).await?;
    Ok(Json(page.list(found, |invitation| invitation.id.as_str())))
}

/// Invites somebody, who gets a mail with a link.
#[worker::send]
pub async fn create(
    Authorized {
        owner,
        actor,
        session,
        ..
    }: Authorized<InviteUsers>,
    call: Call,
    Repeatable(new, attempt): Repeatable<InviteUser>,
) -> Result<Response> {
    if let Some(answer) = attempt.repeated(&call, &actor).await? {
        return Ok(answer);
    }
    let role = roles::to_give(&call, &session, &new.role).await?;
    let sent = Counter::new(&call, &INVITATIONS, owner.user().as_str())?;
    let [taken, known] = call
        .db
        .commit([
            sent.take(call.now),
            emails::is_taken(&new.email, None, call.now),
        ])
        .await?;
    sent.check(&taken, call.now)?;
    if known.row::<Value>()?.is_some() {
        return Err(has_account(Error::Taken("users.email".into())));
    }
    let invitation = Invitation {
        id: InvitationId::from_ulid(&call.ulid()?),
        email: new.email,
        role: RoleRef {
            id: role.id,
            name: role.name,
        },
        invited_by: actor.name.clone(),
        created_at: call.now,
        sent_at: call.now,
        expires_at: call.now.plus(INVITATION_SECONDS),
    };
    let link = call::secret(Prefix::InvitationLink)?;
    let digest = call.digest(link.as_str())?;
    let message = mail(&call, &session.tenant_name, &invitation, &link.expose())?;
    let event = audit::Event {
        changes: Some(json!({"role": invitation.role})),
        ..about(&invitation, Action::UserInvited)
    };
    let statements = vec![
        store::forget_late(owner.tenant(), &invitation.email, call.now),
        store::insert(&owner, &invitation, &digest),
        audit::entry(&call, &owner, &actor, &event)?,
        message.to_address(&call, &owner, &invitation.email),
    ];
    let answer = json!(invitation);
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
                "invitations.tenant_id, invitations.email",
                "email",
                "This address is invited already. Send that invitation again.",
            )
        })?;
    let outcomes = match tried {
        Attempted::Done(outcomes) => outcomes,
        Attempted::Repeated(answer) => return Ok(answer),
    };
    if changed(&outcomes, 1) == 0 {
        return Err(Invalid::one("role_id", "Select a role of your company.").into());
    }
    message.send_soon(&call);
    Ok((StatusCode::CREATED, Json(invitation)).into_response())
}

/// Sends an invitation again, with a new link that works for the whole time; the one before works no more.
#[worker::send]
pub async fn resend(
    Authorized {
        owner,
        actor,
        session,
        ..
    }: Authorized<ManageInvitations>,
    call: Call,
    Segment(id): Segment,
) -> Result<Json<Invitation>> {
    let before = find(&call, &owner, &id).await?;
    // It gives the role anew.
    roles::to_give(&call, &session, &before.role.id).await?;
    let sent = Counter::new(&call, &INVITATIONS, owner.user().as_str())?;
    let [taken] = call.db.commit([sent.take(call.now)]).await?;
    sent.check(&taken, call.now)?;
    let link = call::secret(Prefix::InvitationLink)?;
    let digest = call.digest(link.as_str())?;
    let message = mail(&call, &session.tenant_name, &before, &link.expose())?;
    let [renewed, ..] = call
        .db
        .commit([
            store::renew(owner.tenant(), &before.id, &digest, call.now),
            audit::entry(
                &call,
                &owner,
                &actor,
                &about(&before, Action::InvitationResent),
            )?,
            message.to_address(&call, &owner, &before.email),
        ])
        .await?;
    if renewed.changed() == 0 {
        return Err(Error::not_found("invitation"));
    }
    message.send_soon(&call);
    Ok(Json(Invitation {
        sent_at: call.now,
        expires_at: call.now.plus(INVITATION_SECONDS),
        ..before
    }))
}

/// Cancels an invitation: its link works no more.
#[worker::send]
pub async fn cancel(
    Authorized { owner, actor, .. }: Authorized<ManageInvitations>,
    call: Call,
    Segment(id): Segment,
) -> Result<StatusCode> {
    let invitation = find(&call, &owner, &id).await?;
    let event = about(&invitation, Action::InvitationCancelled);
    let [cancelled, _] = call
        .db
        .commit([
            store::delete(owner.tenant(), &invitation.id),
            audit::entry(&call, &owner, &actor, &event)?,
        ])
        .await?;
    match cancelled.changed() {
        0 => Err(Error::not_found("invitation")),
        _ => Ok(StatusCode::NO_CONTENT),
    }
}

/// What somebody is invited to who follows a link.
#[worker::send]
pub async fn show(call: Call, Segment(secret): Segment) -> Result<Json<Invited>> {
    let link = follow(&call, &secret).await?;
    Ok(Json(Invited {
        email: link.email,
        tenant_name: link.tenant_name,
        role_name: link.role.name,
        invited_by: link.invited_by,
        expires_at: link.expires_at,
    }))
}

/// Accept: makes the person and signs them in, as far as their company lets them in without a second factor.
#[worker::send]
pub async fn accept(
    call: Call,
    headers: HeaderMap,
    Segment(secret): Segment,
    Checked(new): Checked<AcceptInvitation>,
) -> Result<impl IntoResponse> {
    let link = follow(&call, &secret).await?;
    let own_words = [
        link.tenant_name.as_str(),
        &new.first_name,
        &new.last_name,
        &link.email,
    ];
    contract::password::check_new(&new.password, &own_words)
        .map_err(|message| Invalid::one("password", message))?;
    let owner = &link.owner;
    let user = User {
        id: owner.user().clone(),
        email: link.email.clone(),
        first_name: new.first_name,
        last_name: new.last_name,
        phone: None,
        time_zone: None,
        photo_url: None,
        role: link.role.clone(),
        active: true,
        mfa_enabled: false,
        created_at: call.now,
        last_seen_at: Some(call.now),
    };
    let actor = Actor::by_link(&user.id, &full_name(&user));
    let hash = password::hash(&new.password)?;
    join(&call, &link, &user, &actor, &hash).await?;
    call.made_by("user", user.id.as_str(), owner.tenant().as_str());
    let cookies = sign_in(&call, &headers, owner, &user, &hash).await?;
    Ok((StatusCode::CREATED, cookies, Json(user)))
}

/// Puts the new person among those of their company, with the hash of their password.
async fn join(
    call: &Call,
    link: &InvitationLink,
    user: &User,
    actor: &Actor,
    hash: &str,
) -> Result<()> {
    let known = call.db.first(emails::is_taken(&user.email, None, call.now));
    if known.await?.is_some_and(|_: Value| true) {
        return Err(has_account(Error::Taken("users.email".into())));
    }
    let event = audit::Event {
        action: Action::UserCreated,
        target_type: "user",
        target_id: user.id.as_str(),
        target_name: &actor.name,
        changes: Some(json!({"role": user.role, "invitation": link.id})),
    };
    let name_key = tokens::name_key(&actor.name);
    let mut statements = vec![
        store::accept(link, user, &name_key, hash),
        audit::entry(call, &link.owner, actor, &event)?,
    ];
    let told = joined(call, link, &actor.name)?;
    if let Some((message, inviter)) = &told {
        let tenant = link.owner.tenant().as_str();
        statements.push(message.to_person_of(tenant, inviter.as_str(), call.now));
    }
    statements.push(store::delete(link.owner.tenant(), &link.id));
    let outcomes = call.db.commit_all(statements).await.map_err(has_account)?;
    if changed(&outcomes, 0) == 0 {
        return Err(Error::gone(
            "This invitation was used or cancelled a moment ago.",
        ));
    }
    if let Some((message, _)) = told {
        message.send_soon(call);
    }
    Ok(())
}

/// What whoever invited somebody hears of their having come, while they are there themselves.
fn joined<'a>(
    call: &Call,
    link: &'a InvitationLink,
    name: &str,
) -> Result<Option<(Message, &'a UserId)>> {
    let Some(inviter) = &link.inviter else {
        return Ok(None);
    };
    let letter = letters::joined(call, name, &link.email, &link.role.name);
    let message = Message::about(call, Notified::InvitationAccepted, &letter)?;
    Ok(Some((message, inviter)))
}

/// Gives them a session, which waits for the second factor where one is asked of everybody.
async fn sign_in(
    call: &Call,
    headers: &HeaderMap,
    owner: &Owner,
    user: &User,
    hash: &str,
) -> Result<AppendHeaders<Vec<(header::HeaderName, String)>>> {
    let half = policy::of(call, owner.tenant()).await?.mfa_required;
    let id = SessionId::from_ulid(&call.ulid()?);
    let secret = call::secret(Prefix::Session)?;
    let device = Device::of(call, headers)?;
    let event = audit::Event {
        action: if half {
            Action::SessionBegun
        } else {
            Action::SessionCreated
        },
        target_type: "session",
        target_id: id.as_str(),
        target_name: call.user_agent.as_deref().unwrap_or_default(),
        changes: None,
    };
    let mut statements = session::replace(call, headers)?;
    statements.extend([
        session::insert(call, owner, &id, &call.digest(secret.as_str())?, hash, half),
        audit::entry(call, owner, &Actor::in_session(user, &id), &event)?,
        device.seen(owner, call.now),
    ]);
    call.db.commit_all(statements).await?;
    let mut cookies = vec![(
        header::SET_COOKIE,
        set_session_cookie(Some(&secret.expose())),
    )];
    cookies.extend(device.set_cookie().map(|value| (header::SET_COOKIE, value)));
    Ok(AppendHeaders(cookies))
}

/// The invitation whose link holds `secret`. Links that do not work are counted.
async fn follow(call: &Call, secret: &str) -> Result<InvitationLink> {
    let tries = Counter::of_address(call, &TRIES)?;
    let [taken] = call.db.commit([tries.take(call.now)]).await?;
    tries.check(&taken, call.now)?;
    let link = follow_invitation(call, secret).await?;
    call.db.commit([tries.give_back()]).await?;
    Ok(link)
}

async fn find(call: &Call, owner: &Owner, id: &str) -> Result<Invitation> {
    let missing = || Error::not_found("invitation");
    let id = InvitationId::parse(id).ok_or_else(missing)?;
    let found = store::find(&call.db, owner.tenant(), &id).await?;
    found.ok_or_else(missing)
}

fn mail(call: &Call, tenant: &str, invitation: &Invitation, link: &str) -> Result<Message> {
    let letter = letters::invitation(
        call,
        link,
        &invitation.invited_by,
        tenant,
        &invitation.role.name,
    )?;
    Message::new(call, "user.invited", &letter)
}

fn about(invitation: &Invitation, action: Action) -> audit::Event<'_> {
    audit::Event {
        action,
        target_type: "invitation",
        target_id: invitation.id.as_str(),
        target_name: &invitation.email,
        changes: None,
    }
}

fn has_account(error: Error) -> Error {
    error.when_taken(
        "users.email",
        "email",
        "Somebody with this email has an account already.",
    )
}
