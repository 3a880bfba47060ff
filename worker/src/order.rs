//! In which order the rows of a list come: `sort=name`, or `sort=-name` for the other way round.
//!
//! A cursor is the id of the last row, by which the statement finds what that is ordered by; rows with the same key come by
//! their ids. Where a row may be gone meanwhile, the cursor tells its key as well, and the list goes on where it was.
//! There is a statement for each order, and an index along which it reads: none is sorted aside.

use crate::extract::Query;

/// Which way a list goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Way {
    /// From A on, or from the oldest.
    Up,
    /// From Z on, or from the newest.
    #[default]
    Down,
}

impl Way {
    /// What the first row of a page comes after: the id `after`, or what comes before every id on this way.
    pub fn start(self, after: Option<&str>) -> &str {
        match (after, self) {
            (Some(after), _) => after,
            (None, Self::Up) => "",
            // `~` comes after every id.
            (None, Self::Down) => "~",
        }
    }
}

/// By what a list is ordered, and which way it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order<Key>(pub Key, pub Way);

impl<Key: Copy> Order<Key> {
    /// The order by that name among those by `keys`.
    fn parse(text: &str, keys: &[(&str, Key)]) -> Option<Self> {
        let (name, way) = text
            .strip_prefix('-')
            .map_or((text, Way::Up), |name| (name, Way::Down));
        let (_, by) = keys.iter().find(|(known, _)| *known == name)?;
        Some(Self(*by, way))
    }
}

impl Query {
    /// In which order the rows are wanted, by one of `keys`; or the usual one.
    pub fn order<Key: Copy>(&mut self, keys: &[(&str, Key)], usual: Order<Key>) -> Order<Key> {
        let order = self.parsed("sort", &should(keys), |text| Order::parse(text, keys));
        order.unwrap_or(usual)
    }

    /// Which way the rows are wanted that come by their age and nothing else.
    pub fn by_age(&mut self) -> Way {
        let Order((), way) = self.order(&[("created", ())], Order((), Way::Down));
        way
    }
}

/// What to use.
fn should<Key>(keys: &[(&str, Key)]) -> String {
    let names: Vec<_> = keys
        .iter()
        .flat_map(|(name, _)| [(*name).to_owned(), format!("-{name}")])
        .collect();
    match names.split_last() {
        Some((last, others)) => format!("Use {} or {last}.", others.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: [(&str, u8); 2] = [("name", 1), ("created", 2)];

    #[test]
    fn an_order_goes_either_way_by_a_key_that_there_is() {
        assert_eq!(Order::parse("name", &KEYS), Some(Order(1, Way::Up)));
        assert_eq!(Order::parse("-created", &KEYS), Some(Order(2, Way::Down)));
        for other in ["", "-", "--name", "Name", "name ", "colour"] {
            assert_eq!(Order::parse(other, &KEYS), None, "{other}");
        }
    }

    #[test]
    fn who_asks_for_another_is_told_which_there_are() {
        assert_eq!(should(&KEYS), "Use name, -name, created or -created.");
        assert_eq!(should(&[("created", ())]), "Use created or -created.");
    }

    #[test]
    fn a_page_starts_after_its_cursor_or_where_its_way_begins() {
        assert_eq!(Way::Up.start(Some("tok_1")), "tok_1");
        assert_eq!((Way::Up.start(None), Way::Down.start(None)), ("", "~"));
    }
}
