//! One operation of the reference, to be opened.

use super::{
    document::{Answer, Body, Caller, FORM, Field, Operation},
    fragment,
};
use crate::{api::Api, ui::copy_button::CopyButton};
use contract::scopes::Scope;
use leptos::{
    html::{Details, Textarea},
    prelude::*,
};

/// A line that opens.
pub fn view(operation: Operation) -> AnyView {
    // What is inside is made once somebody looks.
    let opened = RwSignal::new(fragment::named() == operation.id);
    let line = NodeRef::<Details>::new();
    let (method, path) = (operation.method.clone(), operation.path.clone());
    let summary = operation.summary.clone();
    let id = operation.id.clone();
    let named = id.clone();
    let toggled = move |_| {
        let is_open = line.get_untracked().is_some_and(|line| line.open());
        opened.update(|opened| *opened |= is_open);
        fragment::follow(&named, is_open);
    };
    let inside = move || opened.get().then(|| untrack(|| inside(&operation)));
    view! {
        <details class="operation" id=id node_ref=line on:toggle=toggled>
            <summary class="operation__line">
                <span class="operation__method" data-method=method.clone()>{method.clone()}</span>
                <code class="operation__path">{path}</code>
                <span class="operation__summary">{summary}</span>
            </summary>
            {inside}
        </details>
    }
    .into_any()
}

fn inside(operation: &Operation) -> AnyView {
    let about = (!operation.about.is_empty()).then(|| view! { <p>{prose(&operation.about)}</p> });
    let parameters = part("Parameters", fields("Parameters", &operation.parameters));
    let body = operation.body.as_ref().map(|body| {
        let title = ["Body, ", &body.media_type].concat();
        view! { <section class="operation__part"><h4>{title}</h4>{content(body, "Body")}</section> }
    });
    view! {
        <div class="operation__inside">
            {about}
            <section class="operation__part"><h4>"Who may call"</h4>{callers(&operation.callers)}</section>
            {snippet(operation)}
            {parameters}
            {body}
            <section class="operation__part"><h4>"Answers"</h4>{operation.answers.iter().map(answer).collect_view()}</section>
        </div>
    }
    .into_any()
}

fn part(title: &'static str, content: Option<AnyView>) -> Option<AnyView> {
    content.map(|content| {
        view! { <section class="operation__part"><h4>{title}</h4>{content}</section> }.into_any()
    })
}

fn callers(callers: &[Caller]) -> AnyView {
    let account = Api::in_use().account;
    let line = |caller: &Caller| {
        let who = match caller.scheme.as_str() {
            "session" => "A person in a browser",
            "token" => "An access token",
            "basic" => "A service account, by HTTP Basic",
            "api_key" => "A service account, by the headers api-key and api-secret",
            _ => "Anybody",
        };
        let scopes = caller.scopes.iter().map(|name| {
            let scope = name.parse::<Scope>().ok();
            let held = move || {
                let holds = |scope| account.with(|session| session.scopes.contains(scope));
                scope.and_then(holds).map(|holds| {
                    if holds {
                        " (your role has it)"
                    } else {
                        " (your role lacks it)"
                    }
                })
            };
            view! { " with the scope " <code class="mono">{name.clone()}</code>{held} }
        });
        view! { <li>{who}{scopes.collect_view()}</li> }
    };
    if callers.is_empty() {
        return view! { <p>"Anybody."</p> }.into_any();
    }
    view! { <ul class="operation__callers">{callers.iter().map(line).collect_view()}</ul> }
        .into_any()
}

fn fields(label: &'static str, fields: &[Field]) -> Option<AnyView> {
    let row = |field: &Field| {
        let needed = (!field.needed.is_empty())
            .then(|| view! { <span class="operation__needed">{field.needed}</span> });
        view! {
            <div class="operation__field">
                <dt><code class="mono">{field.name.clone()}</code>{needed}</dt>
                <dd><span class="operation__kind">{field.kind.clone()}</span><span>{prose(&field.about)}</span></dd>
            </div>
        }
    };
    (!fields.is_empty()).then(|| {
        view! { <dl class="operation__fields" aria-label=label>{fields.iter().map(row).collect_view()}</dl> }
            .into_any()
    })
}

fn content(body: &Body, label: &'static str) -> AnyView {
    let example = (!body.example.is_empty()).then(|| {
        view! { <pre class="operation__code" tabindex="0" role="region" aria-label="Example"><code>{body.example.clone()}</code></pre> }
    });
    view! { {fields(label, &body.fields)} {example} }.into_any()
}

fn answer(answer: &Answer) -> AnyView {
    let codes = answer
        .codes
        .iter()
        .map(|code| view! { <code class="mono">{code.clone()}</code> });
    let line = view! { <strong>{answer.status.clone()}</strong> " " <span>{prose(&answer.about)}</span> {codes.collect_view()} };
    match &answer.body {
        Some(body) if !body.fields.is_empty() => view! {
            <details class="operation__answer">
                <summary>{line}</summary>
                {content(body, "Answer")}
            </details>
        }
        .into_any(),
        _ => view! { <p class="operation__answer">{line}</p> }.into_any(),
    }
}

/// A text of which what stands in backticks is code.
fn prose(text: &str) -> AnyView {
    let part = |(place, part): (usize, &str)| {
        let part = part.to_owned();
        if place % 2 == 1 {
            view! { <code class="mono">{part}</code> }.into_any()
        } else {
            part.into_any()
        }
    };
    text.split('`')
        .enumerate()
        .map(part)
        .collect_view()
        .into_any()
}

