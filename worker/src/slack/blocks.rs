//! A letter as Slack shows it: blocks of plain text, one link, and a text for notifications.

use crate::outbox::Letter;
use serde_json::{Value, json};

/// Slack's limits in characters: of a header, of a text, of a field; of fields in a section, and of blocks.
const HEADER_MAX: usize = 150;
const TEXT_MAX: usize = 3000;
const FIELD_MAX: usize = 2000;
const FIELDS_MAX: usize = 10;
const BLOCKS_MAX: usize = 50;

/// The message without its destination.
pub(super) fn message(letter: &Letter) -> Value {
    let mut blocks = vec![json!({"type": "header", "text": plain(&letter.subject, HEADER_MAX)})];
    let section = |text: &str| json!({"type": "section", "text": plain(text, TEXT_MAX)});
    blocks.extend(letter.lines.iter().map(|line| section(line)));
    // Besides these: one that says how many are left out, the link, and what comes last.
    let room = BLOCKS_MAX.saturating_sub(blocks.len() + 2 + letter.last_lines.len());
    for facts in letter.facts.chunks(FIELDS_MAX).take(room) {
        let fields: Vec<_> = facts
            .iter()
            .map(|(name, value)| plain(&format!("{name}\n{value}"), FIELD_MAX))
            .collect();
        blocks.push(json!({"type": "section", "fields": fields}));
    }
    let left = letter.facts.len().saturating_sub(room * FIELDS_MAX);
    if left > 0 {
        blocks.push(section(&format!("… and {left} more.")));
    }
    if let Some((label, url)) = &letter.link {
        let link = format!("<{}|{}>", escape(url), escape(label));
        blocks.push(json!({"type": "section", "text": {"type": "mrkdwn", "text": link}}));
    }
    let last = letter
        .last_lines
        .iter()
        .map(|line| json!({"type": "context", "elements": [plain(line, TEXT_MAX)]}));
    blocks.extend(last);
    json!({"text": escape(&letter.subject), "blocks": blocks, "unfurl_links": false, "unfurl_media": false})
}

/// Text in which nothing is a link, a mention or an emoji.
fn plain(text: &str, max: usize) -> Value {
    let text: String = match text.char_indices().nth(max) {
        None => text.into(),
        Some(_) => text.chars().take(max - 1).chain(['…']).collect(),
    };
    json!({"type": "plain_text", "text": text, "emoji": false})
}

/// Slack's own three characters (docs.slack.dev, Formatting message text).
fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_named_mentions_nobody_and_links_nowhere() {
        let evil = "<!channel> <https://evil.example|here> & :tada:";
        let letter = Letter {
            subject: evil.into(),
            lines: vec![evil.into()],
            facts: vec![(String::from("Token"), evil.into())],
            link: Some(("Look".into(), "https://console.example/?a=1&b=2".into())),
            last_lines: vec![evil.into()],
            ..Letter::default()
        };
        let message = message(&letter);
        assert_eq!(
            message["text"],
            "&lt;!channel&gt; &lt;https://evil.example|here&gt; &amp; :tada:"
        );
        let text = message["blocks"].to_string();
        assert_eq!(text.matches("mrkdwn").count(), 1);
        assert!(text.contains("<https://console.example/?a=1&amp;b=2|Look>"));
        assert_eq!(text.matches("\"emoji\":false").count(), 4);
    }

    #[test]
    fn what_is_too_long_for_slack_is_cut_at_a_character() {
        let letter = Letter {
            subject: "é".repeat(200),
            facts: vec![("a".into(), "b".into()); 12],
            ..Letter::default()
        };
        let message = message(&letter);
        let header = message["blocks"][0]["text"]["text"].as_str().unwrap();
        assert_eq!(header.chars().count(), HEADER_MAX);
        assert!(header.ends_with('…'));
        let fields = |block: usize| message["blocks"][block]["fields"].as_array().unwrap().len();
        assert_eq!([fields(1), fields(2)], [FIELDS_MAX, 2]);
    }

    #[test]
    fn what_slack_has_no_room_for_is_counted() {
        let letter = Letter {
            facts: vec![("a".into(), "b".into()); 1000],
            link: Some(("Look".into(), "https://console.example/".into())),
            last_lines: vec!["Bye.".into()],
            ..Letter::default()
        };
        let message = message(&letter);
        let blocks = message["blocks"].as_array().unwrap();
        assert_eq!(blocks.len(), BLOCKS_MAX);
        assert_eq!(blocks[47]["text"]["text"], "… and 540 more.");
    }
}
