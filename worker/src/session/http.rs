//! Routes about the session.

use super::{
    device,
    store::{self, Wanted, Which},
    tries::Tries,
};
use crate::{
    audit,
    auth::{
        Actor, AnySession, HalfSession, InSession, Owner, SessionCaller, password,
        set_session_cookie,
    },
    call::{self, Call},
    db::{Statement, changed},
    devices::{self, Device, Familiarity, PersonalTries},
    error::{Error, Result},
    extract::{Checked, Query, Segment},
    limits::Limit,
    mfa,
    outbox::Message,
    secret::{Prefix, Secret},
    users,
};
use axum::{
    Json,
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{AppendHeaders, IntoResponse},
};
use contract::{
    audit::Action,
    ids::SessionId,
    list::List,
    mfa::SecondFactorCode,
    problem::Code,
    session::{Device as SeenDevice, Proof, Session, SignIn, SignInAnswer, StepUp},
};
use std::net::IpAddr;

/// Of one person's confirmations, apart from their sign-ins. In a browser that they know, those of that browser: a thief
/// of the cookie cannot lock the owner out.
const STEP_UPS: Limit = Limit {
    name: "step-up of account",
    count: 10,
    seconds: 15 * 60,
};

/// Sign in. An unknown address and a wrong password cost the same work and get the same answer.
#[worker::send]
pub async fn create(
    call: Call,
    headers: HeaderMap,
    Checked(credentials): Checked<SignIn>,
) -> Result<impl IntoResponse> {
    let device = Device::of(&call, &headers)?;
    let tries = Tries::new(&call, &credentials.email, &device)?;
    let [taken, found] = call
        .db
        .commit([
            tries.take(),
            store::find_person(&call, &credentials.email, &device),
        ])
        .await?;
    let taken = taken.rows()?;
    let was_good = match tries.check(&taken) {
        Ok(was_good) => was_good,
        Err(refused) => {
            if tries.just_ran_out(&taken) {
                let event =
                    audit::about_whoever_has(&call, &credentials.email, Action::SessionLimited)?;
                call.db.commit([event]).await?;
            }
            return Err(refused);
        }
    };

    let person = found.row::<store::PersonRow>()?;
    let proof = password::verify(
        &credentials.password,
        person.as_ref().map(|person| person.password.as_str()),
    )?;
    let (Some(person), Some(proof)) = (person, proof) else {
        let event = audit::about_whoever_has(&call, &credentials.email, Action::SessionRefused)?;
        call.db.commit([event]).await?;
        return Err(wrong_credentials());
    };
    let owner = Owner::proven(person.tenant_id, person.user.id().clone(), &proof);
    let user = contract::users::User::from(person.user);
    call.made_by("user", user.id.as_str(), owner.tenant().as_str());
    if !user.active {
        call.db
            .commit([
                was_good,
                audit::about_whoever_has(&call, &credentials.email, Action::SessionRefused)?,
            ])
            .await?;
        return Err(Error::refused(
            Code::Forbidden,
            "Your account is not active. Ask an administrator of your company.",
        ));
    }

    let id = SessionId::from_ulid(&call.ulid()?);
    let secret = call::secret(Prefix::Session)?;
    let digest = call.digest(secret.as_str())?;
    let half = user.mfa_enabled || person.mfa_required == 1;
    let mut statements = vec![was_good];
    statements.extend(store::replace(&call, &headers)?);
    statements.push(store::insert(
        &call,
        &owner,
        &id,
        &digest,
        &person.password,
        half,
    ));
    let actor = Actor::in_session(&user, &id);
    if half {
        statements.push(audit::entry(
            &call,
            &owner,
            &actor,
            &session_event(&call, id.as_str(), Action::SessionBegun),
        )?);
        call.db
            .commit_all(statements)
            .await
            .map_err(changed_since)?;
        let cookies = AppendHeaders(vec![new_cookie(secret)]);
        return Ok((cookies, Json(SignInAnswer::MfaRequired)));
    }
    let arrival = Arrival::new(&call, &owner, &actor, device, &person.familiarity, secret)?;
    statements.extend(arrival.statements);
    call.db
        .commit_all(statements)
        .await
        .map_err(changed_since)?;
    arrival.hand_out.send_soon(&call);
    Ok((
        arrival.hand_out.cookies,
        Json(SignInAnswer::SignedIn {
            user: Box::new(user),
            recovery_codes_left: None,
        }),
    ))
}

