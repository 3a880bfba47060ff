//! Events as CSV (RFC 4180), of which no cell is a formula to a spreadsheet.

use contract::audit::AuditEvent;
use serde_json::Value;

/// The first line.
pub const HEAD: &str = "id,at,actor_type,actor_id,actor,credential,action,target_type,target_id,target,ip,device,request_id,changes\r\n";

/// The line of an event.
pub fn line(event: &AuditEvent<Value>) -> String {
    let at = event.at.to_string();
    let changes = event.changes.as_ref().map(Value::to_string);
    let cells = [
        event.id.as_str(),
        &at,
        &event.actor.kind,
        event.actor.id.as_deref().unwrap_or_default(),
        &event.actor.name,
        event.credential.as_deref().unwrap_or_default(),
        &event.action,
        &event.target.kind,
        event.target.id.as_deref().unwrap_or_default(),
        &event.target.name,
        event.ip.as_deref().unwrap_or_default(),
        event.device.as_deref().unwrap_or_default(),
        &event.request_id,
        changes.as_deref().unwrap_or_default(),
    ]
    .map(cell);
    cells.join(",") + "\r\n"
}

/// A cell in quotes. What a spreadsheet would take for a formula gets an apostrophe before it (OWASP, CSV Injection).
fn cell(text: &str) -> String {
    let starts_formula =
        text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let guard = if starts_formula { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn no_cell_is_a_formula_and_quotes_and_lines_stay_within_theirs() {
        assert_eq!(cell("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
        for text in ["+1", "-1", "@a", "\tx", "\rx", "＝1"] {
            assert_eq!(cell(text), format!("\"'{text}\""));
        }
        assert_eq!(cell("a, \"b\"\nc=1"), "\"a, \"\"b\"\"\nc=1\"");
    }

    #[test]
    fn a_line_has_a_cell_for_each_head() {
        let event: AuditEvent<Value> = serde_json::from_value(json!({
            "id": "evt_01JD7ZQ4T3V5W6X7Y8Z9ABCDEF", "at": "2026-11-22T20:01:35Z", "actor": {"type": "anonymous", "id": null, "name": "Anonymous"},
            "credential": null, "action": "session.refused", "target": {"type": "user", "id": "usr_1", "name": "Ada"}, "ip": null, "device": null,
            "request_id": "req_1", "changes": null,
        }))
        .unwrap();
        let line = line(&event);
        assert_eq!(line.matches(',').count(), HEAD.matches(',').count());
        assert!(line.ends_with(",\"req_1\",\"\"\r\n"), "{line}");
    }
}
