//! The card about one's Slack workspace.

use super::workspace;
use crate::{
    api::{Api, Failure, Method, parse},
    later::Later,
    listing::Listing,
    router::Router,
    ui::{empty::Empty, failed::Failed, notice, skeleton::skeleton_card, toast::Toaster},
};
use contract::{
    notifications::Delivery,
    slack::{AuthorizeUrl, CONNECTION, ConnectionState, SlackConnection},
};
use leptos::{ev, prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::BroadcastChannel;

/// By this name the tab that comes back from Slack tells the others.
const NEWS: &str = "latchkey-slack";
/// What the parts of the card share.
#[derive(Clone, Copy)]
pub struct Desk {
    /// Makes the calls.
    pub api: Api,
    /// Says what came of them.
    pub toaster: Toaster,
    /// How it stands.
    pub connection: RwSignal<Option<Result<SlackConnection, Failure>>>,
    /// Whether something is being done.
    pub pending: RwSignal<bool>,
    /// The list of messages, which a test message comes into.
    pub deliveries: Listing<Delivery>,
    /// What is shown of a workspace, once there is one.
    workspace: Later,
    /// Why nothing was connected, until something is.
    refused: RwSignal<Option<&'static str>>,
}

impl Desk {
    /// Asks how it stands. What is shown stays until then.
    pub fn load(self) {
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
    pub fn act<T: 'static>(
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
        workspace: Later::new(|| Box::pin(workspace()), || ()),
        refused: RwSignal::new(None),
    };
    provide_context(desk);
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
        (_, Some(_)) => desk.workspace.view(),
        _ => view! {
            <Empty
                icon="#i-info"
                title="No workspace is connected"
                text="Slack opens in a new tab. Press Allow there, and you come back to this page."
                small=true
            >
                {connect(desk, "Connect to Slack workspace", "button button--primary")}
            </Empty>
        }
        .into_any(),
    }
}

/// The button that opens Slack's question.
pub fn connect(desk: Desk, label: &'static str, class: &'static str) -> AnyView {
    view! { <button type="button" class=class disabled=desk.pending on:click=move |_| desk.connect()>{label}</button> }
        .into_any()
}
