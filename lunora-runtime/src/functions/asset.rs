//! Files that an application brings with it.

/// A file that the server hands out: a page, or a part of one.
///
/// It is in the program. So no address that a client thinks of reaches a disk, and a program on its own is a whole
/// deployment.
///
/// ```
/// # use lunora_runtime as lunora;
/// use lunora::functions::Asset;
///
/// const ASSETS: &[Asset] = &[
///     Asset::new("/index.html", b"<!doctype html><title>Chat</title>"), // mostly `include_bytes!`
///     Asset::new("/app.js", b"document.title += '!'"),
/// ];
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asset {
    path: &'static str,
    bytes: &'static [u8],
}

impl Asset {
    /// The file at `path`, which begins with a slash. `/index.html` is at `/` as well. What its bytes are, follows from
    /// how the path ends.
    ///
    /// # Panics
    /// If `path` is no plain path, or is one under `/api`, where the functions are. In a constant that does not compile.
    pub const fn new(path: &'static str, bytes: &'static [u8]) -> Self {
        assert!(
            is_plain(path.as_bytes()),
            "a path is `/name/name`: letters, digits, `.`, `-` and `_`"
        );
        assert!(
            !is_api(path.as_bytes()),
            "what begins with `/api` belongs to the server"
        );
        Self { path, bytes }
    }

    /// Where it is.
    pub const fn path(&self) -> &'static str {
        self.path
    }

    /// What is in it.
    pub const fn bytes(&self) -> &'static [u8] {
        self.bytes
    }
}

/// Nothing that an address would have to escape, and no name that is empty or begins with a dot.
const fn is_plain(path: &[u8]) -> bool {
    let mut before = b'?';
    let mut at = 0;
    while at < path.len() {
        let byte = path[at];
        let fits = match byte {
            b'/' => at == 0 || before != b'/',
            b'.' => before != b'/' && before != b'?',
            byte => before != b'?' && (byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'),
        };
        if !fits {
            return false;
        }
        before = byte;
        at += 1;
    }
    path.len() > 1 && before != b'/'
}

const fn is_api(path: &[u8]) -> bool {
    path.len() >= 4
        && path[1] == b'a'
        && path[2] == b'p'
        && path[3] == b'i'
        && (path.len() == 4 || path[4] == b'/')
}

#[cfg(test)]
mod tests {
    use super::{is_api, is_plain};

    #[test]
    fn paths_need_no_escapes_and_lead_nowhere_else() {
        for path in ["/index.html", "/a/b-c_1.min.js", "/a"] {
            assert!(is_plain(path.as_bytes()), "{path}");
        }
        for path in [
            "", "/", "a", "//a", "/a//b", "/a/", "/../a", "/.git", "/a/.b", "/a b", "/a?b", "/%61", "/ä",
            "./a",
        ] {
            assert!(!is_plain(path.as_bytes()), "{path}");
        }
    }

    #[test]
    fn the_functions_keep_their_addresses() {
        for (path, api) in [
            ("/api", true),
            ("/api/query", true),
            ("/apis", false),
            ("/a", false),
            ("/app/i", false),
        ] {
            assert_eq!(is_api(path.as_bytes()), api, "{path}");
        }
    }
}
