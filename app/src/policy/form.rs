//! The form in which the policy is changed.

use super::{
    draft::{Draft, is_stricter},
    page::{self, lifetimes, names, part},
};
use crate::{
    api::{Api, Failure, Method, Reply, parse},
    clock, dom,
    form::{Field, Form},
    fresh::Fresh,
    ui::{
        button::Submit,
        dialog::Dialog,
        leave::{AskBeforeLeaving, Guard},
        notice,
        text_field::{complaint, frame},
        toast::Toaster,
    },
};
use contract::{
    check::Check,
    policy::{POLICY, PREVIEW, Policy, Preview},
    tokens::Kind,
};
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};

/// What the parts of the form share.
#[derive(Clone, Copy)]
struct Desk {
    api: Api,
    toaster: Toaster,
    form: Form<Draft>,
    kept: StoredValue<Policy>,
    /// What the change would touch, while somebody is asked about it.
    asking: RwSignal<Option<Preview>>,
    fresh: Fresh,
}

/// The form for the policy that the page has read.
pub fn view() -> AnyView {
    let page: page::Desk = expect_context();
    let (policy, tag) = page.kept();
    let kept = Draft::of(&policy);
    let desk = Desk {
        api: Api::in_use(),
        toaster: expect_context(),
        form: Form::new("policy", POLICY, kept.clone()),
        kept: StoredValue::new(policy),
        asking: RwSignal::new(None),
        fresh: Fresh::new(tag, Callback::new(move |()| page.load())),
    };
    let (form, state, fresh) = (desk.form, desk.form.state, desk.fresh);
    let edited = Memo::new(move |_| form.draft.with(|draft| *draft != kept));
    let guard = Guard::start(edited.into());
    let idle = Signal::derive(move || !edited.get());
    let submit = move |ev: SubmitEvent| {
        if edited.get_untracked() {
            desk.submit(&ev);
        } else {
            ev.prevent_default();
        }
    };
    dom::focus_soon("#policy input");
    view! {
        <form class="card policy" id=state.id novalidate on:submit=submit>
            <div class="card__body policy__body">
                {notice::alert(move || state.trouble())}
                {fresh.way_on()}
                {fields(desk)}
            </div>
            <div class="card__footer">
                <p role="status">{move || if edited.get() { "Not saved yet." } else { "" }}</p>
                <div class="section__actions">
                    <button type="button" class="button button--secondary" data-leaves on:click=move |_| page.close()>"Cancel"</button>
                    <Submit label="Save" busy="Saving…" pending=state.pending idle />
                </div>
            </div>
        </form>
        {move || desk.asking.get().map(|preview| ask(desk, preview))}
        <AskBeforeLeaving guard />
    }
    .into_any()
}

impl Desk {
    /// Saves, after asking where that may touch what is there already.
    fn submit(self, ev: &SubmitEvent) {
        let draft = self.form.draft.get_untracked();
        let after = draft.meant();
        let harmless = self.kept.with_value(|before| !is_stricter(before, &after));
        if harmless || draft.check(clock::now()).is_err() {
            return self.send(ev);
        }
        ev.prevent_default();
        let pending = self.form.state.pending;
        if pending.get_untracked() {
            return;
        }
        pending.set(true);
        spawn_local(async move {
            let body = serde_json::to_string(&after).unwrap_or_default();
            let answer = self.api.send(Method::POST, PREVIEW, Some(body)).await;
            let _ = pending.try_set(false);
            match answer.and_then(|text| parse(&text)) {
                Ok(preview) => {
                    // It lost the focus while it was off, and gets it back once the question is answered.
                    dom::focus_soon("#policy [type=submit]");
                    request_animation_frame(move || {
                        let _ = self.asking.try_set(Some(preview));
                    });
                }
                Err(failure) => self.form.state.fail(failure),
            }
        });
    }

    fn send(self, ev: &SubmitEvent) {
        let draft = self.form.draft.get_untracked();
        let done = move |answer: Result<Reply, Failure>| {
            self.asking.try_set(None);
            self.fresh.hear(&answer);
            answer?;
            self.toaster.say("The policy was saved.".into());
            self.fresh.reload();
            // The button that was pressed is gone.
            dom::focus_soon("h1");
            Ok(())
        };
        let tag = self.fresh.tag();
        self.form
            .send(ev, Method::PUT, draft, tag, None, Box::new(done));
    }

    /// The number `name` of the policy.
    fn number(self, name: &'static str) -> Field {
        let form = self.form;
        form.place(name);
        Field {
            name,
            value: Signal::derive(move || form.draft.with(|draft| draft.text(name).to_owned())),
            write: Callback::new(move |text| form.change(name, |draft| draft.write(name, text))),
            form: form.state,
        }
    }
}

