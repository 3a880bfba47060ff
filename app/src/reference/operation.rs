//! One operation of the reference, to be opened.

use super::document::{Answer, Body, Caller, Field, Operation};
use crate::{api::Api, ui::copy_button::CopyButton};
use contract::scopes::Scope;
use leptos::{html::Textarea, prelude::*};

/// A line that opens.
pub fn view(operation: Operation) -> AnyView {
    // What is inside is made once somebody looks.
    let opened = RwSignal::new(false);
    let (method, path) = (operation.method.clone(), operation.path.clone());
    let summary = operation.summary.clone();
    let id = operation.id.clone();
    let inside = move || opened.get().then(|| untrack(|| inside(&operation)));
    view! {
        <details class="operation" id=id on:toggle=move |_| opened.set(true)>
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
        let needed = field
            .needed
            .then(|| view! { <span class="operation__needed">"required"</span> });
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

/// A call by `curl`, unless only a browser can make it.
fn snippet(operation: &Operation) -> Option<AnyView> {
    let origin = window().location().origin().unwrap_or_default();
    let text = curl(operation, &origin)?;
    let rows = text.lines().count().to_string();
    let copied = text.clone();
    let field = NodeRef::<Textarea>::new();
    let select = Callback::new(move |()| {
        if let Some(field) = field.get_untracked() {
            field.select();
        }
    });
    let view = view! {
        <section class="operation__part">
            <h4>"By curl"</h4>
            <textarea class="operation__code" node_ref=field readonly rows=rows wrap="off" spellcheck="false" aria-label="Call by curl" prop:value=text></textarea>
            <div>
                <CopyButton text=Callback::new(move |()| copied.clone()) on_copied=Callback::new(|()| ()) fallback=select />
            </div>
        </section>
    };
    Some(view.into_any())
}

/// The call as a command. Secrets are variables of the shell, which stay out of its history.
fn curl(operation: &Operation, origin: &str) -> Option<String> {
    let credential = match operation.callers.as_slice() {
        [] => None,
        callers => {
            let by = |scheme: &str| callers.iter().any(|caller| caller.scheme == scheme);
            if by("token") {
                Some("-H \"Authorization: Bearer $LATCHKEY_TOKEN\"")
            } else if by("basic") {
                Some("-u \"$LATCHKEY_KEY:$LATCHKEY_SECRET\"")
            } else {
                return None;
            }
        }
    };
    let mut lines = vec![
        [
            "curl -X ",
            &operation.method,
            " \"",
            origin,
            &operation.path,
            "\"",
        ]
        .concat(),
    ];
    lines.extend(credential.map(str::to_owned));
    if let Some(body) = &operation.body {
        lines.push(["-H \"Content-Type: ", &body.media_type, "\""].concat());
        // In single quotes a shell takes everything as it is, but for those themselves.
        let example = match body.example.as_str() {
            "" => "{}",
            example => example,
        };
        lines.push(["-d '", &example.replace('\'', "'\\''"), "'"].concat());
    }
    Some(lines.join(" \\\n  "))
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
            body: body.map(|example| Body {
                media_type: "application/json".into(),
                fields: vec![],
                example: example.into(),
            }),
            answers: vec![],
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
    fn what_only_a_browser_can_call_has_no_command() {
        assert_eq!(curl(&operation(&["session"], None), "https://x"), None);
        assert_eq!(
            curl(&operation(&[], None), "https://x").as_deref(),
            Some("curl -X POST \"https://x/api/v1/things\"")
        );
    }
}
