//! The card about one's Slack workspace.

use crate::{
    api::{Api, Failure, Method, parse},
    listing::{Listing, Rows},
    router::Router,
    settings::facts,
    ui::{
        empty::Empty, failed::Failed, notice, skeleton::skeleton_card, time_ago::time_ago,
        toast::Toaster,
    },
};
use contract::{
    notifications::{Delivery, DeliveryState},
    slack::{AuthorizeUrl, CONNECTION, ConnectionState, SlackConnection, TEST, Via, Workspace},
};
use leptos::{ev, prelude::*, task::spawn_local};
use std::time::Duration;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::BroadcastChannel;

/// By this name the tab that comes back from Slack tells the others.
const NEWS: &str = "latchkey-slack";
/// How often it is looked what became of the test message, and how many times.
const LOOK_EVERY: Duration = Duration::from_secs(1);
const LOOKS: u8 = 20;

/// What the parts of the card share.
#[derive(Clone, Copy)]
struct Desk {
    api: Api,
    toaster: Toaster,
    connection: RwSignal<Option<Result<SlackConnection, Failure>>>,
    pending: RwSignal<bool>,
    deliveries: Listing<Delivery>,
    /// Why nothing was connected, until something is.
    refused: RwSignal<Option<&'static str>>,
}

impl Desk {
    /// Asks how it stands. What is shown stays until then.
    fn load(self) {
        spawn_local(async move {
            let answer = self.api.get::<SlackConnection>(CONNECTION).await;
            if answer
                .as_ref()
                .is_ok_and(|it| it.state == ConnectionState::Connected)
            {
                self.refused.try_set(None);
            }
            self.connection.try_set(Some(answer));
        });
    }

