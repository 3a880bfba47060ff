//! The section `IP allowlist` and its dialog, which stages what the outer dialog saves.

use super::{
    fields::switch,
    lines::{area, named, said, split},
};
use crate::{
    api::Api,
    dom,
    form::Form,
    ui::{
        badge::{Tone, badge},
        notice,
        slip::DraftDialog,
        text_field::complaint,
    },
};
use contract::{
    allowlist::{Allowlist, Notice},
    tokens::{Activity, CreateToken},
};
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};

/// The section: the entries, and the button that edits them.
pub fn section(
    form: Form<CreateToken>,
    kept: (Vec<String>, bool),
    editing: RwSignal<bool>,
    merged: RwSignal<Vec<String>>,
) -> AnyView {
    form.place("ip_allowlist");
    form.place("ip_allowlist_observed");
    let entries = move || form.draft.with(|draft| draft.ip_allowlist.clone());
    let is_observed = move || {
        form.draft
            .with(|draft| draft.ip_allowlist_observed && !draft.ip_allowlist.is_empty())
    };
    let observed = move || is_observed().then(|| badge(Tone::Off, "Observed only"));
    let unsaved = move || {
        let now = form
            .draft
            .with(|draft| (draft.ip_allowlist.clone(), draft.ip_allowlist_observed));
        (now != kept).then(|| badge(Tone::Expired, "Unsaved"))
    };
    let account = Api::in_use().account;
    let list = move || {
        let entries = entries();
        if entries.is_empty() {
            return view! { <p class="muted">"Any address."</p> }.into_any();
        }
        let here = account.with(|session| session.client_ip.clone()).flatten();
        let warning = here
            .filter(|_| !is_observed())
            .and_then(|here| missing(&entries, &here));
        let items = entries
            .into_iter()
            .map(|entry| view! { <li><code class="mono">{entry}</code></li> });
        view! { <ul class="entries">{items.collect_view()}</ul>{warning} }.into_any()
    };
    let notes = move || {
        merged.with(|merged| {
            (!merged.is_empty()).then(|| {
                let lines = merged.iter().cloned().map(|text| view! { <li>{text}</li> });
                view! { <ul class="field__hint" role="status">{lines.collect_view()}</ul> }
            })
        })
    };
    view! {
        <section class="subsection" aria-labelledby="allowlist">
            <div class="subsection__header">
                <h3 class="field__label" id="allowlist">"IP allowlist"</h3>
                {observed}
                {unsaved}
                <button type="button" class="button button--secondary button--small" aria-label="Edit IP allowlist" on:click=move |_| editing.set(true)>"Edit"</button>
            </div>
            {list}
            {notes}
            {move || complaint("ip_allowlist", form.state.complaint("ip_allowlist"))}
        </section>
    }
    .into_any()
}

/// The warning that a list leaves an address out.
fn missing(entries: &[String], here: &str) -> Option<AnyView> {
    (lets_in(entries, here) == Some(false)).then(|| {
        notice::warning_of(format!(
            "Your current address is {here}, which the list leaves out: the token will not work from here."
        ))
    })
}

/// Whether a list lets an address in; nothing while it is no list yet.
fn lets_in(entries: &[String], address: &str) -> Option<bool> {
    let list = Allowlist::parse(&entries.join("\n")).ok()?;
    Some(list.allows(address.parse().ok()))
}

/// The dialog `Edit IP allowlist`, while it is open.
pub fn dialog(
    form: Form<CreateToken>,
    editing: RwSignal<bool>,
    merged: RwSignal<Vec<String>>,
    token: Option<String>,
) -> impl Fn() -> Option<AnyView> {
    move || {
        let token = token.clone();
        editing
            .get()
            .then(|| view! { <Edit form editing merged token /> }.into_any())
    }
}

