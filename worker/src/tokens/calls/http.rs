//! The route about calls with a token.

use super::store::{self, Wanted};
use crate::{
    auth::{Authorized, Holder, rights::ReadTokens},
    call::Call,
    error::Result,
    extract::{Query, Segment},
    files::{self, Format, Listed, ROWS},
    tokens::reach::{Reached, reach},
};
use axum::{
    Json,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use contract::{
    ids::{CallsId, TokenId},
    tokens::{Outcome, TokenCalls},
};
use std::net::IpAddr;

/// No route is longer.
const ROUTE_MAX: usize = 128;

/// The calls with a token, reads and refused ones included, the newest first: as a page or as a file.
#[worker::send]
pub async fn list(
    Authorized { session, .. }: Authorized<ReadTokens>,
    call: Call,
    Segment(id): Segment,
    headers: HeaderMap,
    mut query: Query,
) -> Result<Response> {
    let outcome = query.parsed("outcome", "Use allowed or refused.", Outcome::parse);
    let route = query.parsed(
        "route",
        "Use method and route, such as GET /backups.",
        |text| (!text.is_empty() && text.len() <= ROUTE_MAX).then(|| text.to_owned()),
    );
    let address = |text: &str| text.parse::<IpAddr>().ok();
    let ip = query.parsed("ip", "Use an IP address.", address);
    let format = Format::wanted(&mut query, &headers);
    let page = query.page(CallsId::parse);
    query.finish()?;
    let Reached { holder, token, .. } = reach(&call, &session, &id).await?;
    let wanted = Wanted {
        outcome,
        route,
        ip: ip.map(|ip| ip.to_string()),
        after: page.after.clone(),
    };
    if let Some(format) = format {
        let id = token.id;
        return Ok(files::file(call, Calls { holder, id, wanted }, format));
    }
    let calls = store::page(&call.db, &holder, &token.id, &wanted, page.rows()).await?;
    Ok(Json(page.list(calls, |calls| calls.id.as_str())).into_response())
}

/// The calls that are wanted of one token.
struct Calls {
    holder: Holder,
    id: TokenId,
    wanted: Wanted,
}

impl Listed for Calls {
    type Row = TokenCalls;

    const NAME: &'static str = "token-calls";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "at",
        "calls",
        "route",
        "status",
        "code",
        "ip",
        "agent",
        "request_id",
    ];

    fn cells(calls: &TokenCalls) -> Vec<String> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        vec![
            calls.id.as_str().into(),
            calls.at.to_string(),
            calls.calls.to_string(),
            calls.route.clone(),
            calls.status.to_string(),
            text(&calls.code),
            calls.ip.clone(),
            text(&calls.agent),
            calls.request_id.clone(),
        ]
    }

    async fn read_on(&mut self, call: &Call) -> Result<Vec<TokenCalls>> {
        let calls = store::page(&call.db, &self.holder, &self.id, &self.wanted, ROWS).await?;
        self.wanted.after = calls.last().map(|calls| calls.id.clone());
        Ok(calls)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::time::Timestamp;

    #[test]
    fn c_2_calls_have_a_cell_for_each_column() {
        let line = TokenCalls {
            id: CallsId::from_ulid("01JD7ZQ4T3V5W6X7Y8Z9ABCDEF"),
            at: Timestamp::from_seconds(1_795_377_695),
            calls: 3,
            route: "GET /backups".into(),
            status: 200,
            code: None,
            ip: String::new(),
            agent: None,
            request_id: "req_1".into(),
        };
        let cells = Calls::cells(&line);
        assert_eq!(cells.len(), Calls::COLUMNS.len());
        assert_eq!(
            cells[1..6],
            ["2026-11-22T20:01:35Z", "3", "GET /backups", "200", ""]
        );
    }
}
