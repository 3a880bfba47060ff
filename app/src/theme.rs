//! Light or dark: what the system says, unless the person says otherwise.

use leptos::prelude::*;

/// The key in local storage, which `boot.js` reads before the first paint.
const KEY: &str = "theme";

/// A person's wish.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// What the system says.
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// Every theme, in the order of the switch.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The value that is stored, and that `data-theme` takes.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The name on the switch.
    pub const fn label(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }

    /// The theme that `text` names; anything unknown is the system's.
    pub fn named(text: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|theme| theme.as_str() == text)
            .unwrap_or(Self::System)
    }

    /// The theme in use.
    pub fn current() -> Self {
        let root = document().document_element();
        Self::named(
            &root
                .and_then(|root| root.get_attribute("data-theme"))
                .unwrap_or_default(),
        )
    }

    /// Puts the theme in use, now and at the next visit.
    pub fn apply(self) {
        let storage = window().local_storage().ok().flatten();
        let Some(root) = document().document_element() else {
            return;
        };
        // Storage may be forbidden; then the theme lasts as long as the page.
        let _ = match self {
            Self::System => root
                .remove_attribute("data-theme")
                .and(storage.map_or(Ok(()), |storage| storage.remove_item(KEY))),
            _ => root
                .set_attribute("data-theme", self.as_str())
                .and(storage.map_or(Ok(()), |storage| storage.set_item(KEY, self.as_str()))),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_theme_reads_back_and_rubbish_is_the_systems() {
        for theme in Theme::ALL {
            assert!(Theme::named(theme.as_str()) == theme);
        }
        assert!(Theme::named("sepia") == Theme::System);
    }
}