/// Asks once more, with what the change touches.
fn ask(desk: Desk, Preview { tokens, people }: Preview) -> AnyView {
    let close = Callback::new(move |()| desk.asking.set(None));
    let count = |count: u32, one: &str, many: &str| {
        let noun = if count == 1 { one } else { many };
        format!("{count} {noun}")
    };
    let tokens = (tokens > 0).then(|| {
        let what = count(tokens, "token lives", "tokens live");
        view! { <li><strong>{what}</strong> " longer than this allows. They keep their end until somebody edits or rotates them; revoke those that should not."</li> }
    });
    let people = (people > 0).then(|| {
        let what = count(people, "person has", "people have");
        view! { <li><strong>{what}</strong> " no second factor. Who is signed in stays in; at their next sign-in they set one up."</li> }
    });
    let nothing = (tokens.is_none() && people.is_none()).then(
        || view! { <p>"No token and nobody is touched by it now. It holds for what comes."</p> },
    );
    let submit = move |ev: SubmitEvent| desk.send(&ev);
    view! {
        <Dialog id="policy-title" title="Change the policy?" small=true on_close=close>
            <form class="dialog__form" on:submit=submit>
                <div class="dialog__body">
                    {nothing}
                    <ul class="policy__touched">{tokens}{people}</ul>
                </div>
                <div class="dialog__footer">
                    <button type="button" class="button button--secondary" autofocus on:click=move |_| close.run(())>"Cancel"</button>
                    <Submit label="Change the policy" busy="Saving…" pending=desk.form.state.pending />
                </div>
            </form>
        </Dialog>
    }
    .into_any()
}

fn fields(desk: Desk) -> AnyView {
    let days = |kind: Kind| {
        let (default, max) = numbers(kind);
        let label = |what: &str| [kind.label(), ", ", what].concat();
        [
            days(desk, default, label("by default")),
            days(desk, max, label("at most")),
        ]
    };
    let number = |name: &'static str, label: &'static str, hint: &'static str| {
        let field = desk.number(name);
        frame(label, field, hint, false, input(field, None, true))
    };
    let forever = tick(
        desk,
        "forever_allowed",
        names::FOREVER,
        "All, Custom and Hyperscale tokens only. Such a token works until somebody revokes it.",
        |policy| &mut policy.forever_allowed,
    );
    let limits = [
        number(
            "max_live_tokens",
            names::TOKENS,
            "How many tokens that are not revoked somebody may have.",
        ),
        number(
            "refresh_access_minutes",
            names::ACCESS,
            "A script renews it until the end of the token.",
        ),
    ];
    let mfa = tick(
        desk,
        "mfa_required",
        names::MFA,
        "Who has none sets one up the next time they sign in, before anything else.",
        |policy| &mut policy.mfa_required,
    );
    view! {
        {lifetimes(&days, forever)}
        {part("limits", "Limits", limits.collect_view().into_any())}
        {part("signing-in", "Signing in", mfa)}
    }
    .into_any()
}

/// The names of the two numbers of a kind.
const fn numbers(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::All => ("token_default_days/all", "token_max_days/all"),
        Kind::Custom => ("token_default_days/custom", "token_max_days/custom"),
        Kind::Hyperscale => ("token_default_days/hyperscale", "token_max_days/hyperscale"),
        Kind::MicrosoftScim => (
            "token_default_days/microsoft_scim",
            "token_max_days/microsoft_scim",
        ),
        Kind::OneTouchRecovery => (
            "token_default_days/one_touch_recovery",
            "token_max_days/one_touch_recovery",
        ),
    }
}

fn days(desk: Desk, name: &'static str, label: String) -> AnyView {
    let field = desk.number(name);
    view! { {input(field, Some(label), false)}{move || complaint(name, field.complaint())} }
        .into_any()
}

fn input(field: Field, label: Option<String>, hint: bool) -> AnyView {
    view! {
        <input
            class="input policy__number"
            id=field.name
            type="text"
            inputmode="numeric"
            autocomplete="off"
            aria-label=label
            aria-invalid=move || field.complaint().map(|_| "true")
            aria-describedby=move || field.described_by(hint)
            prop:value=field.value
            on:input=move |ev| field.write.run(event_target_value(&ev))
        />
    }
    .into_any()
}

fn tick(
    desk: Desk,
    name: &'static str,
    label: &'static str,
    about: &'static str,
    of: fn(&mut Policy) -> &mut bool,
) -> AnyView {
    let form = desk.form;
    form.place(name);
    let checked = move || form.draft.with(|draft| *of(&mut draft.policy.clone()));
    let toggle = move |ev| {
        let on = event_target_checked(&ev);
        form.change(name, |draft| *of(&mut draft.policy) = on);
    };
    let hint = [name, "-hint"].concat();
    view! {
        <label class="choice">
            <input class="checkbox" type="checkbox" aria-label=label aria-describedby=hint.clone() prop:checked=checked on:change=toggle />
            <span class="choice__text">{label}<span class="choice__hint" id=hint>{about}</span></span>
        </label>
    }
    .into_any()
}
