//! From `--trust` to issuers.

use std::fs;

use super::{
    Failure,
    args::{KeysAt, Trust},
};
use crate::functions::Issuer;

pub(super) fn issuers(trust: &[Trust]) -> Result<Vec<Issuer>, Failure> {
    trust.iter().map(issuer).collect()
}

fn issuer(trust: &Trust) -> Result<Issuer, Failure> {
    let mut audiences = trust.audiences.iter();
    let first = audiences.next().cloned().unwrap_or_default();
    let issuer = with_keys(trust, first)?;
    Ok(audiences.fold(issuer, Issuer::audience))
}

fn with_keys(trust: &Trust, audience: String) -> Result<Issuer, Failure> {
    let name = trust.issuer.clone();
    match &trust.keys {
        KeysAt::File(path) => {
            let unreadable = |error| {
                let path = path.display();
                Failure::unusable(format!("the keys of {name} in {path} cannot be read: {error}"))
            };
            let jwks = fs::read_to_string(path).map_err(unreadable)?;
            Ok(Issuer::jwks(name, audience, jwks))
        }
        #[cfg(feature = "fetch")]
        KeysAt::Url(url) => Ok(Issuer::jwks_url(name, audience, url)),
        #[cfg(feature = "fetch")]
        KeysAt::Discovery => Ok(Issuer::oidc(name, audience)),
        #[cfg(not(feature = "fetch"))]
        KeysAt::Url(_) | KeysAt::Discovery => Err(Failure::unusable(format!(
            "this program was built without the feature `fetch` and cannot fetch the keys of {name}; give them as a \
             file, with jwks=FILE"
        ))),
    }
}
