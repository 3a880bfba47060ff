//! Texts of several lines, of which each stands for itself.

use crate::{form::Form, ui::icon::icon};
use contract::tokens::CreateToken;
use leptos::prelude::*;

/// A text area whose lines are a list of the draft, which keeps empty ones while somebody is typing.
pub fn lines_field(
    form: Form<CreateToken>,
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    get: fn(&CreateToken) -> &Vec<String>,
    get_mut: fn(&mut CreateToken) -> &mut Vec<String>,
) -> AnyView {
    form.place(name);
    let lines = move || form.draft.with(|draft| get(draft).clone());
    let wrong = move || {
        let whole = form.state.complaint(name);
        let of_lines = form.state.complaints_of_lines(name);
        if of_lines.is_empty() {
            return whole.into_iter().collect::<Vec<_>>();
        }
        named(&lines(), of_lines)
    };
    let write = move |ev| {
        let text = event_target_value(&ev);
        form.change(name, |draft| {
            *get_mut(draft) = split(&text);
        });
    };
    area(
        name,
        label,
        hint,
        Signal::derive(move || lines().join("\n")),
        Signal::derive(wrong),
        write,
        false,
    )
}

/// A text area with everything that is wrong with its lines. With `autofocus` it takes the focus when its dialog opens.
pub fn area(
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    value: Signal<String>,
    wrong: Signal<Vec<String>>,
    write: impl Fn(leptos::ev::Event) + 'static,
    autofocus: bool,
) -> AnyView {
    let hint_id = [name, "-hint"].concat();
    let error_id = [name, "-error"].concat();
    let described = [&hint_id, " ", &error_id].concat();
    let list = move || {
        let line = |text| view! { <li>{text}</li> };
        wrong.with(|wrong| {
            (!wrong.is_empty()).then(|| {
                let lines = wrong.iter().cloned().map(line).collect_view();
                view! { <div class="field__error">{icon("#i-danger")}<ul>{lines}</ul></div> }
            })
        })
    };
    view! {
        <div class="field">
            <label class="field__label" for=name>
                {label}
                {(!autofocus).then(|| view! { " " <span class="field__optional">"optional"</span> })}
            </label>
            <textarea
                class="input input--lines"
                id=name
                name=name
                rows="4"
                autocapitalize="none"
                autocomplete="off"
                spellcheck="false"
                autofocus=autofocus
                aria-invalid=move || wrong.with(|wrong| !wrong.is_empty()).then_some("true")
                aria-describedby=described
                prop:value=value
                on:input=write
            ></textarea>
            <p class="field__hint" id=hint_id>{hint}</p>
            <div id=error_id>{list}</div>
        </div>
    }
    .into_any()
}

/// The lines of a text.
pub fn split(text: &str) -> Vec<String> {
    if text.is_empty() {
        return Vec::new();
    }
    text.split('\n').map(str::to_owned).collect()
}

/// The lines that say something, with their places among all.
pub fn said(lines: &[String]) -> Vec<(usize, &str)> {
    lines
        .iter()
        .enumerate()
        .map(|(place, line)| (place, line.trim()))
        .filter(|(_, line)| !line.is_empty())
        .collect()
}

/// Complaints about lines, each naming its own; places count those that say something.
pub fn named(lines: &[String], complaints: Vec<(usize, String)>) -> Vec<String> {
    let said = said(lines);
    let name = |(place, message): (usize, String)| match said.get(place) {
        Some((line, _)) => format!("Line {}: {message}", line + 1),
        None => message,
    };
    complaints.into_iter().map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_named_by_its_place_among_all_lines() {
        let lines = split("\n10.0.0.1\n\n here \n");
        assert_eq!(said(&lines), [(1, "10.0.0.1"), (3, "here")]);
        assert_eq!(
            named(&lines, vec![(1, "No.".into()), (9, "Too many.".into())]),
            ["Line 4: No.", "Too many."]
        );
    }
}
