//! The part of the page `Users` about those who were invited and did not come yet.

use super::Desk;
use crate::{
    api::{Api, Method},
    clock::Clock,
    settings::Section,
    table::{Look, cell, table, text, time},
    ui::{
        badge::{Tone, badge},
        empty::Empty,
        toast::Toaster,
    },
};
use contract::invitations::{INVITATIONS, Invitation};
use leptos::{prelude::*, task::spawn_local};

static LOOK: Look<Invitation> = Look {
    caption: "Pending invitations",
    heads: &[
        "Email",
        "Role",
        "Invited by",
        "Sent",
        "Expires",
        "Status",
        "",
    ],
    row,
    nothing: || {
        view! { <Empty icon="#i-mail" title="Nobody is invited" text="Whoever you invite gets a link by mail that works once, within 7 days." small=true /> }.into_any()
    },
};

/// The part.
pub fn pending(desk: Desk) -> AnyView {
    view! {
        <Section id="invitations" title="Pending invitations" text="Those who were invited and have not accepted yet.">
            {table(desk.invitations, &LOOK)}
        </Section>
    }
    .into_any()
}

fn row(invitation: &Invitation) -> AnyView {
    let now = expect_context::<Clock>();
    let until = invitation.expires_at;
    let status = if now.get() < until {
        badge(Tone::Active, "Pending")
    } else {
        badge(Tone::Expired, "Expired")
    };
    view! {
        <tr>
            <th scope="row" class="table__name"><span class="table__title">{invitation.email.clone()}</span></th>
            {cell("Role", invitation.role.name.clone().into_any())}
            {text("Invited by", Some(invitation.invited_by.clone()))}
            {time("Sent", Some(invitation.sent_at))}
            {time("Expires", Some(until))}
            {cell("Status", status)}
            <td class="table__actions">{actions(invitation)}</td>
        </tr>
    }
    .into_any()
}

fn actions(invitation: &Invitation) -> AnyView {
    let path = [INVITATIONS, "/", invitation.id.as_str()].concat();
    let resend = [&path, "/resend"].concat();
    let email = &invitation.email;
    let id = invitation.id.as_str();
    view! {
        <span class="cluster">
            {act("Resend", [id, "-resend"].concat(), email, Method::POST, resend, "The invitation was sent again.")}
            {act("Cancel", [id, "-cancel"].concat(), email, Method::DELETE, path, "The invitation was cancelled.")}
        </span>
    }
    .into_any()
}

fn act(
    label: &'static str,
    id: String,
    email: &str,
    method: Method,
    path: String,
    done: &'static str,
) -> AnyView {
    let (api, desk, toaster) = (Api::in_use(), Desk::in_use(), expect_context::<Toaster>());
    let pending = RwSignal::new(false);
    let name = format!("{label} the invitation of {email}");
    let act = move |_| {
        let (method, path) = (method.clone(), path.clone());
        pending.set(true);
        spawn_local(async move {
            match api.send(method, &path, None).await {
                Ok(_) => toaster.say(done.into()),
                Err(failure) => toaster.complain(failure.message()),
            }
            desk.invitations.reload();
            pending.try_set(false);
        });
    };
    view! { <button type="button" class="button button--secondary button--small" id=id aria-label=name disabled=pending on:click=act>{label}</button> }.into_any()
}
