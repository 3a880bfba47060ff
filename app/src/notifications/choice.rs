//! The form that says which levels and events go where.

use super::{events, events::Draft};
use crate::{
    api::{Api, Cargo, Method, parse},
    clock,
    fresh::Fresh,
    later::Later,
    ui::{
        leave::{AskBeforeLeaving, Guard},
        notice,
        toast::Toaster,
    },
};
use contract::{
    check::{Check, Invalid},
    notifications::{Channel, Level, NOTIFICATIONS, Notifications},
};
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use web_sys::HtmlDetailsElement;

const FORM: &str = "notifications-form";

/// The form with what is kept.
pub fn form(kept: Notifications, fresh: Fresh) -> AnyView {
    let (api, toaster) = (Api::in_use(), expect_context::<Toaster>());
    let draft = RwSignal::new(kept.clone());
    let kept = RwSignal::new(kept);
    let (pending, trouble) = (RwSignal::new(false), RwSignal::new(None::<String>));
    let edited = Memo::new(move |_| draft.get() != kept.get());
    let guard = Guard::start(edited.into());
    let submit = move |ev: SubmitEvent| {
        ev.prevent_default();
        if pending.get_untracked() || !edited.get_untracked() {
            return;
        }
        let chosen = match draft.get_untracked().check(clock::now()) {
            Ok(chosen) => chosen,
            Err(Invalid(complaints)) => {
                let first = complaints.into_iter().next();
                return trouble.set(first.map(|complaint| complaint.message));
            }
        };
        trouble.set(None);
        pending.set(true);
        let tag = fresh.tag();
        spawn_local(async move {
            let cargo = Cargo {
                if_match: tag,
                ..Cargo::json(&serde_json::to_string(&chosen).unwrap_or_default())
            };
            let answer = api.exchange(Method::PUT, NOTIFICATIONS, &cargo).await;
            pending.try_set(false);
            fresh.hear(&answer);
            match answer.and_then(|reply| parse::<Notifications>(&reply.text)) {
                Ok(now) => {
                    kept.try_set(now.clone());
                    draft.try_set(now);
                    toaster.say("Your notifications have been saved.".into());
                }
                Err(failure) => {
                    trouble.try_set(Some(failure.message()));
                }
            }
        });
    };
    let save = move || if pending.get() { "Saving…" } else { "Save" };
    view! {
        // In the corner of the page.
        <button
            type="submit"
            form=FORM
            class="button button--primary notifications__save"
            disabled=move || pending.get() || !edited.get()
            aria-busy=move || pending.get().then_some("true")
        >
            {save}
        </button>
        <form id=FORM class="card" on:submit=submit>
            <div class="card__body form">
                {notice::alert(move || trouble.get())}
                {fresh.way_on()}
                <div class="field-row">
                    {levels(draft, Channel::Email, "Email", "To the address that you sign in with.")}
                    {levels(draft, Channel::Slack, "Slack", "While connected; otherwise only what is critical, by email.")}
                </div>
                {single_events(draft)}
            </div>
            <div class="card__footer">
                <p class="muted" role="status">
                    {move || if edited.get() { "You have changes that are not saved." } else { "Nothing is changed. What you change is kept once you save it." }}
                </p>
                <button type="button" class="button button--ghost" hidden=move || !edited.get() on:click=move |_| { trouble.set(None); draft.set(kept.get_untracked()); }>
                    "Discard changes"
                </button>
            </div>
        </form>
        <AskBeforeLeaving guard />
    }
    .into_any()
}

/// The table of single events, folded away until it is wanted.
fn single_events(draft: RwSignal<Notifications>) -> AnyView {
    provide_context(Draft(draft));
    let open = RwSignal::new(false);
    let table = Later::new(|| Box::pin(events()), move || open.set(false));
    let differ = move || match draft.with(|draft| draft.events.len()) {
        0 => String::new(),
        1 => " · 1 event differs".into(),
        many => [" · ", &many.to_string(), " events differ"].concat(),
    };
    view! {
        <details class="details" prop:open=open on:toggle=move |ev| open.set(event_target::<HtmlDetailsElement>(&ev).open())>
            <summary on:pointerenter=move |_| table.prefetch() on:focus=move |_| table.prefetch()>"Customise"<span class="muted">{differ}</span></summary>
            {move || open.get().then(|| table.view())}
        </details>
    }
    .into_any()
}

/// The levels of one channel.
fn levels(
    draft: RwSignal<Notifications>,
    channel: Channel,
    name: &'static str,
    about: &'static str,
) -> AnyView {
    let row = move |level: Level| {
        let on = move || {
            draft.with(|draft| match channel {
                Channel::Email => draft.email.has(level),
                Channel::Slack => draft.slack.has(level),
            })
        };
        let set = move |ev| {
            let on = event_target_checked(&ev);
            draft.update(|draft| match channel {
                Channel::Email => draft.email.set(level, on),
                Channel::Slack => draft.slack.set(level, on),
            });
        };
        let hint = [channel.as_str(), "-", level.as_str()].concat();
        view! {
            <label class="choice">
                <input class="checkbox" type="checkbox" aria-label=level.label() aria-describedby=hint.clone() prop:checked=on on:change=set />
                <span class="choice__text">
                    {level.label()}
                    <span class="choice__hint" id=hint>{meaning(level)}</span>
                </span>
            </label>
        }
    };
    view! {
        <fieldset class="fieldset notifications__levels">
            <legend class="field__label">{name}</legend>
            <p class="field__hint">{about}</p>
            {Level::ALL.into_iter().map(row).collect_view()}
        </fieldset>
    }
    .into_any()
}

/// Which events a level means.
fn meaning(level: Level) -> &'static str {
    match level {
        Level::Critical => {
            "New devices; changes of password, email, second factor or recovery codes; your account deactivated; secrets that leaked or came twice."
        }
        Level::Warning => {
            "Tokens that end soon or have ended, are refused or come from a new network; what administrators and the policy change; Slack that takes nothing any more."
        }
        Level::Info => {
            "Tokens that are made, edited, replaced or revoked; people who follow your invitation; your account activated again."
        }
    }
}
