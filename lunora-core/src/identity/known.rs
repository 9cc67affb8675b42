//! What OIDC knows about a user: the standard claims under the names that Convex clients use for them.
//!
//! The list is that of OIDC Core 1.0, section 5.1, the names on this side those of the client protocol.

use serde_json::{Map, Value as Json};

use super::Identity;
use crate::time::Time;

/// Claims about the token rather than about the user. They differ in every token of one user, and an identity is to
/// be the same after each refresh.
const OF_THE_TOKEN: [&str; 10] = [
    "iss", "sub", "aud", "exp", "nbf", "iat", "jti", "nonce", "at_hash", "c_hash",
];

/// Names that an identity uses for itself.
const RESERVED: [&str; 3] = ["tokenIdentifier", "issuer", "subject"];

/// Accessors for the known claims, and the table of their names.
macro_rules! known {
    ($($(#[$docs:meta])* $method:ident: $field:literal = $claim:literal as $read:ident -> $type:ty;)*) => {
        impl Identity {
            $($(#[$docs])* pub fn $method(&self) -> Option<$type> {
                self.claims.get($field).and_then(Json::$read)
            })*
        }

        /// Names of claims in a token, each with the name here.
        const KNOWN: &[(&str, &str)] = &[$(($claim, $field),)* ("address", "address"), ("updated_at", "updatedAt")];
    };
}

known! {
    /// Full name, for display.
    name: "name" = "name" as as_str -> &str;
    /// Given name.
    given_name: "givenName" = "given_name" as as_str -> &str;
    /// Family name.
    family_name: "familyName" = "family_name" as as_str -> &str;
    /// Casual name.
    nickname: "nickname" = "nickname" as as_str -> &str;
    /// Short name that the user wishes to be called by; not unique, and it may change.
    preferred_username: "preferredUsername" = "preferred_username" as as_str -> &str;
    /// Address of a page about the user.
    profile_url: "profileUrl" = "profile" as as_str -> &str;
    /// Address of a picture of the user.
    picture_url: "pictureUrl" = "picture" as as_str -> &str;
    /// Address of the user's own page.
    website_url: "websiteUrl" = "website" as as_str -> &str;
    /// Mail address. It is the user's only if [`email_verified`](Self::email_verified) says so.
    email: "email" = "email" as as_str -> &str;
    /// Whether the issuer has checked that the mail address is the user's.
    email_verified: "emailVerified" = "email_verified" as as_bool -> bool;
    /// Gender.
    gender: "gender" = "gender" as as_str -> &str;
    /// Birthday, `YYYY-MM-DD`, or `YYYY`.
    birthday: "birthday" = "birthdate" as as_str -> &str;
    /// Time zone, such as `Europe/Berlin`.
    timezone: "timezone" = "zoneinfo" as as_str -> &str;
    /// Language, such as `de-CH`.
    language: "language" = "locale" as as_str -> &str;
    /// Telephone number.
    phone_number: "phoneNumber" = "phone_number" as as_str -> &str;
    /// Whether the issuer has checked that the telephone number is the user's.
    phone_number_verified: "phoneNumberVerified" = "phone_number_verified" as as_bool -> bool;
}

impl Identity {
    /// When the issuer last changed what it says about the user.
    pub fn updated_at(&self) -> Option<Time> {
        let seconds = self.claims.get("updatedAt").and_then(Json::as_f64)?;
        Some(Time::from_millis(seconds * 1_000.0))
    }

    /// The user `subject` of `issuer` with the claims of a token.
    ///
    /// Standard claims get the names that they have here (`given_name` is `givenName`), custom ones keep theirs. What
    /// is about the token and not about the user (`exp`, `iat`, `aud`, ..) is left out.
    pub fn from_token(
        issuer: impl Into<String>,
        subject: impl Into<String>,
        mut claims: Map<String, Json>,
    ) -> Self {
        let mut identity = Self::new(issuer, subject);
        let known: Vec<_> = KNOWN
            .iter()
            .filter_map(|(claim, field)| Some(((*field).to_owned(), claims.remove(*claim)?)))
            .collect();
        // A custom claim that is called `emailVerified` does not pass for `email_verified`.
        let fields = KNOWN.iter().map(|(_, field)| field);
        for name in OF_THE_TOKEN.iter().chain(&RESERVED).chain(fields) {
            claims.remove(*name);
        }
        claims.extend(known);
        identity.claims = claims;
        identity
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(claims: Json) -> Identity {
        let Json::Object(claims) = claims else {
            panic!("an object")
        };
        Identity::from_token("https://issuer.example", "ada", claims)
    }

    #[test]
    fn standard_claims_have_their_names_and_types() {
        let user = of(json!({
            "name": "Ada L", "given_name": "Ada", "family_name": "L", "nickname": "a", "preferred_username": "ada",
            "profile": "https://p", "picture": "https://i", "website": "https://w", "email": "ada@example.com",
            "email_verified": true, "gender": "female", "birthdate": "1815-12-10", "zoneinfo": "Europe/London",
            "locale": "en", "phone_number": "+44", "phone_number_verified": false, "updated_at": 7,
        }));
        assert_eq!((user.name(), user.given_name()), (Some("Ada L"), Some("Ada")));
        assert_eq!((user.family_name(), user.nickname()), (Some("L"), Some("a")));
        assert_eq!(
            (user.preferred_username(), user.gender()),
            (Some("ada"), Some("female"))
        );
        assert_eq!(
            (user.profile_url(), user.picture_url()),
            (Some("https://p"), Some("https://i"))
        );
        assert_eq!(
            (user.website_url(), user.email()),
            (Some("https://w"), Some("ada@example.com"))
        );
        assert_eq!(
            (user.email_verified(), user.phone_number_verified()),
            (Some(true), Some(false))
        );
        assert_eq!(
            (user.birthday(), user.timezone()),
            (Some("1815-12-10"), Some("Europe/London"))
        );
        assert_eq!((user.language(), user.phone_number()), (Some("en"), Some("+44")));
        assert_eq!(user.updated_at().map(Time::as_millis), Some(7000.0));
        assert_eq!(user.claims.len(), 17);
    }

    #[test]
    fn a_user_is_the_same_in_every_token() {
        let token = |second: u64| {
            of(json!({
                "iss": "https://issuer.example", "sub": "ada", "aud": "app", "exp": second + 60, "nbf": second,
                "iat": second, "jti": second.to_string(), "nonce": second, "org": "analytical",
            }))
        };
        assert_eq!(token(1), token(2));
        assert_eq!(
            token(1),
            Identity::new("https://issuer.example", "ada").with_claim("org", "analytical")
        );
    }

    #[test]
    fn a_custom_claim_does_not_pass_for_another() {
        let user = of(json!({
            "email": "ada@example.com", "emailVerified": true, "subject": "root",
            "issuer": "https://evil.example", "tokenIdentifier": "https://evil.example|root",
        }));
        assert_eq!(user.email_verified(), None);
        assert_eq!(user.claims.len(), 1);
        assert_eq!(user.token_identifier, "https://issuer.example|ada");
    }

    #[test]
    fn a_claim_of_another_type_is_none() {
        let user = of(json!({"email": 5, "email_verified": "true", "updated_at": "today"}));
        assert_eq!((user.email(), user.email_verified()), (None, None));
        assert!(user.updated_at().is_none());
    }
}