#[component]
fn Edit(
    /// The form whose list it is.
    form: Form<CreateToken>,
    /// Whether the dialog is open.
    editing: RwSignal<bool>,
    /// What became of entries that were taken in.
    merged: RwSignal<Vec<String>>,
    /// The path of the token, unless it is new.
    token: Option<String>,
) -> impl IntoView {
    let api = Api::in_use();
    let (list, observe) = form
        .draft
        .with_untracked(|draft| (draft.ip_allowlist.join("\n"), draft.ip_allowlist_observed));
    let (text, observe) = (RwSignal::new(list), RwSignal::new(observe));
    let wrong = RwSignal::new(Vec::new());
    let write = move |ev| {
        text.set(event_target_value(&ev));
        wrong.set(Vec::new());
    };
    let here = untrack(|| {
        let account = api.account;
        account.with(|session| session.client_ip.clone()).flatten()
    });
    let trouble = RwSignal::new(None::<String>);
    let add = move |address: &str| {
        text.update(|text| add_line(text, address));
        wrong.set(Vec::new());
        // The button goes.
        dom::focus_soon("#addresses");
    };
    let own = here.map(|address| {
        let here = address.clone();
        let warning = move || {
            let entries = listed(&text.read());
            (!observe.get()).then(|| missing(&entries, &here)).flatten()
        };
        let sentence = ["Your current address is ", &address, ". "].concat();
        let address = StoredValue::new(address);
        let lacks = Memo::new(move |_| {
            let entries = listed(&text.read());
            address.with_value(|address| !names(&entries, address))
        });
        let add_it = move || {
            lacks.get().then(|| view! { <button type="button" class="link" data-edits on:click=move |_| address.with_value(|address| add(address))>"Add it"</button> })
        };
        view! { <p class="field__hint">{sentence}{add_it}</p>{warning} }
    });
    let seen = token.map(|token| {
        let said = RwSignal::new("");
        let add_seen = move |_| {
            trouble.set(None);
            said.set("");
            let path = [&token, "/activity"].concat();
            spawn_local(async move {
                match api.get::<Activity>(&path).await {
                    Ok(activity) => {
                        let from = activity.calls.into_iter().map(|call| call.ip);
                        let from: Vec<_> = from.filter(|ip| !ip.is_empty()).collect();
                        let is_known = !from.is_empty();
                        let added = text.try_maybe_update(|text| {
                            let added = add_missing(text, from);
                            (added, added)
                        });
                        match added {
                            Some(true) => drop(wrong.try_set(Vec::new())),
                            _ if is_known => drop(said.try_set("They are in the list already.")),
                            _ => drop(said.try_set("No address is known from which it was used.")),
                        }
                    }
                    Err(failure) => drop(trouble.try_set(Some(failure.message()))),
                }
            });
        };
        view! { <p class="field__hint"><button type="button" class="link" data-edits on:click=add_seen>"Add the addresses it was used from"</button> <span role="status">{move || said.get()}</span></p> }
    });
    let save = move |ev: SubmitEvent| {
        ev.prevent_default();
        // The outer form is not sent along.
        ev.stop_propagation();
        let lines = split(&text.get_untracked());
        match Allowlist::read(said(&lines).into_iter().map(|(_, line)| line)) {
            Ok((list, notices)) => {
                form.change("ip_allowlist", |draft| {
                    draft.ip_allowlist = list.entries();
                    draft.ip_allowlist_observed =
                        observe.get_untracked() && !draft.ip_allowlist.is_empty();
                });
                merged.set(notices.into_iter().map(told).collect());
                editing.set(false);
            }
            Err(complaints) => {
                let complaints = complaints.into_iter().map(|wrong| (wrong.place, wrong.why));
                wrong.set(named(&lines, complaints.collect()));
                dom::focus_soon("#addresses");
            }
        }
    };
    let close = Callback::new(move |()| editing.set(false));
    view! {
        <DraftDialog id="allowlist-title" title="Edit IP allowlist" small=true on_close=close>
            <form class="dialog__form" novalidate on:submit=save>
                <div class="dialog__body">
                    {notice::alert(move || trouble.get())}
                    {area(
                        "addresses",
                        "Addresses",
                        "You can enter the IP address in IPv4 or IPv6 format. One entry a line: an address, a CIDR range such as 10.0.0.0/8, or a range such as 192.0.2.1 - 192.0.2.20. An entry that begins with ! keeps its addresses out. Without any, every address is let in.",
                        text.into(),
                        wrong.into(),
                        write,
                        true,
                    )}
                    {own}
                    {seen}
                    {switch("Only observe", "The list refuses nobody yet. The token's activity tells which calls it would refuse, until you enforce it.", observe)}
                </div>
                <div class="dialog__footer">
                    <button type="button" class="button button--secondary" on:click=move |_| close.run(())>"Cancel"</button>
                    <button type="submit" class="button button--primary">"Save"</button>
                </div>
            </form>
        </DraftDialog>
    }
}