/// A call by `curl`, or why there is none.
fn snippet(operation: &Operation) -> AnyView {
    let origin = window().location().origin().unwrap_or_default();
    let content = match curl(operation, &origin) {
        Some(text) => command(text),
        None => {
            view! { <p>"Only a person in a session may call this, so there is no command."</p> }
                .into_any()
        }
    };
    view! { <section class="operation__part"><h4>"By curl"</h4>{content}</section> }.into_any()
}

fn command(text: String) -> AnyView {
    let rows = text.lines().count().to_string();
    let copied = text.clone();
    let field = NodeRef::<Textarea>::new();
    let select = Callback::new(move |()| {
        if let Some(field) = field.get_untracked() {
            field.select();
        }
    });
    view! {
        <textarea class="operation__code" node_ref=field readonly rows=rows wrap="off" spellcheck="false" aria-label="Call by curl" prop:value=text></textarea>
        <div>
            <CopyButton text=Callback::new(move |()| copied.clone()) on_copied=Callback::new(|()| ()) fallback=select />
        </div>
    }
    .into_any()
}

/// The call as a command; nothing if only a person in a session may call. Secrets are variables of the shell, which stay
/// out of its history.
fn curl(operation: &Operation, origin: &str) -> Option<String> {
    let by = |scheme: &str| {
        let mut callers = operation.callers.iter();
        callers.any(|caller| caller.scheme == scheme)
    };
    let credential = if operation.callers.is_empty() {
        None
    } else if by("token") {
        Some("-H \"Authorization: Bearer $LATCHKEY_TOKEN\"")
    } else if by("basic") {
        Some("-u \"$LATCHKEY_KEY:$LATCHKEY_SECRET\"")
    } else {
        return None;
    };
    // What stands in braces is for the caller to fill in. Without this option curl takes the braces away and calls what is
    // left; with it one that was forgotten is in the call, and the answer is that there is no such thing.
    let as_it_is = if operation.path.contains('{') {
        "--globoff "
    } else {
        ""
    };
    let url = [origin, &operation.path].concat();
    let mut lines = vec![
        [
            "curl -X ",
            &operation.method,
            " ",
            as_it_is,
            "\"",
            &url,
            "\"",
        ]
        .concat(),
    ];
    lines.extend(credential.map(str::to_owned));
    let headers = operation.headers.iter();
    lines.extend(headers.map(|(name, value)| ["-H ", &quoted(&[name, ": ", value])].concat()));
    if let Some(body) = &operation.body {
        lines.extend(sent(body));
    }
    Some(lines.join(" \\\n  "))
}

/// The options that send a body.
fn sent(body: &Body) -> Vec<String> {
    if body.media_type == FORM {
        let fields = body.example.lines();
        return fields
            .map(|field| ["--data-urlencode ", &quoted(&[field])].concat())
            .collect();
    }
    let example = match body.example.as_str() {
        "" => "{}",
        example => example,
    };
    vec![
        ["-H \"Content-Type: ", &body.media_type, "\""].concat(),
        ["-d ", &quoted(&[example])].concat(),
    ]
}

/// In single quotes a shell takes everything as it is, but for those themselves.
fn quoted(parts: &[&str]) -> String {
    ["'", &parts.concat().replace('\'', "'\\''"), "'"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operation(schemes: &[&str], body: Option<&str>) -> Operation {
        let caller = |scheme: &&str| Caller {
            scheme: (*scheme).to_owned(),
            scopes: vec![],
        };
        Operation {
            id: "makeThing".into(),
            method: "POST".into(),
            path: "/api/v1/things".into(),
            summary: String::new(),
            about: String::new(),
            callers: schemes.iter().map(caller).collect(),
            parameters: vec![],
            headers: vec![],
            body: body.map(|example| Body {
                media_type: "application/json".into(),
                fields: vec![],
                example: example.into(),
            }),
            answers: vec![],
            words: String::new(),
        }
    }

    #[test]
    fn a_call_names_no_secret_and_cannot_leave_its_quotes() {
        let call = curl(
            &operation(&["session", "token"], Some("{\"name\": \"it's\"}")),
            "https://keys.example",
        );
        assert_eq!(
            call.as_deref(),
            Some(
                "curl -X POST \"https://keys.example/api/v1/things\" \\\n  \
                 -H \"Authorization: Bearer $LATCHKEY_TOKEN\" \\\n  \
                 -H \"Content-Type: application/json\" \\\n  \
                 -d '{\"name\": \"it'\\''s\"}'"
            )
        );
    }

    #[test]
    fn a_form_is_sent_as_fields() {
        let mut operation = operation(&["basic"], Some("grant_type=client_credentials\nscope=a b"));
        if let Some(body) = &mut operation.body {
            body.media_type = FORM.into();
        }
        assert_eq!(
            curl(&operation, "https://x").as_deref(),
            Some(
                "curl -X POST \"https://x/api/v1/things\" \\\n  \
                 -u \"$LATCHKEY_KEY:$LATCHKEY_SECRET\" \\\n  \
                 --data-urlencode 'grant_type=client_credentials' \\\n  \
                 --data-urlencode 'scope=a b'"
            )
        );
    }

    #[test]
    fn a_place_in_the_path_is_kept_and_a_header_that_must_be_there_is() {
        let mut operation = operation(&[], None);
        operation.path = "/things/{id}".into();
        operation.headers = vec![("X-Asks".into(), "envoy".into())];
        assert_eq!(
            curl(&operation, "https://x").as_deref(),
            Some(
                "curl -X POST --globoff \"https://x/things/{id}\" \\\n  \
                 -H 'X-Asks: envoy'"
            )
        );
    }

    #[test]
    fn what_only_a_browser_can_call_has_no_command() {
        assert_eq!(curl(&operation(&["session"], None), "https://x"), None);
        assert_eq!(
            curl(&operation(&[], None), "https://x").as_deref(),
            Some("curl -X POST \"https://x/api/v1/things\"")
        );
    }
}
