//! Links that begin something: a token to be made, or a scope to be given. A person confirms it.

use super::{Desk, Dialog, Proposal};
use crate::router::{Place, Router};
use contract::{
    scopes::{Scope, ScopeSet},
    tokens::{CreateToken, Kind},
};
use leptos::prelude::*;

/// A token as a link begins it.
#[derive(Clone, Default)]
pub struct Prefilled {
    /// What is filled in.
    pub draft: CreateToken,
    /// How long it is to live, as the link says it.
    pub expires: String,
    /// What the link asks for and cannot have: what for, and how it says it.
    pub unknown: Vec<(&'static str, String)>,
}

/// Whether the URL of a page asks for something.
pub fn is_one(place: &Place) -> bool {
    ["edit", "name", "description", "scopes", "expires"]
        .into_iter()
        .any(|name| !place.parameter(name).is_empty())
}

/// Does what the URL of the page asks for, and takes that out of the URL:
/// `?name=&description=&kind=&scopes=backups:read,jobs:write&expires=30` (days, or a last day: `2027-01-31`), or
/// `?edit=tok_…&add=jobs:read`.
pub fn follow(desk: Desk) {
    let router = Router::in_use();
    let place = router.place().get_untracked();
    router.correct_to(&place.path);
    let text = |name: &str| Some(place.parameter(name)).filter(|text| !text.is_empty());
    if let Some(id) = text("edit") {
        let proposal =
            text("add").map(|scope| scope.parse().map_or(Proposal::Nothing, Proposal::Add));
        return desk.dialog.set(Dialog::Edit(id, proposal));
    }
    let asked = text("kind");
    let kind = asked.as_deref().and_then(Kind::parse);
    let is_custom = kind.unwrap_or_default() == Kind::Custom;
    let (scopes, unknown) = text("scopes")
        .filter(|_| is_custom)
        .map(|text| chosen(&text))
        .unwrap_or_default();
    let expires = place.parameter("expires");
    let unknown = [
        ("scope", unknown.join(", ")),
        (
            "kind of token",
            asked.filter(|_| kind.is_none()).unwrap_or_default(),
        ),
    ];
    let draft = CreateToken {
        name: text("name").unwrap_or_default(),
        description: text("description"),
        kind,
        scopes,
        ..CreateToken::default()
    };
    desk.dialog.set(Dialog::Create(Box::new(Prefilled {
        draft,
        expires,
        unknown: unknown
            .into_iter()
            .filter(|(_, said)| !said.is_empty())
            .collect(),
    })));
}

/// The scopes of a list parted by commas or spaces, and what is none.
fn chosen(text: &str) -> (ScopeSet, Vec<String>) {
    let names = text.split([',', ' ']).filter(|name| !name.is_empty());
    let scopes = names.clone().filter_map(|name| name.parse().ok()).collect();
    let unknown = names.filter(|name| name.parse::<Scope>().is_err());
    (scopes, unknown.map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_of_a_link_are_told_from_what_is_none() {
        let (scopes, unknown) = chosen("backups:read,nonsense, jobs:write");
        assert_eq!(scopes.to_string(), "backups:read jobs:read jobs:write");
        assert_eq!(unknown, ["nonsense"]);
        assert_eq!(chosen(""), Default::default());
    }
}
