//! The route by which people take along what is kept about them.

use super::parts::{self, Part, Place, ROWS, Source};
use crate::{
    audit,
    auth::{Authorized, SessionCaller, rights::ExportOwnData},
    call::Call,
    error::{Error, Result},
    limits::{Counter, Limit},
    mfa, notifications, photos, slack,
};
use axum::{
    body::Body,
    http::header,
    response::{IntoResponse, Response},
};
use contract::{
    audit::Action, mfa::SecondFactor, notifications::Notifications, slack::SlackConnection,
    time::Timestamp, users::User,
};
use data_encoding::BASE64;
use futures_util::stream::unfold;
use serde::Serialize;
use worker::send::SendFuture;

/// Of one person's exports: each reads all that is kept about them.
const EXPORTS: Limit = Limit {
    name: "exports of account",
    count: 10,
    seconds: 60 * 60,
};

/// What the file begins with: of each there is one.
#[derive(Serialize)]
struct Head<'a> {
    exported_at: Timestamp,
    company: &'a str,
    user: &'a User,
    photo: Option<Photo>,
    second_factor: SecondFactor,
    notifications: Notifications,
    slack: SlackConnection,
}

/// A photo as it was uploaded.
#[derive(Serialize)]
struct Photo {
    media_type: String,
    /// Its bytes in base64 (RFC 4648, section 4).
    data: String,
}

/// Everything about oneself, read part by part while it is sent, so that memory holds one page of it.
#[worker::send]
pub async fn show(
    Authorized {
        owner,
        actor,
        session,
        ..
    }: Authorized<ExportOwnData>,
    call: Call,
) -> Result<Response> {
    let exports = Counter::new(&call, &EXPORTS, owner.user().as_str())?;
    let [taken] = call.db.commit([exports.take(call.now)]).await?;
    exports.check(&taken, call.now)?;
    let head = head(&call, &session).await?;
    let event = audit::Event {
        action: Action::UserExported,
        target_type: "user",
        target_id: owner.user().as_str(),
        target_name: &actor.name,
        changes: None,
    };
    call.db
        .commit([audit::reading(&call, &owner, &actor, &event)?])
        .await?;
    let name = format!("attachment; filename=\"latchkey-{}.json\"", call.now.day());
    let start = Progress {
        text: head,
        left: &Part::ALL,
        after: Place::default(),
        is_first: true,
        done: false,
        source: Source {
            call,
            owner,
            session: session.id,
        },
    };
    let pieces = unfold(start, |progress| SendFuture::new(progress.next()));
    let described = [
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((described, Body::from_stream(pieces)).into_response())
}

/// The file up to its lists, without the brace that ends it.
async fn head(call: &Call, session: &SessionCaller) -> Result<String> {
    let owner = &session.owner;
    let photo = photos::read(call, owner).await?;
    let head = Head {
        exported_at: call.now,
        company: &session.tenant_name,
        user: &session.user,
        photo: photo.map(|(media_type, bytes)| Photo {
            media_type,
            data: BASE64.encode(&bytes),
        }),
        second_factor: mfa::standing(call, session).await?,
        notifications: notifications::find(call, owner).await?,
        slack: slack::standing(call, owner).await?,
    };
    let mut text = parts::json(&head)?;
    text.pop();
    Ok(text)
}

/// How far a file has come.
struct Progress {
    source: Source,
    /// What comes before the next page.
    text: String,
    /// The parts that are not written yet, the one at hand included.
    left: &'static [Part],
    /// The last item of the page before.
    after: Place,
    /// Whether nothing of the part at hand was written yet.
    is_first: bool,
    done: bool,
}

impl Progress {
    /// The next piece of the file; nothing after its last.
    async fn next(mut self) -> Option<(Result<String, String>, Self)> {
        if self.done {
            return None;
        }
        let Some((part, rest)) = self.left.split_first() else {
            self.done = true;
            return Some((Ok("}\n".into()), self));
        };
        let page = match part.page(&self.source, &self.after).await {
            Ok(page) => page,
            Err(error) => return Some(self.broken_off(&error)),
        };
        let mut text = std::mem::take(&mut self.text);
        if self.is_first {
            text += &[",\n\"", part.name(), "\":["].concat();
        }
        let is_last = u32::try_from(page.len()).is_ok_and(|read| read < ROWS);
        for (place, item) in page {
            text += if self.is_first { "\n" } else { ",\n" };
            text += &item;
            self.is_first = false;
            self.after = place;
        }
        if is_last {
            text += "]";
            (self.left, self.after, self.is_first) = (rest, Place::default(), true);
        }
        Some((Ok(text), self))
    }

    /// Who reads it must not take a part for the whole: the connection breaks off.
    fn broken_off(mut self, error: &Error) -> (Result<String, String>, Self) {
        crate::log::failure(error, &self.source.call.request_id);
        self.done = true;
        (Err("the rest could not be read".into()), self)
    }
}
