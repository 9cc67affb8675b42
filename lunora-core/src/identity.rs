//! Who is calling.

mod known;

use serde_json::{Map, Value as Json};

/// The user that a call is made for, as a verified token or an administrator says.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Identity {
    /// Unique name of the user: `issuer|subject`.
    pub token_identifier: String,
    /// Who vouches for the user.
    pub issuer: String,
    /// The user's name at the issuer.
    pub subject: String,
    /// Everything else that is known, by its OIDC name in camelCase or as a custom claim.
    pub claims: Map<String, Json>,
}

/// The attributes do not say who the user is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "identity attributes are an object with `tokenIdentifier`, or with `issuer` and `subject`, as strings"
)]
pub struct InvalidIdentity;

impl Identity {
    /// The user `subject` of `issuer`.
    pub fn new(issuer: impl Into<String>, subject: impl Into<String>) -> Self {
        let (issuer, subject) = (issuer.into(), subject.into());
        Self {
            token_identifier: format!("{issuer}|{subject}"),
            issuer,
            subject,
            claims: Map::new(),
        }
    }

    /// The same user with a further claim.
    #[must_use]
    pub fn with_claim(mut self, name: impl Into<String>, value: impl Into<Json>) -> Self {
        self.claims.insert(name.into(), value.into());
        self
    }

    /// Reads the attributes with which an administrator acts as a user.
    pub fn from_attributes(attributes: Json) -> Result<Self, InvalidIdentity> {
        let Json::Object(mut claims) = attributes else {
            return Err(InvalidIdentity);
        };
        let mut text = |name: &str| match claims.remove(name) {
            None => Ok(None),
            Some(Json::String(text)) => Ok(Some(text)),
            Some(_) => Err(InvalidIdentity),
        };
        let (identifier, issuer, subject) = (text("tokenIdentifier")?, text("issuer")?, text("subject")?);
        match (identifier, issuer, subject) {
            (None, Some(issuer), Some(subject)) => Ok(Self {
                claims,
                ..Self::new(issuer, subject)
            }),
            (Some(token_identifier), issuer, subject) => {
                let parts = token_identifier
                    .split_once('|')
                    .unwrap_or(("", &token_identifier));
                let issuer = issuer.unwrap_or_else(|| parts.0.to_owned());
                let subject = subject.unwrap_or_else(|| parts.1.to_owned());
                Ok(Self {
                    token_identifier,
                    issuer,
                    subject,
                    claims,
                })
            }
            _ => Err(InvalidIdentity),
        }
    }

    /// The claims, decoded into the application's own struct; what the struct does not name is left out.
    ///
    /// Custom claims have the names that the issuer gave them, standard ones are in camelCase.
    ///
    /// ```
    /// # use lunora_core::identity::Identity;
    /// # use serde::Deserialize;
    /// #[derive(Deserialize)]
    /// struct Claims {
    ///     #[serde(rename = "https://app.example/role")]
    ///     role: String,
    /// }
    ///
    /// # let user = Identity::new("https://login.example", "ada").with_claim("https://app.example/role", "editor");
    /// let claims: Claims = user.claims()?;
    /// assert_eq!(claims.role, "editor");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn claims<T: serde::de::DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_value(Json::Object(self.claims.clone()))
    }
}
