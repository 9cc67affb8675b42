//! The files of the application.
//!
//! They are looked up by the address as it was sent, in a list that was made before the server started. Browsers keep a
//! copy, and ask each time whether it is still the right one: that costs little, and a new version of the program is seen
//! at once and as a whole.

use std::collections::HashMap;

use axum_core::{body::Body, extract::Request, response::Response};
use bytes::Bytes;
use data_encoding::HEXLOWER;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use sha2::{Digest, Sha256};

use super::{entry::Shared, pages, problem::with_type};
use crate::functions::Asset;

const INDEX: &str = "/index.html";
const REVALIDATE: HeaderValue = HeaderValue::from_static("no-cache");
/// The type is known here; a browser that guesses another one could be made to run something.
const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");
const METHODS: [Method; 2] = [Method::GET, Method::HEAD];
/// How much of the SHA-256 makes an `ETag`.
const ETAG_BYTES: usize = 16;

/// The files of an application, by address.
#[derive(Debug)]
pub(super) struct Assets(HashMap<&'static str, File>);

#[derive(Debug)]
struct File {
    bytes: &'static [u8],
    content_type: HeaderValue,
    etag: HeaderValue,
}

impl Assets {
    pub(super) fn new(assets: &[Asset]) -> Self {
        let file = |asset: &Asset| (asset.path(), File::new(asset));
        Self(assets.iter().map(file).collect())
    }

    fn find(&self, path: &str) -> Option<&File> {
        self.0.get(if path == "/" { INDEX } else { path })
    }
}

impl File {
    fn new(asset: &Asset) -> Self {
        let hash = HEXLOWER.encode(&Sha256::digest(asset.bytes())[..ETAG_BYTES]);
        Self {
            bytes: asset.bytes(),
            content_type: content_type(asset.path()),
            etag: HeaderValue::try_from(format!("\"{hash}\"")).expect("digits in quotes are a header value"),
        }
    }

    fn answer(&self, headers: &HeaderMap) -> Response {
        let (status, body) = if self.is_known(headers) {
            (StatusCode::NOT_MODIFIED, Body::empty())
        } else {
            (StatusCode::OK, Body::from(Bytes::from_static(self.bytes)))
        };
        let mut response = with_type(status, self.content_type.clone(), body);
        let headers = response.headers_mut();
        headers.insert(header::ETAG, self.etag.clone());
        headers.insert(header::CACHE_CONTROL, REVALIDATE);
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, NOSNIFF);
        response
    }

    /// Whether the client has it already (RFC 9110, section 13.1.2).
    fn is_known(&self, headers: &HeaderMap) -> bool {
        let tags = headers.get_all(header::IF_NONE_MATCH).iter();
        tags.flat_map(|tags| tags.as_bytes().split(|byte| *byte == b','))
            .map(<[u8]>::trim_ascii)
            .any(|tag| tag == b"*" || tag.strip_prefix(b"W/").unwrap_or(tag) == self.etag.as_bytes())
    }
}

/// A file or, where the application has no page of its own, the server's.
pub(super) fn asset(shared: &Shared, request: &Request) -> Response {
    let path = request.uri().path();
    if !has(shared, path) {
        return pages::not_found();
    }
    if !METHODS.contains(request.method()) {
        return pages::only_by(&METHODS);
    }
    match shared.assets.find(path) {
        Some(file) => file.answer(request.headers()),
        None => pages::home(),
    }
}

/// Whether there is a file or page at this address.
pub(super) fn has(shared: &Shared, path: &str) -> bool {
    path == "/" || shared.assets.find(path).is_some()
}

fn content_type(path: &str) -> HeaderValue {
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    HeaderValue::from_static(match ending {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "txt" => "text/plain; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        "pdf" => "application/pdf",
        "xml" => "application/xml",
        _ => "application/octet-stream",
    })
}
