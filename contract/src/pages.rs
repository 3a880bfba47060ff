//! The pages that the app knows; every other path is not found.

/// The paths of pages, in the order in which people meet them.
pub const PAGES: [&str; 7] = [
    "/",
    "/sign-in",
    "/sign-up",
    "/settings/profile",
    "/settings/security",
    "/settings/api-access",
    "/settings/notifications",
];

/// Whether `path` is a page.
pub fn is_page(path: &str) -> bool {
    PAGES.contains(&path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_exact_paths_are_pages() {
        assert!(is_page("/settings/api-access"));
        for path in [
            "",
            "/settings",
            "/settings/",
            "/.env",
            "/index.html",
            "/sign-in/",
        ] {
            assert!(!is_page(path), "{path}");
        }
    }
}
