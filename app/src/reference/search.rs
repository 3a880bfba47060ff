//! Which operations have what is sought.

use super::document::Operation;

/// Whether an operation has all of the words, which are in small letters. What it answers, which half of all operations
/// do, must be named whole.
pub fn fits(operation: &Operation, words: &[&str]) -> bool {
    let (asked, answered) = operation.words.split_once('\n').unwrap_or_default();
    let has = |word: &&str| {
        asked.contains(*word)
            || answered.contains(&[" ", word, " "].concat())
            || is_on(word, &operation.path)
    };
    words.iter().all(has)
}

/// Whether a word is a part of a path as it is called, with values where the path has `{…}`.
fn is_on(word: &str, path: &str) -> bool {
    let path = path.to_lowercase();
    let typed = word.trim_matches('/');
    // Values alone would be on nearly every path.
    let mut rests = path.match_indices('/').filter_map(|(place, slash)| {
        let rest = path.get(place + slash.len()..)?;
        (!rest.starts_with('{')).then_some(rest)
    });
    typed.contains('/') && rests.any(|rest| leads_along(typed, rest))
}

/// Whether a path begins with the steps that are typed, of which the last may not be complete yet.
fn leads_along(typed: &str, path: &str) -> bool {
    let mut steps = path.split('/');
    let mut words = typed.split('/').peekable();
    while let Some(word) = words.next() {
        let is_last = words.peek().is_none();
        match steps.next() {
            // Everything that follows.
            Some("{path}") => return true,
            Some(step) if step == word || step.starts_with('{') => {}
            Some(step) if is_last && step.starts_with(word) => {}
            _ => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_answered_is_found_by_its_whole_name() {
        let operation = Operation {
            words: "token delete /tokens end a token\n token_revoked last_used_at ".into(),
            ..Operation::default()
        };
        assert!(fits(&operation, &["delete", "token_revoked"]));
        assert!(fits(&operation, &["last_used_at"]));
        assert!(!fits(&operation, &["revoke"]));
        assert!(!fits(&operation, &["used"]));
    }

    const TOKENS: &str = "/api/v1/users/{user}/tokens";

    #[test]
    fn a_path_is_found_as_it_is_called() {
        for typed in [
            "/api/v1/users/me/tokens",
            "/users/me/tokens",
            "users/me/tok",
            "/users/usr_01/",
        ] {
            assert!(is_on(typed, TOKENS), "{typed}");
        }
        assert!(is_on("/gateway/backups/daily", "/gateway/{path}"));
    }

    #[test]
    fn another_path_is_not_found() {
        for typed in [
            "/roles/me/tokens",
            "/users/me/tokens/self",
            "/me/tokens",
            "tokens",
        ] {
            assert!(!is_on(typed, TOKENS), "{typed}");
        }
    }
}
