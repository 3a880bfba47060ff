//! Lists as files of any size: read page by page while they are sent, so that memory holds one page of them.

use crate::{call::Call, error::Result, extract::Query};
use axum::{
    body::Body,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use futures_util::stream::unfold;
use serde::Serialize;
use serde_json::json;
use worker::send::SendFuture;

/// Rows that are read at once: a call may ask D1 a thousand times.
pub const ROWS: u32 = 1000;

/// A list that can be had as a file.
pub trait Listed: Send + 'static {
    /// A row of it.
    type Row: Serialize;

    /// What the file is called.
    const NAME: &'static str;
    /// The names of the columns of its CSV.
    const COLUMNS: &'static [&'static str];

    /// The cells of a row, one for each column.
    fn cells(row: &Self::Row) -> Vec<String>;

    /// Up to [`ROWS`] rows, after those that were read before.
    fn read_on(&mut self, call: &Call) -> impl Future<Output = Result<Vec<Self::Row>>>;
}

/// What a file is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For spreadsheets.
    Csv,
    /// The list as one document.
    Json,
}

impl Format {
    /// The format that the parameter `format` names, or else the header `Accept`; if none is, no file is wanted.
    pub fn wanted(query: &mut Query, headers: &HeaderMap) -> Option<Self> {
        let named = query.parsed("format", "Use csv or json.", Self::parse);
        named.or_else(|| accepts_csv(headers).then_some(Self::Csv))
    }

    fn parse(text: &str) -> Option<Self> {
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

    fn head(self, columns: &[&str]) -> String {
        match self {
            Self::Csv => columns.join(",") + "\r\n",
            Self::Json => "{\"items\":[".into(),
        }
    }

    const fn foot(self) -> &'static str {
        match self {
            Self::Csv => "",
            Self::Json => "],\"next_cursor\":null}",
        }
    }

    fn write<L: Listed>(self, row: &L::Row, is_first: bool) -> String {
        match self {
            Self::Csv => line(&L::cells(row)),
            Self::Json => [if is_first { "" } else { ",\n" }, &json!(row).to_string()].concat(),
        }
    }
}

fn accepts_csv(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| {
            accept
                .split(',')
                .any(|range| range.trim().starts_with("text/csv"))
        })
}

/// A line of CSV (RFC 4180).
fn line(cells: &[String]) -> String {
    let cells: Vec<_> = cells.iter().map(|text| cell(text)).collect();
    cells.join(",") + "\r\n"
}

/// A cell in quotes. What a spreadsheet would take for a formula gets an apostrophe before it (OWASP, CSV Injection).
fn cell(text: &str) -> String {
    let starts_formula =
        text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let guard = if starts_formula { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

/// How far a file has come.
struct Progress<L> {
    call: Call,
    list: L,
    format: Format,
    /// What comes before the next page.
    text: String,
    is_first: bool,
    done: bool,
}

impl<L: Listed> Progress<L> {
    /// The next piece of the file; nothing after its last.
    async fn next(mut self) -> Option<(Result<String, String>, Self)> {
        if self.done {
            return None;
        }
        let rows = match self.list.read_on(&self.call).await {
            Ok(rows) => rows,
            Err(error) => {
                // Who reads it must not take a part for the whole: the connection breaks off.
                crate::log::failure(&error, &self.call.request_id);
                self.done = true;
                return Some((Err("the rest could not be read".into()), self));
            }
        };
        let mut text = std::mem::take(&mut self.text);
        for row in &rows {
            text += &self.format.write::<L>(row, self.is_first);
            self.is_first = false;
        }
        self.done = u32::try_from(rows.len()).is_ok_and(|read| read < ROWS);
        if self.done {
            text += self.format.foot();
        }
        Some((Ok(text), self))
    }
}

/// The whole of a list, as a file.
pub fn file<L: Listed>(call: Call, list: L, format: Format) -> Response {
    let name = format!(
        "attachment; filename=\"{}-{}.{}\"",
        L::NAME,
        call.now.day(),
        format.extension()
    );
    let start = Progress {
        call,
        list,
        format,
        text: format.head(L::COLUMNS),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_quotes_and_lines_stay_within_theirs() {
        assert_eq!(cell("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
        for text in ["+1", "-1", "@a", "\tx", "\rx", "＝1"] {
            assert_eq!(cell(text), format!("\"'{text}\""));
        }
        assert_eq!(cell("a, \"b\"\nc=1"), "\"a, \"\"b\"\"\nc=1\"");
        let cells = ["a".to_owned(), String::new()];
        assert_eq!(line(&cells), "\"a\",\"\"\r\n");
    }
}
