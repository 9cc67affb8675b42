//! Addresses of servers.

use crate::error::InvalidUrl;

/// Where the socket of the server at `url` is: `https://host` and `wss://host` are the same server.
pub(crate) fn socket_url(url: &str) -> Result<String, InvalidUrl> {
    let invalid = |problem| InvalidUrl {
        url: url.to_owned(),
        problem,
    };
    let (scheme, rest) = url
        .split_once("://")
        .ok_or_else(|| invalid("expected `https://host`, or `http://host:port` for one nearby"))?;
    let scheme = match scheme {
        "http" | "ws" => "ws",
        "https" | "wss" if cfg!(feature = "tls") => "wss",
        "https" | "wss" => return Err(invalid("this client was built without its feature `tls`")),
        _ => return Err(invalid("the scheme is none of http, https, ws and wss")),
    };
    let host = rest.trim_end_matches('/');
    if host.is_empty() || host.contains(['?', '#', ' ']) {
        return Err(invalid("expected a host, and a path at most"));
    }
    Ok(format!("{scheme}://{host}/api/sync"))
}

#[cfg(test)]
mod tests {
    use super::socket_url;

    #[test]
    fn every_spelling_leads_to_the_socket() {
        for url in [
            "http://localhost:3210",
            "http://localhost:3210/",
            "ws://localhost:3210",
        ] {
            assert_eq!(socket_url(url).unwrap(), "ws://localhost:3210/api/sync");
        }
        assert_eq!(socket_url("http://a/b").unwrap(), "ws://a/b/api/sync");
    }

    #[cfg(feature = "tls")]
    #[test]
    fn https_means_tls() {
        assert_eq!(
            socket_url("https://a.example").unwrap(),
            "wss://a.example/api/sync"
        );
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for url in ["", "localhost", "ftp://a", "http://", "http://a?b"] {
            assert!(socket_url(url).is_err(), "{url}");
        }
    }
}