fn wrong_credentials() -> Error {
    Error::refused(Code::Unauthenticated, "The email or the password is wrong.")
}

/// The password was changed while it was being checked; nothing was written.
fn changed_since(error: Error) -> Error {
    if error.lacked(store::OF_WHOM) {
        wrong_credentials()
    } else {
        error
    }
}

/// What every sign-in leaves behind that came to its end.
pub struct Arrival {
    /// What is written down right after the session.
    pub statements: Vec<Statement>,
    /// What is given to the browser and told to the person once that is done.
    pub hand_out: HandOut,
}

/// What is given to the browser and told to the person.
pub struct HandOut {
    /// The new session's cookie, and the one by which the browser will be known.
    pub cookies: AppendHeaders<Vec<(HeaderName, String)>>,
    message: Option<Message>,
}

impl Arrival {
    /// The arrival of a person, whose session gets `secret` as its cookie.
    pub fn new(
        call: &Call,
        owner: &Owner,
        actor: &Actor,
        device: Device,
        familiarity: &Familiarity,
        secret: Secret,
    ) -> Result<Self> {
        let event = session_event(call, &actor.credential, Action::SessionCreated);
        let (welcome, message) = device.welcome(call, owner, familiarity)?;
        let mut statements = vec![audit::entry(call, owner, actor, &event)?];
        statements.extend(welcome);
        statements.push(store::person_seen(owner, call.now));
        let mut cookies = vec![new_cookie(secret)];
        cookies.extend(device.set_cookie().map(|value| (header::SET_COOKIE, value)));
        Ok(Self {
            statements,
            hand_out: HandOut {
                cookies: AppendHeaders(cookies),
                message,
            },
        })
    }

    /// The same, preceded by the statement that makes a half session a whole one.
    pub fn completing(
        call: &Call,
        session: &SessionCaller,
        device: Device,
        familiarity: &Familiarity,
    ) -> Result<Self> {
        let secret = call::secret(Prefix::Session)?;
        let digest = call.digest(secret.as_str())?;
        let owner = &session.owner;
        let complete = store::complete(owner, &session.id, &digest, call.now);
        let mut arrival = Self::new(call, owner, &session.actor(), device, familiarity, secret)?;
        arrival.statements.insert(0, complete);
        Ok(arrival)
    }
}

impl HandOut {
    /// Sends the message, if there is one.
    pub fn send_soon(&self, call: &Call) {
        if let Some(message) = &self.message {
            message.send_soon(call);
        }
    }
}

/// An event about a session that comes into being.
fn session_event<'a>(call: &'a Call, id: &'a str, action: Action) -> audit::Event<'a> {
    audit::Event {
        action,
        target_type: "session",
        target_id: id,
        target_name: call.user_agent.as_deref().unwrap_or_default(),
        changes: None,
    }
}

fn new_cookie(secret: Secret) -> (HeaderName, String) {
    (
        header::SET_COOKIE,
        set_session_cookie(Some(&secret.expose())),
    )
}

