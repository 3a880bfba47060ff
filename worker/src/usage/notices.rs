//! What owners hear of how their tokens are used: from a network that is new, or in vain.

use super::{
    counts::Counts,
    store::{NewNetwork, RefusedToken},
    uses::TokenKey,
};
use crate::{
    call::Call,
    error::Result,
    outbox::{Message, letters},
};
use contract::{notifications::Event, problem::Code};
use std::net::IpAddr;

/// The refusals that tell of a forgotten job, or of somebody who should not have the secret.
const TELLING: [Code; 3] = [
    Code::IpNotAllowed,
    Code::TokenRevoked,
    Code::TokenGraceEnded,
];

/// Whether a refusal is worth a message.
pub(super) fn is_telling(reason: &str) -> bool {
    TELLING.iter().any(|code| code.as_str() == reason)
}

/// The network that an address is taken to be in: an IPv4 /24, or an IPv6 /48.
pub(super) fn network(ip: Option<IpAddr>) -> String {
    match ip.map(|ip| ip.to_canonical()) {
        Some(IpAddr::V4(v4)) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        Some(IpAddr::V6(v6)) => {
            let [a, b, c, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}::/48")
        }
        None => String::new(),
    }
}

/// Writes to whom it concerns. Nobody waits for it.
pub(super) async fn tell(
    call: &Call,
    counts: &Counts,
    new_networks: &[NewNetwork],
    refused: &[RefusedToken],
) -> Result<()> {
    let mut messages = vec![];
    for new in new_networks {
        let key = (TokenKey::of(&new.token), new.ip);
        let address = counts.new_addresses.get(&key);
        let Some(used) = address else { continue };
        let place = used.place.as_deref();
        let letter = letters::used(
            call,
            Event::TokenNewNetwork,
            &new.name,
            &used.ip.map(|ip| ip.to_string()).unwrap_or_default(),
            place,
            &used.call,
        )?;
        let message = Message::about(call, Event::TokenNewNetwork, &letter)?;
        let token = new.token.as_str();
        let subject = [token, " ", &network(used.ip)].concat();
        messages.push((message.daily_about(&subject), &new.tenant_id, token));
    }
    for dead in refused {
        let letter = letters::refused(call, &dead.name, &dead.reason, &dead.ip, &dead.call)?;
        let message = Message::about(call, Event::TokenRefused, &letter)?;
        let subject = [&*dead.token, " ", &dead.reason].concat();
        messages.push((message.daily_about(&subject), &dead.tenant_id, &dead.token));
    }
    if messages.is_empty() {
        return Ok(());
    }
    let statements = messages
        .iter()
        .map(|(message, tenant_id, token)| message.to_owner_of(tenant_id, token, call.now))
        .collect();
    call.db.commit_all(statements).await?;
    for (message, ..) in &messages {
        message.send(call.env()).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    fn network(ip: &str) -> String {
        super::network(ip.parse().ok())
    }

    #[test]
    fn neighbours_are_in_one_network_however_their_address_is_written() {
        assert_eq!(network("192.0.2.7"), network("::ffff:192.0.2.200"));
        assert_ne!(network("192.0.2.7"), network("192.0.3.7"));
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:ffff::2"));
        assert_ne!(network("2001:db8:1::1"), network("2001:db8:2::1"));
    }
}
