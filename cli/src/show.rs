//! How answers look on a terminal.

use contract::{
    check::is_unprintable,
    roles::Role,
    statistics::Statistics,
    time::Timestamp,
    tokens::{Kind, Revoked, Token, TokenOwner, TokenSelf},
    usage::Usage,
    users::User,
};
use latchkey_cli::plain;
use serde::Serialize;
use std::fmt::Write;

/// JSON that reads the same and cannot steer a terminal.
pub fn json(value: &impl Serialize) -> String {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        // Between values there are line feeds and spaces only; all else stands in a text, where it may be escaped.
        if is_unprintable(c) && c != '\n' {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(safe, "\\u{unit:04x}");
            }
        } else {
            safe.push(c);
        }
    }
    safe
}

/// Lines whose cells stand below each other.
pub fn columns<const N: usize>(rows: impl IntoIterator<Item = [String; N]>) -> String {
    let rows: Vec<_> = rows
        .into_iter()
        .map(|row| row.map(|cell| plain(&cell)))
        .collect();
    let mut widths = [0; N];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let line = |row: &[String; N]| {
        let cells = row.iter().zip(widths);
        let line: Vec<_> = cells
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        line.join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Columns below their titles.
fn table<const N: usize, T>(
    titles: [&str; N],
    items: &[T],
    cells: fn(&T) -> [String; N],
) -> String {
    let titles = titles.map(str::to_owned);
    columns(std::iter::once(titles).chain(items.iter().map(cells)))
}

/// A token that asked about itself.
pub fn whoami(TokenSelf { token, client_ip }: &TokenSelf) -> String {
    let owner = match token.owner {
        TokenOwner::User { .. } => "person",
        TokenOwner::ServiceAccount { .. } => "service account",
    };
    let any = |list: &[String]| match list {
        [] => "any".into(),
        list => list.join(", "),
    };
    let mut addresses = any(&token.ip_allowlist);
    if token.ip_allowlist_observed && !token.ip_allowlist.is_empty() {
        addresses.push_str(" (observed only)");
    }
    columns(
        [
            ["name", &token.name],
            ["id", token.id.as_str()],
            ["owner", &format!("{} ({owner})", token.owner.name())],
            ["kind", token.kind.label()],
            ["scopes", &token.scopes.summary()],
            ["endpoints", &any(&token.allowed_endpoints)],
            ["addresses", &addresses],
            ["ends", &end(token)],
            ["last used", &last_use(token)],
            ["your address", client_ip.as_deref().unwrap_or("unknown")],
        ]
        .map(|row| row.map(str::to_owned)),
    )
}

/// Somebody's tokens.
pub fn tokens(tokens: &[Token]) -> String {
    let titles = [
        "ID",
        "NAME",
        "KIND",
        "SCOPES",
        "STATUS",
        "ENDS",
        "LAST USED",
    ];
    table(titles, tokens, |token| {
        [
            token.id.as_str().into(),
            token.name.clone(),
            token.kind.label().into(),
            token.scopes.summary(),
            name_of(&token.status),
            end(token),
            last_use(token),
        ]
    })
}

/// What a revocation did.
pub fn revoked(done: &Revoked) -> String {
    let now = done.revoked.iter().map(|id| (id, "revoked"));
    let before = done.already_revoked.iter();
    let before = before.map(|id| (id, "had been revoked before"));
    columns(
        now.chain(before)
            .map(|(id, what)| [id.as_str().to_owned(), what.to_owned()]),
    )
}

/// People.
pub fn users(users: &[User]) -> String {
    let titles = ["ID", "EMAIL", "NAME", "ROLE", "ACTIVE", "LAST SEEN"];
    table(titles, users, |user| {
        [
            user.id.as_str().into(),
            user.email.clone(),
            format!("{} {}", user.first_name, user.last_name),
            user.role.name.clone(),
            yes(user.active),
            time(user.last_seen_at, "Never"),
        ]
    })
}

/// Roles.
pub fn roles(roles: &[Role]) -> String {
    let titles = [
        "ID",
        "NAME",
        "BUILT IN",
        "PEOPLE",
        "SERVICE ACCOUNTS",
        "SCOPES",
        "PERMISSIONS",
    ];
    table(titles, roles, |role| {
        [
            role.id.as_str().into(),
            role.name.clone(),
            yes(role.built_in),
            role.members.to_string(),
            role.service_accounts.to_string(),
            role.scopes.summary(),
            contract::roles::format_permissions(&role.permissions),
        ]
    })
}

/// Calls per day, and of all days.
pub fn usage(usage: &Usage) -> String {
    let days = usage
        .days
        .iter()
        .map(|day| [day.day.clone(), day.calls.to_string()]);
    let titles = ["DAY".into(), "CALLS".into()];
    let total = ["Total".into(), usage.calls.to_string()];
    columns(std::iter::once(titles).chain(days).chain([total]))
}

/// Counts.
pub fn statistics(counts: &Statistics) -> String {
    columns(
        [
            ("users, active", counts.users.active),
            ("users, inactive", counts.users.inactive),
            ("roles", counts.roles),
            ("tokens, active", counts.tokens.active),
            ("tokens, expired", counts.tokens.expired),
            ("tokens, revoked", counts.tokens.revoked),
        ]
        .map(|(what, count)| [what.to_owned(), count.to_string()]),
    )
}

/// What a token is, in a sentence beside its secret.
pub fn sentence(token: &Token) -> String {
    let name = plain(&token.name);
    let (id, end) = (token.id.as_str(), end(token));
    let what = match token.kind {
        Kind::Custom => token.scopes.summary(),
        kind => kind.label().to_owned(),
    };
    format!("{name} ({id}): {what}; ends: {end}.")
}

fn end(token: &Token) -> String {
    time(token.end(), "Never")
}

fn last_use(token: &Token) -> String {
    match (token.last_used_at, &token.last_used_ip) {
        (Some(at), Some(ip)) => format!("{at} from {ip}"),
        (at, _) => time(at, "Never"),
    }
}

fn time(at: Option<Timestamp>, never: &str) -> String {
    at.map_or_else(|| never.into(), |at| at.to_string())
}

fn yes(so: bool) -> String {
    if so { "yes" } else { "no" }.into()
}

/// The name that a value has on the wire.
fn name_of(value: &impl Serialize) -> String {
    let name = serde_json::to_value(value).unwrap_or_default();
    name.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_stand_below_each_other_however_wide_their_letters_are_written() {
        let rows = [["ID", "NAME", "X"], ["1", "Zoë", "x"], ["22", "Grace", ""]];
        assert_eq!(
            columns(rows.map(|row| row.map(str::to_owned))),
            "ID  NAME   X\n1   Zoë    x\n22  Grace"
        );
    }

    #[test]
    fn a_cell_is_one_line_without_control_characters() {
        let row = ["a\u{1b}]0;x\u{7}\nb".to_owned(), "c".to_owned()];
        assert_eq!(columns([row]), "a\\u{1b}]0;x\\u{7}\\u{a}b  c");
    }

    #[test]
    fn json_reads_the_same_and_has_no_control_characters() {
        let value = serde_json::json!({ "name": "a\u{1b}[1m\u{9b}\u{7f}\u{202e}\u{e0041}\n\"ż\"" });
        let text = json(&value);
        assert!(
            text.chars().all(|c| c == '\n' || !is_unprintable(c)),
            "{text}"
        );
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&text).unwrap(),
            value
        );
    }
}