/// Finish signing in with the second factor. The session gets a new cookie.
#[worker::send]
pub async fn second_factor(
    HalfSession(session): HalfSession,
    call: Call,
    headers: HeaderMap,
    Checked(code): Checked<SecondFactorCode>,
) -> Result<impl IntoResponse> {
    let owner = &session.owner;
    let device = Device::of(&call, &headers)?;
    mfa::use_up(
        &call,
        owner,
        &session.actor(),
        &device,
        &code,
        mfa::Stage::On,
    )
    .await?;
    let familiarity = devices::familiarity(&call, owner, &device).await?;
    let arrival = Arrival::completing(&call, &session, device, &familiarity)?;
    let mut statements = arrival.statements;
    statements.push(mfa::count_recovery_codes(owner));
    let outcomes = call.db.commit_all(statements).await?;
    // Another call may have completed or ended it meanwhile.
    if changed(&outcomes, 0) != 1 {
        return Err(Error::refused(
            Code::Unauthenticated,
            "Your session is over. Sign in again.",
        ));
    }
    arrival.hand_out.send_soon(&call);
    Ok((
        arrival.hand_out.cookies,
        Json(SignInAnswer::SignedIn {
            user: Box::new(session.user),
            recovery_codes_left: outcomes.last().map(mfa::recovery_codes_left).transpose()?,
        }),
    ))
}

/// Who is signed in.
pub async fn show(InSession(session): InSession, call: Call) -> Json<Session> {
    Json(Session {
        step_up_until: session.step_up_until(call.now),
        client_ip: call.ip.clone(),
        tenant_name: session.tenant_name,
        permissions: session.grant.permissions,
        scopes: session.grant.scopes,
        user: session.user,
    })
}

/// Sign out, also of a session that waits for its second factor.
#[worker::send]
pub async fn revoke(AnySession(session): AnySession, call: Call) -> Result<impl IntoResponse> {
    let event = audit::Event {
        action: Action::SessionRevoked,
        target_type: "session",
        target_id: session.id.as_str(),
        target_name: "",
        changes: None,
    };
    call.db
        .commit([
            store::delete(&session.owner, &session.id),
            audit::entry(&call, &session.owner, &session.actor(), &event)?,
        ])
        .await?;
    Ok((StatusCode::NO_CONTENT, signed_out()))
}

/// What tells a browser that nobody is signed in any more. What it kept for the back button goes too.
pub fn signed_out() -> [(HeaderName, String); 2] {
    [
        (header::SET_COOKIE, set_session_cookie(None)),
        (
            HeaderName::from_static("clear-site-data"),
            "\"cache\"".into(),
        ),
    ]
}

/// A person's sessions, unless asked otherwise the newest first.
#[worker::send]
pub async fn list(
    InSession(session): InSession,
    call: Call,
    Segment(user): Segment,
    mut query: Query,
) -> Result<Json<List<SeenDevice>>> {
    let person = users::reach(&call, &session, &user).await?;
    let address = |text: &str| text.parse::<IpAddr>().ok();
    let ip = query.parsed("ip", "Use an IP address.", address);
    let way = query.by_age();
    let page = query.page(SessionId::parse);
    query.finish()?;
    let wanted = Wanted {
        way,
        ip: ip.map(|ip| ip.to_string()),
        after: page.after.as_ref(),
        rows: page.rows(),
    };
    let devices = devices(&call, &person.owner, &session.id, &wanted).await?;
    Ok(Json(page.list(devices, |device| device.id.as_str())))
}

/// Those `wanted` of a person's sessions; `current` is the one that asks.
pub async fn devices(
    call: &Call,
    owner: &Owner,
    current: &SessionId,
    wanted: &Wanted<'_>,
) -> Result<Vec<SeenDevice>> {
    let rows = store::list(&call.db, owner, wanted, call.now).await?;
    let devices = rows.into_iter().map(|row| SeenDevice {
        device: device::in_words(row.user_agent.as_deref()),
        current: row.id == *current,
        id: row.id,
        ip: row.ip,
        place: row.place,
        created_at: row.created_at,
        last_seen_at: row.last_seen_at,
    });
    Ok(devices.collect())
}

