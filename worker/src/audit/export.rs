//! The trail as a file of any size: read page by page while it is sent, so that memory holds one page of it.

use super::{
    csv,
    store::{self, Wanted},
};
use crate::{auth::Tenant, call::Call, error::Result};
use axum::{
    body::Body,
    http::header,
    response::{IntoResponse, Response},
};
use contract::{audit::AuditEvent, ids::EventId};
use futures_util::stream::unfold;
use serde_json::{Value, json};
use worker::send::SendFuture;

/// Rows that are read at once: a call may ask D1 a thousand times.
const ROWS: u32 = 1000;

/// What the file is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For spreadsheets.
    Csv,
    /// The list as one document.
    Json,
}

impl Format {
    /// The format that the parameter `format` names.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "csv" => Some(Self::Csv),
            "json" => Some(Self::Json),
            _ => None,
        }
    }

    const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Json => "application/json",
        }
    }

    const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    const fn head(self) -> &'static str {
        match self {
            Self::Csv => csv::HEAD,
            Self::Json => "{\"items\":[",
        }
    }

    const fn foot(self) -> &'static str {
        match self {
            Self::Csv => "",
            Self::Json => "],\"next_cursor\":null}",
        }
    }

    fn write(self, event: &AuditEvent<Value>, is_first: bool) -> String {
        match self {
            Self::Csv => csv::line(event),
            Self::Json => [if is_first { "" } else { ",\n" }, &json!(event).to_string()].concat(),
        }
    }
}

/// How far a file has come.
struct Progress {
    call: Call,
    tenant: Tenant,
    wanted: Wanted,
    format: Format,
    /// What comes before the next page.
    text: String,
    is_first: bool,
    done: bool,
}

impl Progress {
    /// The next piece of the file; nothing after its last.
    async fn next(mut self) -> Option<(Result<String, String>, Self)> {
        if self.done {
            return None;
        }
        let page = store::page(&self.call.db, &self.tenant, &self.wanted, ROWS).await;
        let events = match page {
            Ok(events) => events,
            Err(error) => {
                // Who reads it must not take a part for the whole: the connection breaks off.
                crate::log::failure(&error, &self.call.request_id);
                self.done = true;
                return Some((Err("the rest could not be read".into()), self));
            }
        };
        let mut text = std::mem::take(&mut self.text);
        for event in &events {
            text += &self.format.write(event, self.is_first);
            self.is_first = false;
        }
        self.done = u32::try_from(events.len()).is_ok_and(|read| read < ROWS);
        self.wanted.after = events.last().map(|event| event.id.clone());
        if self.done {
            text += self.format.foot();
        }
        Some((Ok(text), self))
    }
}

/// Every event that is wanted, as a file.
pub fn file(call: Call, tenant: Tenant, wanted: Wanted, format: Format) -> Response {
    let name = format!(
        "attachment; filename=\"audit-log-{}.{}\"",
        call.now.day(),
        format.extension()
    );
    let start = Progress {
        call,
        tenant,
        wanted,
        format,
        text: format.head().into(),
        is_first: true,
        done: false,
    };
    let pieces = unfold(start, |progress| SendFuture::new(progress.next()));
    (
        [
            (header::CONTENT_TYPE, format.media_type().to_owned()),
            (header::CONTENT_DISPOSITION, name),
        ],
        Body::from_stream(pieces),
    )
        .into_response()
}

/// The place in the trail at which a moment begins: ids sort by the millisecond of their making.
pub fn first_at(moment: contract::time::Timestamp) -> Option<EventId> {
    let milliseconds = u64::try_from(moment.seconds()).ok()?.checked_mul(1000)?;
    Some(EventId::from_ulid(
        &ulid::Ulid::from_parts(milliseconds, 0).to_string(),
    ))
}
