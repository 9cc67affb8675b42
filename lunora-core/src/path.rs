//! Wire paths of functions: `module/file:function`.

use std::fmt;

const MAX_COMPONENT: usize = 64;
/// Longest path: refusals and subscriptions hold it, and a module may have any number of parts.
const MAX_PATH: usize = 1024;
const DEFAULT_EXPORT: &str = "default";

/// The canonical wire path of a function. Parsing accepts every spelling that clients use.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FunctionPath(String);

/// The text is not the path of any function that could exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{path:?} is not a function path: {problem}. Expected `module/file:function`, such as `messages:list`"
)]
pub struct MalformedPath {
    path: String,
    problem: &'static str,
}

impl FunctionPath {
    /// Reads a path: split at the last colon, `.js` of the module ignored, no colon means the export `default`.
    pub fn parse(text: &str) -> Result<Self, MalformedPath> {
        let (module, function) = text.rsplit_once(':').unwrap_or((text, DEFAULT_EXPORT));
        let module = module.strip_suffix(".js").unwrap_or(module);
        check_length(module, function)
            .and_then(|()| check_module(module))
            .and_then(|()| check_function(function))
            .map_err(|problem| {
                // A path may be as long as a request; an error is not.
                MalformedPath {
                    path: text.chars().take(200).collect(),
                    problem,
                }
            })?;
        Ok(Self([module, ":", function].concat()))
    }

    /// The canonical text, `module:function`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text for messages, from which `:default` is left off.
    pub fn display_name(&self) -> &str {
        self.0.strip_suffix(":default").unwrap_or(&self.0)
    }
}

impl fmt::Display for FunctionPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.display_name())
    }
}

impl fmt::Debug for FunctionPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FunctionPath({})", self.0)
    }
}

fn check_length(module: &str, function: &str) -> Result<(), &'static str> {
    if module.len() + ":".len() + function.len() > MAX_PATH {
        Err("it is longer than 1024 characters")
    } else {
        Ok(())
    }
}

fn check_module(module: &str) -> Result<(), &'static str> {
    module.split('/').try_for_each(check_component)?;
    let file = module.rsplit('/').next().unwrap_or(module);
    if file.contains('.') {
        Err("a module has no extension but `.js`")
    } else {
        Ok(())
    }
}

fn check_component(component: &str) -> Result<(), &'static str> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.';
    match component {
        "" => Err("a part of the module is empty"),
        text if text.len() > MAX_COMPONENT => Err("a part of the module is longer than 64 characters"),
        text if !text.bytes().all(legal) => Err("modules are of letters, digits, `_` and `.`"),
        text if !text.bytes().any(|byte| byte.is_ascii_alphanumeric()) => {
            Err("a part of the module has no letter or digit")
        }
        _ => Ok(()),
    }
}

fn check_function(function: &str) -> Result<(), &'static str> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    match function.as_bytes() {
        [] => Err("the function's name is empty"),
        name if name.len() > MAX_COMPONENT => Err("the function's name is longer than 64 characters"),
        name if !name.iter().copied().all(legal) => Err("function names are of letters, digits and `_`"),
        [first, ..] if first.is_ascii_digit() => Err("a function's name does not start with a digit"),
        name if name.iter().all(|byte| *byte == b'_') => Err("a function's name is not only underscores"),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::FunctionPath;

    fn canonical(text: &str) -> Option<String> {
        FunctionPath::parse(text)
            .ok()
            .map(|path| path.as_str().to_owned())
    }

    #[test]
    fn every_spelling_of_a_client_means_one_function() {
        for text in ["messages:list", "messages.js:list"] {
            assert_eq!(canonical(text).as_deref(), Some("messages:list"));
        }
        for text in ["a/b", "a/b:default", "a/b.js:default", "a/b.js"] {
            assert_eq!(canonical(text).as_deref(), Some("a/b:default"));
        }
        assert_eq!(FunctionPath::parse("a/b").unwrap().to_string(), "a/b");
    }

    #[test]
    fn what_no_function_can_be_called_is_malformed() {
        let long = "x".repeat(65);
        let malformed = [
            "", ":", "a:", ":b", "/a:b", "a/:b", "a//b:c", "../a:b", "./a:b", "a/..:b", "a.ts:b", "a-b:c",
            "a:b-c", "a:1b", "a:__", "a b:c", "ä:c", "a:ä", "a%2Fb:c", "a\\b:c", "a:b ", " a:b", "a:b\0",
        ];
        for text in malformed.into_iter().chain([long.as_str()]) {
            assert_eq!(canonical(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_path_has_an_end() {
        let path = |length: usize| format!("{}a:list", "a/".repeat((length - 6) / 2));
        let (longest, longer) = (path(1024), path(1026));
        assert_eq!(canonical(&longest), Some(longest));
        let refused = FunctionPath::parse(&longer).unwrap_err().to_string();
        assert!(
            refused.contains("longer than 1024 characters") && refused.len() < 500,
            "{refused}"
        );
        // However it is spelled.
        let spelled = path(1024).replace(":list", ".js:list");
        assert_eq!(canonical(&spelled), Some(path(1024)));
    }

    #[test]
    fn the_last_colon_splits() {
        assert_eq!(canonical("a:b:c"), None);
        assert_eq!(canonical("x.y/z:f").as_deref(), Some("x.y/z:f"));
    }
}