/// End one session of a person.
#[worker::send]
pub async fn end_one(
    InSession(session): InSession,
    call: Call,
    Segment((user, id)): Segment<(String, String)>,
) -> Result<StatusCode> {
    let person = in_care(&call, &session, &user).await?;
    let id = SessionId::parse(&id).ok_or_else(|| Error::not_found("session"))?;
    if id == session.id {
        return Err(Error::refused(
            Code::Conflict,
            "This is the session that you are using. Sign out to end it.",
        ));
    }
    let [_, ended] = call
        .db
        .commit(store::end(
            &call,
            &person.owner,
            &session.actor(),
            Which::One(&id),
        )?)
        .await?;
    match ended.changed() {
        0 => Err(Error::not_found("session")),
        _ => Ok(StatusCode::NO_CONTENT),
    }
}

/// Oneself, or somebody whom one may look after.
async fn in_care(call: &Call, session: &SessionCaller, user: &str) -> Result<users::Person> {
    let person = users::reach(call, session, user).await?;
    if person.is_other {
        users::may_look_after(session, &person.user)?;
    }
    Ok(person)
}

/// End all sessions of a person but the one that asks.
#[worker::send]
pub async fn end_others(
    InSession(session): InSession,
    call: Call,
    Segment(user): Segment,
) -> Result<StatusCode> {
    let person = in_care(&call, &session, &user).await?;
    call.db
        .commit(store::end(
            &call,
            &person.owner,
            &session.actor(),
            Which::AllBut(&session.id),
        )?)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Confirm with the password or the second factor that it is still the same person. The session gets a new cookie.
#[worker::send]
pub async fn step_up(
    InSession(session): InSession,
    call: Call,
    headers: HeaderMap,
    Checked(proof): Checked<StepUp>,
) -> Result<impl IntoResponse> {
    let (owner, actor) = (&session.owner, session.actor());
    let device = Device::of(&call, &headers)?;
    match proof {
        Proof::Password(password) => check_password(&call, &session, &device, &password).await?,
        Proof::Code(code) if session.user.mfa_enabled => {
            mfa::use_up(&call, owner, &actor, &device, &code, mfa::Stage::On).await?;
        }
        // An app that is only being set up proves nothing yet.
        Proof::Code(_) => {
            return Err(Error::refused(
                Code::Unauthenticated,
                "Multi-Factor Authentication is off. Enter your password.",
            ));
        }
    }
    let secret = call::secret(Prefix::Session)?;
    let event = step_up_event(&session, Action::SessionSteppedUp);
    call.db
        .commit([
            store::renew(owner, &session.id, &call.digest(secret.as_str())?, call.now),
            audit::entry(&call, owner, &actor, &event)?,
        ])
        .await?;
    Ok((StatusCode::NO_CONTENT, [new_cookie(secret)]))
}

async fn check_password(
    call: &Call,
    session: &SessionCaller,
    device: &Device,
    password: &str,
) -> Result<()> {
    let tries = PersonalTries::new(call, &STEP_UPS, &session.owner, device)?;
    let [taken, found] = call
        .db
        .commit([tries.take(), store::find_password(&session.owner)])
        .await?;
    let tries = tries.check(&taken)?;
    let kept = found.row::<store::PasswordRow>()?;
    if password::verify(password, kept.as_ref().map(|kept| kept.password.as_str()))?.is_some() {
        return call.db.commit([tries.reset()]).await.map(drop);
    }
    let event = step_up_event(session, Action::SessionStepUpRefused);
    let refused = audit::refusal(call, &session.owner, &session.actor(), &event)?;
    call.db.commit([refused]).await?;
    Err(Error::refused(
        Code::Unauthenticated,
        "The password is wrong.",
    ))
}

fn step_up_event(session: &SessionCaller, action: Action) -> audit::Event<'_> {
    audit::Event {
        action,
        target_type: "session",
        target_id: session.id.as_str(),
        target_name: "",
        changes: None,
    }
}
