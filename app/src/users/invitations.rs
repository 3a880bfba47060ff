//! The part of the page `Users` about those who were invited and did not come yet.

use super::Desk;
use crate::{
    api::Method,
    call_button::CallButton,
    clock::Clock,
    settings::Section,
    table::{Look, cell, table, text, time},
    ui::{
        badge::{Tone, badge},
        empty::Empty,
    },
};
use contract::invitations::{INVITATIONS, Invitation};
use leptos::prelude::*;

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
    let desk = Desk::in_use();
    let path = [INVITATIONS, "/", invitation.id.as_str()].concat();
    let button = |label: &'static str, method, path, done| {
        let button = CallButton {
            label,
            name: Some(format!("{label} the invitation of {}", invitation.email)),
            id: [invitation.id.as_str(), "-", label].concat(),
            method,
            path,
            done,
        };
        button.view(move || desk.invitations.reload())
    };
    let again = [&path, "/resend"].concat();
    view! {
        <span class="cluster">
            {button("Resend", Method::POST, again, "The invitation was sent again.")}
            {button("Cancel", Method::DELETE, path, "The invitation was cancelled.")}
        </span>
    }
    .into_any()
}
