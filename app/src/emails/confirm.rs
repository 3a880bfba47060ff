//! What a link about a change of address leads to: nothing happens before somebody presses the button, since mail
//! programs open links too.

use crate::{
    api::{Api, Failure, Method, parse},
    page,
    router::{self, Router},
    routes,
    ui::notice,
};
use contract::{
    email::{EMAIL_CONFIRMATIONS, EmailConfirmed, EmailOutcome, UNDO_LINK},
    problem::Code,
};
use leptos::{prelude::*, task::spawn_local};

/// What is said to somebody who reloads the page.
const LOST: &str = "The link's secret was kept nowhere while this page was reloaded. Open the link in your mail again.";

/// What the link is for, in words.
struct Purpose {
    title: &'static str,
    text: &'static str,
    act: &'static str,
    busy: &'static str,
    /// Where to go, and what for, when the link does not work.
    otherwise: (&'static str, &'static str),
}

const CONFIRM: Purpose = Purpose {
    title: "Confirm your new email address",
    text: "It takes the place of the address that your account has. From then on you sign in with it.",
    act: "Confirm this address",
    busy: "Confirming…",
    otherwise: (routes::PROFILE, "Go to your profile"),
};
const UNDO: Purpose = Purpose {
    title: "Keep your email address",
    text: "This takes the change of your address back and ends every session of your account.",
    act: "Keep my address",
    busy: "Taking the change back…",
    otherwise: (routes::FORGOT_PASSWORD, "Set a new password"),
};

/// How far it has come.
#[derive(Clone)]
enum Step {
    /// Nothing was done yet.
    Ready,
    /// The link does not work, for this reason.
    Dead(String),
    /// It worked.
    Done(EmailConfirmed),
}

/// The page.
pub fn page() -> AnyView {
    let secret = Router::in_use().take_secret();
    let purpose = match &secret {
        Some(secret) if secret.starts_with(UNDO_LINK) => &UNDO,
        _ => &CONFIRM,
    };
    let step = RwSignal::new(match secret {
        Some(_) => Step::Ready,
        None => Step::Dead(LOST.into()),
    });
    let secret = StoredValue::new(secret.unwrap_or_default());
    let view = move || match step.get() {
        Step::Ready => question(purpose, step, secret),
        Step::Dead(why) => dead(purpose, why),
        Step::Done(answer) => done(answer),
    };
    view.into_any()
}

fn question(
    purpose: &'static Purpose,
    step: RwSignal<Step>,
    secret: StoredValue<String>,
) -> AnyView {
    page::appear(purpose.title);
    let api = Api::in_use();
    let pending = RwSignal::new(false);
    let trouble = RwSignal::new(None::<String>);
    let act = move |_| {
        let path = [
            EMAIL_CONFIRMATIONS,
            "/",
            &router::encode(&secret.get_value()),
        ]
        .concat();
        pending.set(true);
        trouble.set(None);
        spawn_local(async move {
            let answer = api.send(Method::POST, &path, None).await;
            // Somebody may have gone on meanwhile.
            pending.try_set(false);
            match answer.and_then(|text| parse(&text)) {
                Ok(answer) => {
                    // The address has changed, or the session has ended, of whoever is signed in here.
                    api.account.ask();
                    step.try_set(Step::Done(answer));
                }
                Err(Failure::Refused(problem)) if problem.code == Code::NotFound => {
                    step.try_set(Step::Dead(problem.detail));
                }
                Err(failure) => {
                    trouble.try_set(Some(failure.message()));
                }
            }
        });
    };
    let content = view! {
        <p class="auth__text">{purpose.text}</p>
        <div class="form">
            {notice::alert(move || trouble.get())}
            <button
                type="button"
                class="button button--primary button--block"
                disabled=pending
                aria-busy=move || pending.get().then_some("true")
                on:click=act
            >
                {move || if pending.get() { purpose.busy } else { purpose.act }}
            </button>
        </div>
    };
    page::card(purpose.title, content.into_any(), foot())
}

fn dead(purpose: &'static Purpose, why: String) -> AnyView {
    page::appear(purpose.title);
    let (path, act) = purpose.otherwise;
    let content = view! {
        <div class="form">
            {notice::alert(move || Some(why.clone()))}
            <a class="button button--secondary button--block" href=path>{act}</a>
        </div>
    };
    page::card(purpose.title, content.into_any(), foot())
}

fn done(answer: EmailConfirmed) -> AnyView {
    let (title, text, way) = match answer.status {
        EmailOutcome::Confirmed => (
            "Your new address is confirmed",
            " is the address of your account now. You sign in with it.",
            (routes::PROFILE, "Go to your profile"),
        ),
        EmailOutcome::Undone => (
            "Your address is kept",
            " is the address of your account, and every session was ended. Set a new password if you do not know who asked for the change.",
            (routes::FORGOT_PASSWORD, "Set a new password"),
        ),
    };
    page::appear(title);
    let content = view! {
        <p class="auth__text"><strong>{answer.email}</strong>{text}</p>
        <div class="form"><a class="button button--primary button--block" href=way.0>{way.1}</a></div>
    };
    page::card(title, content.into_any(), foot())
}

/// For those who did not ask for any of this.
fn foot() -> AnyView {
    view! { <a class="link" href="/">"Go to Latchkey"</a> }.into_any()
}