/// Adds the addresses that the list, once it names any, leaves out. Tells whether there were some.
fn add_missing(text: &mut String, addresses: Vec<String>) -> bool {
    let before = text.len();
    for address in addresses {
        if !names(&listed(text), &address) {
            add_line(text, &address);
        }
    }
    text.len() > before
}

/// Whether a list has an address, perhaps as one of a range; or will have it, once it is a list.
fn names(entries: &[String], address: &str) -> bool {
    entries.iter().any(|entry| entry.trim() == address)
        || !entries.is_empty() && lets_in(entries, address) == Some(true)
}

/// The lines that say something.
fn listed(text: &str) -> Vec<String> {
    let mut lines = split(text);
    lines.retain(|line| !line.trim().is_empty());
    lines
}

fn add_line(text: &mut String, line: &str) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(line);
}

/// What became of an entry.
fn told(notice: Notice) -> String {
    match notice {
        Notice::Masked(written, taken) => format!("{written} was taken as {taken}."),
        Notice::Contained(other, entry) if other == entry => format!("{entry} was there twice."),
        Notice::Contained(other, entry) => {
            format!("{entry} was left out, since {other} has its addresses already.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_became_of_an_entry_is_told() {
        let told = |lines: &[&str]| {
            let (_, notices) = Allowlist::read(lines.iter().copied()).unwrap();
            notices.into_iter().map(told).collect::<Vec<_>>()
        };
        assert_eq!(
            told(&["192.168.10.3/24", "10.0.0.0/8", "10.1.0.0/16", "::1", "::1"]),
            [
                "192.168.10.3/24 was taken as 192.168.10.0/24.",
                "10.1.0.0/16 was left out, since 10.0.0.0/8 has its addresses already.",
                "::1 was there twice.",
            ]
        );
    }

    #[test]
    fn c_5_addresses_are_added_that_the_list_leaves_out() {
        let added = |text: &str| {
            let mut text = text.to_owned();
            let seen = ["192.0.2.7", "2001:db8::1", "192.0.2.7"].map(str::to_owned);
            assert!(add_missing(&mut text, seen.to_vec()));
            assert!(!add_missing(&mut text, seen.to_vec()));
            text
        };
        assert_eq!(added(""), "192.0.2.7\n2001:db8::1");
        assert_eq!(added("192.0.2.0/24\n"), "192.0.2.0/24\n2001:db8::1");
        // What is not an entry yet stays as it is.
        assert_eq!(added("10.0."), "10.0.\n192.0.2.7\n2001:db8::1");
    }

    #[test]
    fn an_address_is_named_by_its_line_or_by_a_range() {
        let names = |text: &str| names(&listed(text), "192.0.2.7");
        assert!(names("192.0.2.0/24") && names("10.0.\n 192.0.2.7"));
        assert!(!names("") && !names("10.0.") && !names("192.0.2.0/24\n!192.0.2.7"));
    }

    #[test]
    fn ones_own_address_is_let_in_or_not() {
        let list = ["192.0.2.0/24".to_owned()];
        assert_eq!(lets_in(&list, "192.0.2.7"), Some(true));
        assert_eq!(lets_in(&list, "198.51.100.7"), Some(false));
        assert_eq!(lets_in(&list, "nonsense"), Some(false));
        assert_eq!(lets_in(&["10.0.".to_owned()], "10.0.0.1"), None);
    }
}
