//! Endpoints that a token is limited to: prefixes of paths, segment by segment.

use crate::scopes::Resource;

/// The most prefixes of a token.
pub const MAX_ENDPOINTS: usize = 50;
/// The most characters of a prefix.
const MAX_LENGTH: usize = 200;

/// A prefix in its one form: it begins at a resource, such as `/backups/daily`, and ends without a slash.
pub fn prefix(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    let text = text.strip_suffix('/').unwrap_or(text);
    if text.len() > MAX_LENGTH {
        return Err("Use at most 200 characters.");
    }
    if text.contains('*') {
        return Err("Leave out the *: a path lets in all that lies below it.");
    }
    if text.contains('%') || !is_clear(text) {
        return Err(
            "Use a path such as /backups/daily, without ? and #, dots between slashes, or % signs.",
        );
    }
    match resource(text) {
        Some(_) => Ok(text.to_owned()),
        None => Err("Begin with a resource, such as /backups or /jobs."),
    }
}

/// Whether a path says what it means: no servers disagree about where it leads.
///
/// Dots between slashes, empty segments and backslashes, any of these or a percent sign in an escape, and escapes that are
/// no UTF-8, such as dots written too long, are read as something else by one program or another (RFC 3986, 6.2.2).
fn is_clear(path: &str) -> bool {
    path.starts_with('/')
        && path
            .bytes()
            .all(|b| b.is_ascii_graphic() && !b"?#\\;\"<>^`{|}".contains(&b))
        && path
            .split('/')
            .skip(1)
            .all(|segment| !matches!(segment, "" | "." | ".."))
        && unescaped(path).is_some_and(|bytes| std::str::from_utf8(&bytes).is_ok())
}

/// The path without its escapes; nothing if one is malformed or stands for what parts a path or is a control character.
fn unescaped(path: &str) -> Option<Vec<u8>> {
    let mut parts = path.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        let (escape, rest) = part.split_at_checked(2)?;
        let byte = u8::from_str_radix(escape, 16).ok()?;
        if byte.is_ascii_control() || b"./\\%;".contains(&byte) {
            return None;
        }
        bytes.push(byte);
        bytes.extend(rest.bytes());
    }
    Some(bytes)
}

/// The resource that the first segment of a path names: `/backups/daily` is about backups. `None` if there is none, or
/// if servers could disagree about where the path leads.
pub fn resource(path: &str) -> Option<Resource> {
    let path = path.strip_suffix('/').unwrap_or(path);
    let first = path.split('/').nth(1).filter(|_| is_clear(path))?;
    Resource::ALL
        .into_iter()
        .find(|resource| resource.as_str() == first)
}

/// Whether one of the prefixes leads to a path, or there are none.
pub fn allow(prefixes: &[String], path: &str) -> bool {
    let path = path.strip_suffix('/').unwrap_or(path);
    prefixes.is_empty() || (is_clear(path) && prefixes.iter().any(|prefix| leads_to(prefix, path)))
}

/// Whether every path that `other` allows is allowed by `prefixes` too.
pub fn cover(prefixes: &[String], other: &[String]) -> bool {
    prefixes.is_empty()
        || (!other.is_empty()
            && other
                .iter()
                .all(|path| prefixes.iter().any(|prefix| leads_to(prefix, path))))
}

fn leads_to(prefix: &str, path: &str) -> bool {
    path.strip_prefix(prefix)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_its_resource_unless_servers_could_disagree_about_it() {
        for path in [
            "/backups",
            "/backups/",
            "/backups/daily",
            "/backups/caf%C3%A9/a%20b",
            "/backups/@x:y,z=1",
        ] {
            assert_eq!(resource(path), Some(Resource::Backups), "{path}");
        }
        for path in [
            "",
            "backups",
            "/",
            "//backups",
            "/Backups",
            "/backupsx",
            "/backups//users",
            "/backups/../users",
            "/backups/./x",
            "/backups/%2e%2e/users",
            "/backups/%2E./users",
            "/backups/..%2fusers",
            "/backups%2fusers",
            "/backups/..%5cusers",
            "/backups\\..\\users",
            "/backups/%252e%252e/users",
            "/backups/%c0%ae%c0%ae/users",
            "/backups/%e0%80%ae./users",
            "/backups/%e9",
            "/backups/%+9",
            "/backups/%4",
            "/backups/..;/users",
            "/backups;x/users",
            "/backups/%00",
            "/backups/%0a",
            "/backups/%zz",
            "/backups/%",
            "/backups?x",
            "/backups#x",
            "/backups/caf\u{e9}",
            "/backups/a b",
        ] {
            assert_eq!(resource(path), None, "{path}");
        }
    }

    fn list(prefixes: &[&str]) -> Vec<String> {
        prefixes.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_prefix_begins_at_a_resource_and_is_kept_in_one_form() {
        assert_eq!(prefix(" /backups/ ").as_deref(), Ok("/backups"));
        assert_eq!(prefix("/jobs/2026-11").as_deref(), Ok("/jobs/2026-11"));
        for text in [
            "",
            "/",
            "backups",
            "//backups",
            "/backup",
            "/api/v1/users",
            "/backups//daily",
            "/backups/../users",
            "/backups/./x",
            "/backups?x=1",
            "/backups#x",
            "/backups/%64aily",
            "/backups\\daily",
            "/backups/da ily",
            "/backups/é",
            "/Backups",
            "/backups/*",
        ] {
            assert!(prefix(text).is_err(), "{text}");
        }
        assert!(prefix(&format!("/backups/{}", "x".repeat(200))).is_err());
    }

    #[test]
    fn a_prefix_allows_whole_segments_only() {
        let prefixes = list(&["/backups/daily", "/jobs"]);
        for path in [
            "/backups/daily",
            "/backups/daily/",
            "/backups/daily/7",
            "/jobs",
            "/jobs/1/logs",
            "/jobs/a%20b/caf%C3%A9",
        ] {
            assert!(allow(&prefixes, path), "{path}");
        }
        for path in [
            "/",
            "/backups",
            "/backups/dailyx",
            "/jobsx",
            "/users",
            "/jobs/../users",
            "/jobs/..%2fusers",
            "/jobs/%2e%2e/users",
            "/jobs/%c0%ae%c0%ae/users",
            "/backups/dail%79",
            "/jobs//1",
            "/jobs\\..\\users",
            "jobs",
        ] {
            assert!(!allow(&prefixes, path), "{path}");
        }
        assert!(allow(&[], "/anything"));
    }

    #[test]
    fn more_is_told_from_less() {
        let few = list(&["/backups/daily"]);
        let more = list(&["/backups"]);
        assert!(cover(&more, &few) && !cover(&few, &more));
        assert!(cover(&[], &few) && !cover(&few, &[]) && cover(&[], &[]));
        assert!(!cover(&few, &list(&["/backups/daily", "/jobs"])));
    }
}
