//! What a message says, and how that looks as text and as HTML.

use crate::{
    edge,
    error::{Error, Result},
};
use contract::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt::Write;

/// What a message says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// Its subject, which is its heading too.
    pub subject: String,
    /// What comes first.
    pub lines: Vec<String>,
    /// Facts with their names.
    pub facts: Vec<(String, String)>,
    /// Instants with their names, told in the time of the reader when that is known.
    #[serde(default)]
    pub times: Vec<(String, Timestamp)>,
    /// What the reader can do: label and URL.
    pub link: Option<(String, String)>,
    /// What comes last.
    pub last_lines: Vec<String>,
}

impl Letter {
    /// As it is kept.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        serde_json::to_vec(self).map_err(|error| Error::Internal(error.to_string()))
    }

    /// Tells that so many messages of this kind that came before it were not sent: they may be about something else.
    pub fn stands_for_more(&mut self, more: u32) {
        let (count, are) = match more {
            0 => return,
            1 => ("One more message".to_owned(), "is"),
            more => (format!("{more} more messages"), "are"),
        };
        self.lines.push(format!(
            "{count} of this kind came up shortly before and {are} not sent: what is said here is only about the latest. The others may be about other tokens, people, addresses or rules; look at the page to see how things stand."
        ));
    }

    /// Tells its instants among the facts, as clocks show them in a time zone: `22 November 2026 at 21:01 CET`.
    pub fn tell_times(&mut self, zone: Option<&str>) {
        let format = [
            ("day", "numeric"),
            ("month", "long"),
            ("year", "numeric"),
            ("hour", "2-digit"),
            ("minute", "2-digit"),
            ("timeZoneName", "short"),
        ];
        for (name, time) in std::mem::take(&mut self.times) {
            let told = edge::time_in(zone.unwrap_or("UTC"), &format, time);
            self.facts
                .push((name, told.unwrap_or_else(|| time.to_string())));
        }
    }

    /// As it was kept.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        serde_json::from_slice(bytes).map_err(|error| Error::Internal(error.to_string()))
    }

    /// The letter as text.
    pub fn text(&self) -> String {
        let facts: Vec<_> = self
            .facts
            .iter()
            .map(|(name, value)| format!("{name}: {value}"))
            .collect();
        let link = self
            .link
            .as_ref()
            .map(|(label, url)| format!("{label}:\n{url}"));
        let mut parts = self.lines.clone();
        parts.extend((!facts.is_empty()).then(|| facts.join("\n")));
        parts.extend(link);
        parts.extend(self.last_lines.iter().cloned());
        parts.join("\n\n") + "\n\n-- \nLatchkey\n"
    }

    /// The letter as HTML: no script, no picture, nothing from elsewhere.
    pub fn html(&self) -> String {
        const TEXT: &str = "margin:0 0 16px";
        const BUTTON: &str = "display:inline-block;padding:11px 20px;border-radius:8px;background:#0f6674;color:#ffffff;\
             font-weight:600;text-decoration:none";
        let mut body = String::new();
        // Writing to a string cannot fail.
        let mut add = |html: std::fmt::Arguments| {
            let _ = body.write_fmt(html);
        };
        let subject = escape(&self.subject);
        add(format_args!(
            "<h1 style=\"margin:0 0 20px;font-size:20px;line-height:1.3\">{subject}</h1>"
        ));
        for line in &self.lines {
            add(format_args!("<p style=\"{TEXT}\">{}</p>", escape(line)));
        }
        if !self.facts.is_empty() {
            add(format_args!("<table style=\"{TEXT};border-spacing:0\">"));
            for (name, value) in &self.facts {
                add(format_args!(
                    "<tr><td style=\"padding:2px 16px 2px 0;color:#55646a\">{}</td><td style=\"padding:2px 0\">{}</td></tr>",
                    escape(name),
                    escape(value)
                ));
            }
            add(format_args!("</table>"));
        }
        if let Some((label, url)) = &self.link {
            let (label, url) = (escape(label), escape(url));
            add(format_args!(
                "<p style=\"margin:24px 0\"><a href=\"{url}\" style=\"{BUTTON}\">{label}</a></p>\
                 <p style=\"{TEXT};color:#55646a;font-size:13px;word-break:break-all\">{url}</p>"
            ));
        }
        for line in &self.last_lines {
            add(format_args!("<p style=\"{TEXT}\">{}</p>", escape(line)));
        }
        format!(
            "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
             <title>{subject}</title></head><body style=\"margin:0;background:#f5f8f8;color:#16201f;\
             font:15px/1.55 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif\">\
             <div style=\"max-width:560px;margin:0 auto;padding:32px 16px\"><p style=\"margin:0 0 16px;font-weight:700\">Latchkey</p>\
             <div style=\"background:#ffffff;border:1px solid #dbe3e4;border-radius:12px;padding:28px 28px 12px\">{body}</div></div></body></html>"
        )
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter() -> Letter {
        Letter {
            subject: "New <sign-in>".into(),
            lines: vec!["Somebody signed in.".into()],
            facts: vec![("Device".into(), "\"Fox\" & Co".into())],
            times: vec![],
            link: Some(("Look".into(), "https://console.example/?a=1&b=2".into())),
            last_lines: vec!["Bye.".into()],
        }
    }

    #[test]
    fn the_text_says_it_all_in_order() {
        assert_eq!(
            letter().text(),
            "Somebody signed in.\n\nDevice: \"Fox\" & Co\n\nLook:\nhttps://console.example/?a=1&b=2\n\nBye.\n\n-- \nLatchkey\n"
        );
    }

    #[test]
    fn a_letter_that_stands_for_more_says_that_it_does_not_name_them() {
        let mut alone = letter();
        alone.stands_for_more(0);
        assert_eq!(alone, letter());
        let mut many = letter();
        many.stands_for_more(3);
        let line = many.lines.last().unwrap();
        assert!(line.starts_with("3 more messages of this kind"));
        assert!(line.contains("only about the latest"));
    }

    #[test]
    fn what_people_named_becomes_no_markup() {
        let html = letter().html();
        assert!(html.contains("New &lt;sign-in&gt;") && !html.contains("<sign-in>"));
        assert!(html.contains("&quot;Fox&quot; &amp; Co"));
        assert!(html.contains("href=\"https://console.example/?a=1&amp;b=2\""));
        for foreign in ["<script", "<img", "<link", "src="] {
            assert!(!html.contains(foreign), "{foreign}");
        }
    }

    #[test]
    fn a_letter_comes_back_as_it_was_kept() {
        let bytes = letter().to_bytes().unwrap();
        assert_eq!(Letter::from_bytes(&bytes).unwrap(), letter());
    }
}
