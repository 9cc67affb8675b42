//! The forms of JSON that a caller may ask for.

/// A form of JSON for results. Arguments always arrive in the encoded one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Format {
    /// Lossless: `{"$integer": ...}` and its kin. What all official clients ask for.
    Encoded,
    /// Lossy and easy to read: integers as decimal strings, bytes as base64 strings. For callers that name no format.
    #[default]
    Clean,
    /// Readable and lossless for readers that tell `5` from `5.0`: integers are plain digits.
    Export,
}

/// A format name that is not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown format {0:?}: expected `convex_encoded_json`, `json` or `export_json`")]
pub struct UnknownFormat(pub String);

impl Format {
    /// The format with this name on the wire.
    pub fn parse(name: &str) -> Result<Self, UnknownFormat> {
        match name {
            "convex_encoded_json" | "convex_json" => Ok(Self::Encoded),
            "json" | "convex_clean_json" => Ok(Self::Clean),
            "export_json" => Ok(Self::Export),
            other => Err(UnknownFormat(other.to_owned())),
        }
    }
}

impl std::str::FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        Self::parse(name)
    }
}
