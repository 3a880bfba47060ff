//! The tab `Access tokens` of a person. Nobody sees a secret there, or makes a token for somebody else.

use super::person::{self, Person};
use crate::{
    api::{Api, parse},
    form::Form,
    listing::Listing,
    manage::layout::Page,
    settings::Section,
    table::{Look, cell, table, text, time},
    ui::{
        badge::{Tone, badge},
        button::Submit,
        dialog::Dialog as Modal,
        empty::Empty,
        notice,
        text_field::TextField,
        toast::Toaster,
    },
};
use contract::tokens::{REVOKE, RevokeTokens, Revoked, Status, Token};
use leptos::{ev::SubmitEvent, prelude::*};

static PAGE: Page = Page {
    title: "User",
    above: person::ABOVE,
    needs: person::NEEDS,
    content: || person::surround("Access tokens", content),
};

static CURRENT: Look<Token> = Look {
    caption: "Access tokens",
    heads: &[
        "Name",
        "Token",
        "Scope",
        "Status",
        "Created",
        "Expires",
        "Last used",
        "",
    ],
    row: current_row,
    nothing: || {
        view! { <Empty icon="#i-key" title="No access tokens" text="People make their tokens themselves. What they make is seen here." small=true /> }.into_any()
    },
};

static REVOKED: Look<Token> = Look {
    caption: "Revoked tokens",
    heads: &[
        "Name",
        "Token",
        "Created",
        "Revoked",
        "Revoked by",
        "Reason",
        "Last used",
    ],
    row: revoked_row,
    nothing: || {
        view! { <Empty icon="#i-history" title="No token was revoked yet" text="Revoked tokens are kept here, with who did it, when and why." small=true /> }.into_any()
    },
};

/// What the parts of the tab share.
#[derive(Clone, Copy)]
struct Desk {
    current: Listing<Token>,
    revoked: Listing<Token>,
    /// The token that is about to be revoked.
    revoking: RwSignal<Option<Token>>,
}

impl Desk {
    fn in_use() -> Self {
        expect_context()
    }
}

/// The tab.
pub fn page() -> AnyView {
    PAGE.view()
}

fn content(person: Person) -> AnyView {
    let api = Api::in_use();
    let desk = Desk {
        current: Listing::new(api),
        revoked: Listing::new(api),
        revoking: RwSignal::new(None),
    };
    provide_context(desk);
    desk.current
        .load(person.path("/tokens?state=current&limit=50"));
    desk.revoked
        .load(person.path("/tokens?state=revoked&limit=50"));
    let dialog = move || {
        desk.revoking
            .get()
            .map(|token| untrack(|| revoke(desk, token)))
    };
    view! {
        <Section id="tokens" title="Access tokens" text="What their scripts and services call the API with. Nobody but they can make one, and nobody sees a secret again.">
            {table(desk.current, &CURRENT)}
        </Section>
        <Section id="revoked" title="Revoked History" text="Tokens that no longer work. A revoked token cannot be brought back.">
            {table(desk.revoked, &REVOKED)}
        </Section>
        {dialog}
    }
    .into_any()
}

fn current_row(token: &Token) -> AnyView {
    let status = match token.status {
        Status::Active => badge(Tone::Active, "Active"),
        Status::Expired => badge(Tone::Expired, "Expired"),
        Status::Revoked => badge(Tone::Revoked, "Revoked"),
    };
    view! {
        <tr>
            {name(token)}
            {secret(token)}
            {cell("Scope", view! { <span title=token.scopes.to_string()>{token.scopes.summary()}</span> }.into_any())}
            {cell("Status", status)}
            {time("Created", Some(token.created_at))}
            {time("Expires", token.end())}
            {time("Last used", token.last_used_at)}
            <td class="table__actions">{actions(token)}</td>
        </tr>
    }
    .into_any()
}

/// What can be done with a token. The dialog `Edit token` opens from here too.
fn actions(token: &Token) -> AnyView {
    let desk = Desk::in_use();
    let kept = token.clone();
    let label = ["Revoke ", &token.name].concat();
    let revoke = move |_| desk.revoking.set(Some(kept.clone()));
    view! { <button type="button" class="button button--secondary button--small" id=token.id.as_str().to_owned() aria-label=label on:click=revoke>"Revoke"</button> }.into_any()
}

fn revoked_row(token: &Token) -> AnyView {
    view! {
        <tr>
            {name(token)}
            {secret(token)}
            {time("Created", Some(token.created_at))}
            {time("Revoked", token.revoked_at)}
            {text("Revoked by", token.revoked_by.clone())}
            {text("Reason", token.revoke_reason.clone())}
            {time("Last used", token.last_used_at)}
        </tr>
    }
    .into_any()
}

fn name(token: &Token) -> AnyView {
    let description = token
        .description
        .clone()
        .map(|text| view! { <span class="table__sub">{text}</span> });
    view! { <th scope="row" class="table__name"><span class="table__title">{token.name.clone()}</span>{description}</th> }.into_any()
}

fn secret(token: &Token) -> AnyView {
    let masked = [&token.prefix, "…", &token.last_four].concat();
    cell(
        "Token",
        view! { <code class="mono">{masked}</code> }.into_any(),
    )
}

fn revoke(desk: Desk, token: Token) -> AnyView {
    let toaster = expect_context::<Toaster>();
    let draft = RevokeTokens {
        ids: vec![token.id.clone()],
        reason: None,
    };
    let form = Form::new("revoke", REVOKE, draft);
    let reason = form.field(
        "reason",
        |draft| draft.reason.as_deref().unwrap_or_default(),
        |draft| draft.reason.get_or_insert_default(),
    );
    let done = move |answer: &str| {
        parse::<Revoked>(answer)?;
        desk.revoking.set(None);
        desk.current.reload();
        desk.revoked.reload();
        toaster.say("The token was revoked.".into());
        Ok(())
    };
    let submit = move |ev: SubmitEvent| form.submit(&ev, None, done);
    let close = Callback::new(move |()| desk.revoking.set(None));
    view! {
        <Modal id="revoke-title" title="Revoke Token" small=true on_close=close>
            <form class="dialog__form" id=form.state.id novalidate on:submit=submit>
                <div class="dialog__body">
                    {notice::alert(move || form.state.trouble())}
                    <p>"Scripts and services that use “"{token.name}"” stop working at once. This cannot be undone, and its owner is told by mail."</p>
                    <TextField label="Reason" field=reason optional=true />
                </div>
                <div class="dialog__footer">
                    <button type="button" class="button button--secondary" autofocus on:click=move |_| close.run(())>"No, Cancel"</button>
                    <Submit label="Yes, Proceed" busy="Revoking…" pending=form.state.pending class="button button--danger" />
                </div>
            </form>
        </Modal>
    }
    .into_any()
}
