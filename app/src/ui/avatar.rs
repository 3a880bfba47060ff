//! A person in a circle: their photo, or their initials where there is none or it does not come.

use contract::users::User;
use leptos::prelude::*;

/// The circle.
#[component]
pub fn Avatar(
    /// Whose.
    user: User,
    /// What the photo is called; empty where their name stands beside it.
    #[prop(optional)]
    name: &'static str,
    /// More classes.
    #[prop(default = "avatar")]
    class: &'static str,
) -> impl IntoView {
    let broken = RwSignal::new(false);
    let initials = initials(&user.first_name, &user.last_name);
    let url = user.photo_url;
    let content = move || {
        match url.clone().filter(|_| !broken.get()) {
        Some(url) => view! { <img class="avatar__photo" src=url alt=name on:error=move |_| broken.set(true) /> }.into_any(),
        None => view! { <span aria-hidden="true">{initials.clone()}</span> }.into_any(),
    }
    };
    view! { <span class=class>{content}</span> }
}

/// The first letter of each name.
fn initials(first: &str, last: &str) -> String {
    let names = [first, last];
    names
        .into_iter()
        .filter_map(|name| name.chars().next())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_one_letter_of_each_name_in_any_script() {
        assert_eq!(initials("Ada", "Lovelace"), "AL");
        assert_eq!(initials("Ольга", "Šarić"), "ОŠ");
        assert_eq!(initials("", "O"), "O");
    }
}
