//! Paths as they are compared with routes.

use percent_encoding::percent_decode_str;

/// First parts of paths that belong to the server: no HTTP action has one, and none sees a request for one.
const RESERVED: [&str; 2] = ["api", "_dashboard"];

/// The parts of a path, decoded, without empty and dot segments; the last one is empty if the path ends with a slash.
///
/// This is done once, before anything is compared: `%2F` is a slash from here on, and `%252F` is the text `%2F`. Nothing
/// comes of a path that cannot be read, and of one that belongs to the server, however it is spelled.
pub(super) fn parts(path: &str) -> Option<Vec<String>> {
    // As it was sent as well: what is under `/api` is the server's business, `/api/../x` too.
    if is_reserved(path.split('/').nth(1)) {
        return None;
    }
    let parts = normalized(path)?;
    (!is_reserved(parts.first().map(String::as_str))).then_some(parts)
}

fn is_reserved(first: Option<&str>) -> bool {
    first.is_some_and(|first| RESERVED.contains(&first))
}

/// RFC 3986, section 5.2.4, on the decoded path, and without repeated slashes.
fn normalized(path: &str) -> Option<Vec<String>> {
    let decoded = decoded(path)?;
    let path = decoded.strip_prefix('/')?;
    let mut parts: Vec<String> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part.to_owned()),
        }
    }
    let last = path.rsplit('/').next().unwrap_or_default();
    if matches!(last, "" | "." | "..") && !parts.is_empty() {
        parts.push(String::new());
    }
    Some(parts)
}

fn decoded(path: &str) -> Option<String> {
    let mut escapes = path.split('%').skip(1);
    let two_digits = |rest: &str| {
        let digits = rest.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    if !escapes.all(two_digits) {
        return None;
    }
    let decoded = percent_decode_str(path).decode_utf8().ok()?;
    Some(decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::parts;

    fn joined(path: &str) -> Option<String> {
        parts(path).map(|parts| format!("/{}", parts.join("/")))
    }

    #[test]
    fn a_path_has_one_form() {
        for (sent, normal) in [
            ("/", "/"),
            ("//", "/"),
            ("/..", "/"),
            ("/a", "/a"),
            ("/a/", "/a/"),
            ("//a///b", "/a/b"),
            ("/a/./b/../c", "/a/c"),
            ("/a/b/..", "/a/"),
            ("/a%2Fb", "/a/b"),
            ("/a/%2e%2E/b", "/b"),
            ("/a%252Fb", "/a%2Fb"),
            ("/a%20b/%C3%A4", "/a b/ä"),
        ] {
            assert_eq!(joined(sent).as_deref(), Some(normal), "{sent}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_no_path() {
        for path in ["", "*", "a/b", "/%", "/%4", "/%zz", "/%ff", "/%e4"] {
            assert_eq!(parts(path), None, "{path}");
        }
    }

    #[test]
    fn what_is_the_servers_is_nobody_elses() {
        for path in [
            "/api",
            "/api/",
            "/api/x",
            "//api",
            "//api/x",
            "/%61pi/x",
            "/x/../api",
            "/x/%2e%2e/api/y",
            "/%2Fapi",
            "/api/../x",
            "/./api",
            "/_dashboard",
            "/%5fdashboard/x",
            "/api%2Fx",
            "/x%2F..%2Fapi",
        ] {
            assert_eq!(parts(path), None, "{path}");
        }
        for path in ["/apis", "/x/api", "/API", "/%2561pi"] {
            assert!(parts(path).is_some(), "{path}");
        }
    }

    proptest! {
        #[test]
        fn the_form_is_final_and_never_the_servers(path in "(/|\\.|%2[fF]|%2[eE]|%61|api|a|%|_dashboard|x|%25){0,12}") {
            if let Some(parts) = parts(&path) {
                prop_assert!(parts.first().is_none_or(|first| first != "api" && first != "_dashboard"));
                let dots = |part: &String| part == "." || part == ".." || part.contains('/');
                prop_assert!(!parts.iter().any(dots));
                let inner = parts.len().saturating_sub(1);
                prop_assert!(parts[..inner].iter().all(|part| !part.is_empty()));
            }
        }

        #[test]
        fn nothing_panics(path in any::<String>()) {
            let _ = parts(&path);
        }
    }
}
