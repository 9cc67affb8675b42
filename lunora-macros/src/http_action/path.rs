//! The syntax of a route's path.

/// First parts of paths that are the server's own. The server keeps them to itself as well, whatever a route says.
const RESERVED: [&str; 2] = ["api", "_dashboard"];

/// Pages that the server answers itself.
const PAGES: [&str; 4] = ["/health", "/version", "/instance_version", "/instance_name"];

/// What is wrong with `path`, if anything is.
pub(super) fn problem(path: &str) -> Option<String> {
    let Some(rest) = path.strip_prefix('/') else {
        return Some(format!("a path starts with a slash: `\"/{path}\"`"));
    };
    if PAGES.contains(&path) {
        return Some(format!(
            "`{path}` is answered by the server itself; choose another path"
        ));
    }
    if rest.is_empty() {
        return None;
    }
    let parts: Vec<_> = rest.split('/').collect();
    if RESERVED.contains(&parts[0]) {
        let first = parts[0];
        return Some(format!(
            "paths under `/{first}` are the server's own; choose another"
        ));
    }
    let mut names: Vec<&str> = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        let is_last = at + 1 == parts.len();
        let problem = match part.strip_prefix('{') {
            Some(parameter) => parameter_problem(parameter, is_last, &mut names),
            None => text_problem(part),
        };
        if problem.is_some() {
            return problem;
        }
    }
    None
}

fn parameter_problem<'a>(part: &'a str, is_last: bool, names: &mut Vec<&'a str>) -> Option<String> {
    let Some(inside) = part.strip_suffix('}') else {
        return Some("a parameter is a whole part of the path: `/{name}/`".to_owned());
    };
    let name = inside.strip_prefix('*').unwrap_or(inside);
    let starts = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    if !starts
        || !name
            .chars()
            .all(|char| char.is_ascii_alphanumeric() || char == '_')
    {
        return Some(format!(
            "`{{{inside}}}`: a parameter is named like a field, in ASCII letters, digits and `_`: `{{account_id}}`"
        ));
    }
    if inside.starts_with('*') && !is_last {
        return Some(format!(
            "`{{{inside}}}` takes all that is left, so it is the last part"
        ));
    }
    if names.contains(&name) {
        return Some(format!("two parameters are called `{name}`; rename one"));
    }
    names.push(name);
    None
}

fn text_problem(part: &str) -> Option<String> {
    let message = match part {
        "" => {
            "a path has no empty parts and does not end with a slash: requests are freed of repeated slashes before they \
             are compared"
        }
        "." | ".." => "a path has no dot segments: requests are freed of them before they are compared",
        _ if part.starts_with(':') => "a parameter is written in braces: `{name}`",
        _ if part.contains('%') => {
            "write the character itself: requests are decoded before they are compared"
        }
        _ if part.contains(['?', '#']) => {
            "a path ends before `?` and `#`; the query string is read with `request.query::<T>()?`"
        }
        _ if part.contains(['{', '}']) => "a parameter is a whole part of the path: `/{name}/`",
        _ if part.contains(|char: char| char.is_whitespace() || char.is_control() || char == '\\') => {
            "a path has no white space, control characters or backslashes"
        }
        _ => return None,
    };
    Some(message.to_owned())
}

/// The path without the names of its parameters, which tell no two routes apart.
pub(super) fn without_names(path: &str) -> String {
    let part = |part: &str| match part.strip_prefix('{') {
        Some(name) if name.starts_with('*') => "{*}".to_owned(),
        Some(_) => "{}".to_owned(),
        None => part.to_owned(),
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::{problem, without_names};

    #[test]
    fn paths_that_are_fine() {
        for path in [
            "/",
            "/a",
            "/a/{b}/c/{d_1}",
            "/{*all}",
            "/a.b-c~d!$&'()*+,;=:@",
            "/apis",
            "/x/api",
            "/health/x",
            "/ä",
        ] {
            assert_eq!(problem(path), None, "{path}");
        }
    }

    #[test]
    fn paths_that_are_not() {
        for (path, word) in [
            ("", "starts with"),
            ("a", "starts with"),
            ("/a/", "empty parts"),
            ("//", "empty parts"),
            ("/a//b", "empty parts"),
            ("/a/../b", "dot segments"),
            ("/.", "dot segments"),
            ("/api", "under `/api`"),
            ("/api/x", "under `/api`"),
            ("/_dashboard", "under `/_dashboard`"),
            ("/version", "server itself"),
            ("/a{b}", "whole part"),
            ("/{b}a", "whole part"),
            ("/{b", "whole part"),
            ("/b}", "whole part"),
            ("/{}", "named like a field"),
            ("/{1a}", "named like a field"),
            ("/{a-b}", "named like a field"),
            ("/{*}", "named like a field"),
            ("/{**a}", "named like a field"),
            ("/{*a}/b", "the last part"),
            ("/{a}/{a}", "two parameters"),
            ("/{a}/{*a}", "two parameters"),
            ("/:id", "in braces"),
            ("/a%20b", "character itself"),
            ("/a?b", "query string"),
            ("/a#b", "query string"),
            ("/a b", "white space"),
            ("/a\\b", "backslashes"),
        ] {
            let problem = problem(path).unwrap_or_else(|| panic!("{path} is fine"));
            assert!(problem.contains(word), "{path}: {problem}");
        }
    }

    #[test]
    fn names_are_left_out() {
        assert_eq!(without_names("/a/{b}/{*c}"), "/a/{}/{*}");
        assert_eq!(without_names("/"), "/");
    }
}
