//! The pages that the app knows; every other path is not found.

/// The page of one's own tokens.
pub const API_ACCESS: &str = "/settings/api-access";

/// The page of the service accounts; below `/{id}/tokens`, the tokens of one.
pub const SERVICE_ACCOUNTS: &str = "/manage/service-accounts";

/// The API reference.
pub const REFERENCE: &str = "/api/docs";

/// The paths of pages, in the order in which people meet them; `{…}` stands for any one segment.
pub const PAGES: [&str; 23] = [
    "/",
    "/sign-in",
    "/sign-up",
    "/forgot-password",
    "/reset-password/{token}",
    "/confirm-email/{token}",
    "/invitation/{token}",
    "/settings/profile",
    "/settings/security",
    API_ACCESS,
    "/settings/notifications",
    "/manage/security",
    "/manage/users",
    "/manage/users/{id}/profile",
    "/manage/users/{id}/tokens",
    "/manage/users/{id}/sessions",
    "/manage/roles",
    "/manage/policy",
    "/manage/audit",
    "/manage/system",
    SERVICE_ACCOUNTS,
    "/manage/service-accounts/{id}/tokens",
    REFERENCE,
];

/// The page behind `path`, as it stands in [`PAGES`].
pub fn page(path: &str) -> Option<&'static str> {
    PAGES.into_iter().find(|page| matches(page, path))
}

fn matches(page: &str, path: &str) -> bool {
    let mut segments = path.split('/');
    let fits = |wanted: &str| match segments.next() {
        Some(segment) if wanted.starts_with('{') => !segment.is_empty(),
        segment => segment == Some(wanted),
    };
    page.split('/').all(fits) && segments.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_paths_are_pages() {
        assert_eq!(page("/settings/api-access"), Some("/settings/api-access"));
        assert_eq!(page("/"), Some("/"));
        assert_eq!(
            page("/reset-password/lkr_x"),
            Some("/reset-password/{token}")
        );
        for path in [
            "",
            "/settings",
            "/settings/",
            "/.env",
            "/index.html",
            "/sign-in/",
            "/reset-password",
            "/reset-password/",
            "/reset-password/a/b",
        ] {
            assert_eq!(page(path), None, "{path}");
        }
    }
}
