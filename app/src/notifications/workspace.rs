//! What is shown of a connected workspace, and what can be done with it.

use super::slack::{Desk, connect};
use crate::{
    api::{Method, parse},
    dom,
    settings::facts,
    ui::{notice, time_ago::time_ago},
};
use contract::{
    notifications::{Delivery, DeliveryState},
    slack::{CONNECTION, ConnectionState, TEST, Via, Workspace},
};
use leptos::prelude::*;
use std::time::Duration;

/// How often it is looked what became of the test message, and how many times.
const LOOK_EVERY: Duration = Duration::from_secs(1);
const LOOKS: u8 = 20;

impl Desk {
    fn disconnect(self) {
        let call = self.api.send(Method::DELETE, CONNECTION, None);
        self.act(call, move |_| {
            self.toaster.say("Slack is disconnected.".into());
            self.load();
        });
    }

    /// Has messages come by another way from now on.
    fn choose(self, via: Via) {
        let body = ["{\"via\":\"", via.as_str(), "\"}"].concat();
        let call = async move { self.api.send(Method::PATCH, CONNECTION, Some(body)).await };
        self.act(call, move |text| {
            self.toaster
                .say("Where your messages go was changed.".into());
            self.connection.try_set(Some(parse(&text)));
            self.deliveries.reload();
            dom::focus_soon("#slack-way");
        });
    }

    fn test(self) {
        let call = async move { self.api.send(Method::POST, TEST, None).await };
        self.act(call, move |text| {
            if let Ok(delivery) = parse::<Delivery>(&text) {
                self.look(delivery.id.as_str().to_owned(), LOOKS);
            }
        });
    }

    /// Looks what became of a message, until that is known.
    fn look(self, id: String, looks: u8) {
        self.deliveries.reload();
        let after = move || {
            let state = self.deliveries.rows.try_with_untracked(|rows| {
                let mut rows = rows.known().iter();
                rows.find(|row| row.id.as_str() == id).cloned()
            });
            match state
                .flatten()
                .map(|delivery| (delivery.state, delivery.last_error))
            {
                Some((DeliveryState::Sent, _)) => {
                    self.toaster.say("Slack took the test message.".into());
                    self.load();
                }
                Some((DeliveryState::Failed, why)) => {
                    self.toaster.complain(why.unwrap_or_default());
                    self.load();
                }
                _ if looks > 0 => self.look(id, looks - 1),
                _ => self.toaster.say(
                    "The test message is still on its way. Deliveries tells what becomes of it."
                        .into(),
                ),
            }
        };
        set_timeout(after, LOOK_EVERY);
    }
}

/// The workspace.
pub fn view() -> AnyView {
    let desk = expect_context::<Desk>();
    let Some(Ok(connection)) = desk.connection.get_untracked() else {
        return ().into_any();
    };
    let broken = connection.state == ConnectionState::ReconnectNeeded;
    let workspace = connection.workspace;
    workspace
        .map(|workspace| card(desk, workspace, broken))
        .into_any()
}

fn card(desk: Desk, workspace: Workspace, broken: bool) -> AnyView {
    let first = if broken {
        connect(desk, "Reconnect", "button button--primary button--small")
    } else {
        view! { <button type="button" class="button button--secondary button--small" disabled=desk.pending on:click=move |_| desk.test()>"Send test message"</button> }.into_any()
    };
    view! {
        {broken.then(|| trouble(&workspace))}
        {about(desk, workspace, broken)}
        <div class="card__footer">
            {first}
            <button type="button" class="button button--ghost button--small" disabled=desk.pending on:click=move |_| desk.disconnect()>"Disconnect"</button>
        </div>
    }
    .into_any()
}

fn trouble(workspace: &Workspace) -> AnyView {
    let why = workspace.broken_why.as_deref().unwrap_or_default();
    // Slack's own word, or what its server did instead of saying one.
    let (said, why) = match why.split_once('_') {
        Some(("redirect" | "http", status)) => ("answered ", status),
        _ => ("said ", why),
    };
    let text = [
        "Reconnect needed: Slack ",
        said,
        why,
        ". Until then your notifications come by email.",
    ];
    view! { <div class="card__body">{notice::warning_of(text.concat())}</div> }.into_any()
}

fn about(desk: Desk, workspace: Workspace, broken: bool) -> AnyView {
    let channel = workspace.channel.unwrap_or_default();
    let instead = |via| {
        let label = match via {
            Via::Channel => ["Send to ", &channel, " instead"].concat(),
            Via::Direct => "Send direct messages instead".into(),
        };
        view! { <button type="button" id="slack-way" class="button button--secondary button--small" disabled=desk.pending on:click=move |_| desk.choose(via)>{label}</button> }
    };
    let to = match workspace.via {
        Via::Channel => ["The channel ", &channel].concat(),
        Via::Direct => "Your direct messages".into(),
    };
    let other = match workspace.via {
        _ if broken => None,
        Via::Direct => (!channel.is_empty()).then_some(Via::Channel),
        Via::Channel => workspace.direct.then_some(Via::Direct),
    };
    let to = view! { <div class="details__line"><span>{to}</span>{other.map(instead)}</div> };
    facts(vec![
        ("Workspace", workspace.team.into_any()),
        (
            "Member",
            view! { <span class="mono">{workspace.member}</span> }.into_any(),
        ),
        ("Messages go to", to.into_any()),
        ("Connected", time_ago(Some(workspace.connected_at), "never")),
        (
            "Last delivered",
            time_ago(workspace.last_delivered_at, "Never"),
        ),
    ])
}
