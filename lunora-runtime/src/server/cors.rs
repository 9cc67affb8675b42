//! Which web pages may call the API (the protocol of the Convex clients).

use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header};

const METHODS: HeaderValue = HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE, OPTIONS");
const MAX_AGE: HeaderValue = HeaderValue::from_static("86400");
const VARY: HeaderValue = HeaderValue::from_static("origin");
const VARY_PREFLIGHT: HeaderValue =
    HeaderValue::from_static("origin, access-control-request-method, access-control-request-headers");

/// Origins of web pages that may call functions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum AllowedOrigins {
    /// All: who may do what is decided by tokens, and cookies mean nothing here.
    #[default]
    Any,
    /// These alone, each as browsers write it: `https://app.example.com`.
    Listed(Vec<String>),
}

impl AllowedOrigins {
    pub(super) fn allow(&self, origin: &HeaderValue) -> bool {
        match self {
            Self::Any => true,
            Self::Listed(origins) => origins
                .iter()
                .any(|listed| listed.as_bytes() == origin.as_bytes()),
        }
    }
}

/// What the answer to one request says about origins.
#[derive(Debug)]
pub(super) struct Cors {
    origin: Option<HeaderValue>,
    preflight: Option<Preflight>,
}

#[derive(Debug)]
struct Preflight {
    headers: Option<HeaderValue>,
}

impl Cors {
    /// For a request under `/api`; nothing for others.
    pub(super) fn of(
        allowed: &AllowedOrigins,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> Option<Self> {
        if !is_api(uri.path()) {
            return None;
        }
        let origin = headers
            .get(header::ORIGIN)
            .filter(|origin| allowed.allow(origin))
            .cloned();
        let preflight = (method == Method::OPTIONS).then(|| Preflight {
            headers: asked_for(headers),
        });
        Some(Self { origin, preflight })
    }

    /// Whether the request only asks what it may ask.
    pub(super) fn is_preflight(&self) -> bool {
        self.preflight.is_some()
    }

    /// Writes the headers of the answer, whatever it is.
    pub(super) fn apply(self, answer: &mut HeaderMap) {
        answer.insert(
            header::VARY,
            if self.is_preflight() { VARY_PREFLIGHT } else { VARY },
        );
        let Some(origin) = self.origin else { return };
        answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        if let Some(preflight) = self.preflight {
            answer.insert(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
            answer.insert(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE);
            insert_some(answer, header::ACCESS_CONTROL_ALLOW_HEADERS, preflight.headers);
        }
    }
}

/// The headers that a preflight asks for: a list, which may come in several lines.
fn asked_for(headers: &HeaderMap) -> Option<HeaderValue> {
    let mut lines = headers.get_all(header::ACCESS_CONTROL_REQUEST_HEADERS).iter();
    let first = lines.next()?;
    let mut list = first.as_bytes().to_vec();
    for line in lines {
        list.extend_from_slice(b", ");
        list.extend_from_slice(line.as_bytes());
    }
    // Lines of values make a value, so that this never takes the first alone.
    Some(HeaderValue::from_bytes(&list).unwrap_or_else(|_| first.clone()))
}

fn insert_some(headers: &mut HeaderMap, name: HeaderName, value: Option<HeaderValue>) {
    if let Some(value) = value {
        headers.insert(name, value);
    }
}

fn is_api(path: &str) -> bool {
    path.strip_prefix("/api")
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
