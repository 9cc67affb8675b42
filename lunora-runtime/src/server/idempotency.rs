//! The `Idempotency-Key` header.

use http::{HeaderMap, HeaderName};

use super::{caller::Caller, problem::Problem};

const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
const MAX_LEN: usize = 255;

/// The key of a request, if it has one.
pub(super) fn key(headers: &HeaderMap, caller: &Caller) -> Result<Option<String>, Problem> {
    let mut values = headers.get_all(HEADER).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(refuse("there is more than one"));
    }
    let key = value.to_str().map_err(|_| refuse("it is not visible ASCII"))?;
    if key.is_empty() || key.len() > MAX_LEN {
        return Err(refuse("it has no or more than 255 characters"));
    }
    // What an anonymous caller can guess, it could claim, and with it somebody else's answer.
    if caller.is_anonymous() && !is_uuid(key) {
        return Err(refuse(
            "without a token it must be a UUID, made anew for each call",
        ));
    }
    Ok(Some(key.to_owned()))
}

fn refuse(why: &str) -> Problem {
    Problem::bad_request(
        "BadIdempotencyKey",
        format!("The Idempotency-Key header cannot be used: {why}."),
    )
}

/// Whether `text` is a UUID in its usual form, 8-4-4-4-12 (RFC 9562, section 4).
pub(super) fn is_uuid(text: &str) -> bool {
    let groups = text.split('-').map(|group| {
        let hex = group.bytes().all(|byte| byte.is_ascii_hexdigit());
        if hex { group.len() } else { 0 }
    });
    groups.eq([8, 4, 4, 4, 12])
}

#[cfg(test)]
mod tests {
    use super::is_uuid;

    #[test]
    fn only_the_usual_form_is_a_uuid() {
        assert!(is_uuid("67e55044-10b1-426f-9247-bb680e5fe0c8"));
        assert!(is_uuid("67E55044-10B1-426F-9247-BB680E5FE0C8"));
        for text in [
            "",
            "67e55044-10b1-426f-9247-bb680e5fe0c",
            "67e5504410b1426f9247bb680e5fe0c8",
            "67e55044-10b1-426f-9247-bb680e5fe0cg",
            "67e55044-10b1-426f-9247-bb680e5fe0c8-",
            "{67e55044-10b1-426f-9247-bb680e5fe0c8}",
        ] {
            assert!(!is_uuid(text), "{text}");
        }
    }
}
