//! The trail as a file.

use super::store::{self, Wanted};
use crate::{
    auth::Tenant,
    call::Call,
    error::Result,
    files::{Listed, ROWS},
};
use contract::{audit::AuditEvent, ids::EventId};
use serde_json::Value;

/// The events that are wanted of a tenant's trail.
pub struct Trail {
    pub tenant: Tenant,
    pub wanted: Wanted,
}

impl Listed for Trail {
    type Row = AuditEvent<Value>;

    const NAME: &'static str = "audit-log";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "at",
        "actor_type",
        "actor_id",
        "actor",
        "credential",
        "action",
        "target_type",
        "target_id",
        "target",
        "ip",
        "device",
        "request_id",
        "changes",
    ];

    fn cells(event: &AuditEvent<Value>) -> Vec<String> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let changes = event.changes.as_ref().map(Value::to_string);
        vec![
            event.id.as_str().into(),
            event.at.to_string(),
            event.actor.kind.clone(),
            text(&event.actor.id),
            event.actor.name.clone(),
            text(&event.credential),
            event.action.clone(),
            event.target.kind.clone(),
            text(&event.target.id),
            event.target.name.clone(),
            text(&event.ip),
            text(&event.device),
            event.request_id.clone(),
            text(&changes),
        ]
    }

    async fn read_on(&mut self, call: &Call) -> Result<Vec<AuditEvent<Value>>> {
        let events = store::page(&call.db, &self.tenant, &self.wanted, ROWS).await?;
        self.wanted.after = events.last().map(|event| event.id.clone());
        Ok(events)
    }
}

/// The place in the trail at which a moment begins: ids sort by the millisecond of their making.
pub fn first_at(moment: contract::time::Timestamp) -> Option<EventId> {
    let milliseconds = u64::try_from(moment.seconds()).ok()?.checked_mul(1000)?;
    Some(EventId::from_ulid(
        &ulid::Ulid::from_parts(milliseconds, 0).to_string(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_event_has_a_cell_for_each_column() {
        let event: AuditEvent<Value> = serde_json::from_value(json!({
            "id": "evt_01JD7ZQ4T3V5W6X7Y8Z9ABCDEF", "at": "2026-11-22T20:01:35Z", "actor": {"type": "anonymous", "id": null, "name": "Anonymous"},
            "credential": null, "action": "session.refused", "target": {"type": "user", "id": "usr_1", "name": "Ada"}, "ip": null, "device": null,
            "request_id": "req_1", "changes": null,
        }))
        .unwrap();
        let cells = Trail::cells(&event);
        assert_eq!(cells.len(), Trail::COLUMNS.len());
        assert_eq!(
            cells.last_chunk(),
            Some(&["req_1".to_owned(), String::new()])
        );
    }
}