    /// Does something that changes how it stands.
    fn act<T: 'static>(
        self,
        call: impl Future<Output = Result<T, Failure>> + 'static,
        done: impl FnOnce(T) + 'static,
    ) {
        self.pending.set(true);
        spawn_local(async move {
            let answer = call.await;
            self.pending.try_set(false);
            match answer {
                Ok(answer) => done(answer),
                Err(failure) => self.toaster.complain(failure.message()),
            }
        });
    }

    /// Opens Slack's question in a tab of its own. It is opened at once, while the browser still sees a click.
    fn connect(self) {
        let tab = window().open_with_url_and_target("about:blank", "_blank");
        let tab = tab.ok().flatten();
        let opened = tab.clone();
        let ask = async move {
            let answer = self.api.send(Method::POST, CONNECTION, None).await;
            if answer.is_err()
                && let Some(tab) = opened
            {
                let _ = tab.close();
            }
            answer
        };
        self.act(ask, move |text| {
            let Ok(AuthorizeUrl { authorize_url }) = parse(&text) else {
                return;
            };
            let gone = tab.is_none_or(|tab| {
                let _ = tab.set_opener(&wasm_bindgen::JsValue::NULL);
                tab.location().set_href(&authorize_url).is_err()
            });
            if gone {
                // The browser keeps tabs from opening: this one goes there, and comes back.
                let _ = window().location().set_href(&authorize_url);
            }
        });
    }

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
            let state = self.deliveries.rows.try_with_untracked(|rows| match rows {
                Rows::Loaded(rows) => rows.iter().find(|row| row.id.as_str() == id).cloned(),
                _ => None,
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

/// The card.
#[component]
pub fn Slack(
    /// The list of messages, which a test message comes into.
    listing: Listing<Delivery>,
) -> impl IntoView {
    let desk = Desk {
        api: Api::in_use(),
        toaster: expect_context(),
        connection: RwSignal::new(None),
        pending: RwSignal::new(false),
        deliveries: listing,
        refused: RwSignal::new(None),
    };
    come_back(desk);
    desk.load();
    listen(desk);
    view! {
        {move || desk.refused.get().map(notice::warning)}
        <div class="card">
            {move || match desk.connection.get() {
                None => skeleton_card(),
                Some(Ok(connection)) => card(desk, connection),
                Some(Err(failure)) => view! { <Failed message=failure.message() retry=Callback::new(move |()| desk.load()) /> }.into_any(),
            }}
        </div>
    }
}

/// Says what came of the consent, if one comes back from Slack, and takes that out of the URL.
fn come_back(desk: Desk) {
    let router = Router::in_use();
    let place = router.place().get_untracked();
    let outcome = place.parameter("slack");
    if outcome.is_empty() {
        return;
    }
    router.correct_to(&place.path);
    desk.refused.set(Some(match outcome.as_str() {
        "connected" => {
            tell_others();
            return desk.toaster.say("Slack is connected.".into());
        }
        "denied" => "Slack was not connected, because that was not allowed in Slack.",
        "expired" => {
            "Slack was not connected: the question in Slack was too old, or was answered already. Connect again."
        }
        _ => "Slack was not connected: Slack did not confirm it. Connect again.",
    }));
}

fn tell_others() {
    if let Ok(channel) = BroadcastChannel::new(NEWS) {
        let _ = channel.post_message(&true.into());
        channel.close();
    }
}

/// Looks again when another tab comes back from Slack, and when somebody comes back to this one.
fn listen(desk: Desk) {
    let focused = window_event_listener(ev::focus, move |_| desk.load());
    on_cleanup(move || focused.remove());
    if let Ok(channel) = BroadcastChannel::new(NEWS) {
        let hear = Closure::<dyn FnMut()>::new(move || desk.load());
        channel.set_onmessage(Some(hear.as_ref().unchecked_ref()));
        let kept = StoredValue::new_local((channel, hear));
        on_cleanup(move || kept.with_value(|(channel, _)| channel.close()));
    }
}

fn card(desk: Desk, connection: SlackConnection) -> AnyView {
    let connect = move |label: &'static str, class: &'static str| {
        view! { <button type="button" class=class disabled=desk.pending on:click=move |_| desk.connect()>{label}</button> }.into_any()
    };
    match (connection.state, connection.workspace) {
        (ConnectionState::Unavailable, _) => view! {
            <Empty
                icon="#i-info"
                title="Slack is not set up here"
                text="Whoever operates this deployment can add a Slack app to it. Until then, notifications come by email."
                small=true
            />
        }
        .into_any(),
        (state, Some(workspace)) => {
            let broken = state == ConnectionState::ReconnectNeeded;
            let first = if broken {
                connect("Reconnect", "button button--primary button--small")
            } else {
                view! { <button type="button" class="button button--secondary button--small" disabled=desk.pending on:click=move |_| desk.test()>"Send test message"</button> }.into_any()
            };
            view! {
                {broken.then(|| trouble(&workspace))}
                {about(desk, workspace)}
                <div class="card__footer">
                    {first}
                    <button type="button" class="button button--ghost button--small" disabled=desk.pending on:click=move |_| desk.disconnect()>"Disconnect"</button>
                </div>
            }
            .into_any()
        }
        _ => view! {
            <Empty
                icon="#i-info"
                title="No workspace is connected"
                text="Slack opens in a new tab. Press Allow there, and you come back to this page."
                small=true
            >
                {connect("Connect to Slack workspace", "button button--primary")}
            </Empty>
        }
        .into_any(),
    }
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

fn about(desk: Desk, workspace: Workspace) -> AnyView {
    let channel = workspace.channel.unwrap_or_default();
    let instead = |via| {
        let label = match via {
            Via::Channel => ["Send to ", &channel, " instead"].concat(),
            Via::Direct => "Send direct messages instead".into(),
        };
        view! { <button type="button" class="button button--secondary button--small" disabled=desk.pending on:click=move |_| desk.choose(via)>{label}</button> }
    };
    let to = match workspace.via {
        Via::Channel => ["The channel ", &channel].concat(),
        Via::Direct => "Your direct messages".into(),
    };
    let other = workspace.ways.into_iter().find(|way| *way != workspace.via);
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
