//! The route to sign up.

use super::store;
use crate::{
    audit,
    auth::{Actor, Owner, password, set_session_cookie},
    call::{self, Call},
    devices::Device,
    emails,
    error::{Error, Result},
    extract::Checked,
    limits::{Counter, Limit},
    roles::insert_built_in,
    secret::Prefix,
    session,
};
use axum::{
    Json,
    http::{HeaderMap, StatusCode, header},
    response::{AppendHeaders, IntoResponse},
};
use contract::{
    audit::Action,
    ids::{RoleId, SessionId, TenantId, UserId},
    roles::{BuiltIn, RoleRef},
    sign_up::SignUp,
    users::User,
};

/// New tenants from one address.
const SIGN_UPS: Limit = Limit {
    name: "sign-up from address",
    count: 100,
    seconds: 60 * 60,
};
/// Addresses found to be taken, from one address: the answer tells who has an account.
const TAKEN: Limit = Limit {
    name: "sign-up taken",
    count: 10,
    seconds: 15 * 60,
};

/// Sign up: makes a tenant and its first Administrator, and signs them in.
#[worker::send]
pub async fn create(
    call: Call,
    headers: HeaderMap,
    Checked(new): Checked<SignUp>,
) -> Result<impl IntoResponse> {
    let sign_ups = Counter::of_address(&call, &SIGN_UPS)?;
    let taken = Counter::of_address(&call, &TAKEN)?;
    let [of_sign_ups, of_taken, known] = call
        .db
        .commit([
            sign_ups.take(call.now),
            taken.peek(call.now),
            // Before the password is hashed, so that a known one costs no work.
            emails::is_taken(&new.email, None, call.now),
        ])
        .await?;
    sign_ups.check(&of_sign_ups, call.now)?;
    // Also for addresses that are free: else the answers would go on telling which are.
    taken.check_before(&of_taken, call.now)?;
    let conflict = |error: Error| {
        error.when_taken(
            "users.email",
            "email",
            "Somebody with this email has an account. Sign in instead.",
        )
    };
    if known.row::<serde_json::Value>()?.is_some() {
        let [of_taken] = call.db.commit([taken.take(call.now)]).await?;
        taken.check(&of_taken, call.now)?;
        return Err(conflict(Error::Taken("users.email".into())));
    }

    let owner = Owner::founder(
        TenantId::from_ulid(&call.ulid()?),
        UserId::from_ulid(&call.ulid()?),
    );
    call.made_by("user", owner.user().as_str(), owner.tenant().as_str());
    let roles = BuiltIn::ALL
        .into_iter()
        .map(|role| Ok((role, RoleId::from_ulid(&call.ulid()?))))
        .collect::<Result<Vec<_>>>()?;
    let role = roles
        .iter()
        .find(|(role, _)| *role == BuiltIn::Administrator)
        .map(|(role, id)| RoleRef {
            id: id.clone(),
            name: role.name().into(),
        });
    let user = User {
        id: owner.user().clone(),
        email: new.email,
        first_name: new.first_name,
        last_name: new.last_name,
        phone: None,
        time_zone: None,
        photo_url: None,
        role: role.ok_or_else(|| Error::Internal("no built-in Administrator".into()))?,
        active: true,
        mfa_enabled: false,
        created_at: call.now,
        last_seen_at: Some(call.now),
    };
    let password = password::hash(&new.password)?;
    let session = SessionId::from_ulid(&call.ulid()?);
    let device = Device::of(&call, &headers)?;
    let secret = call::secret(Prefix::Session)?;
    let actor = Actor::in_session(&user, &session);
    let event = |action, target_type, target_id, target_name| {
        audit::entry(
            &call,
            &owner,
            &actor,
            &audit::Event {
                action,
                target_type,
                target_id,
                target_name,
                changes: None,
            },
        )
    };
    let mut statements = vec![
        store::insert_tenant(&owner, &new.tenant_name, call.now),
        event(
            Action::TenantCreated,
            "tenant",
            owner.tenant().as_str(),
            &new.tenant_name,
        )?,
        insert_built_in(&owner, &roles, call.now),
        store::insert_user(&owner, &user, &password),
        event(Action::UserCreated, "user", user.id.as_str(), &actor.name)?,
        taken.give_back(),
        session::insert(
            &call,
            &owner,
            &session,
            &call.digest(secret.as_str())?,
            &password,
            false,
        ),
        event(
            Action::SessionCreated,
            "session",
            session.as_str(),
            call.user_agent.as_deref().unwrap_or_default(),
        )?,
        device.seen(&owner, call.now),
    ];
    statements.extend(session::replace(&call, &headers)?);
    call.db.commit_all(statements).await.map_err(conflict)?;
    let mut cookies = vec![(
        header::SET_COOKIE,
        set_session_cookie(Some(&secret.expose())),
    )];
    cookies.extend(device.set_cookie().map(|value| (header::SET_COOKIE, value)));
    Ok((StatusCode::CREATED, AppendHeaders(cookies), Json(user)))
}
