//! How far a connection is: the numbers that every transition begins and ends with.

use std::{borrow::Cow, fmt};

use data_encoding::BASE64;
use serde::{Deserialize, Deserializer, de::Error};

/// A commit, as clients compare it. On the wire: eight bytes, little endian, in base64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// Before every commit.
    pub const ZERO: Self = Self(0);

    /// Reads the form that travels; nothing if the text is no timestamp.
    ///
    /// ```
    /// use lunora_core::protocol::Timestamp;
    ///
    /// assert_eq!(Timestamp::parse("AQAAAAAAAAA="), Some(Timestamp(1)));
    /// assert_eq!(Timestamp(1).to_string(), "AQAAAAAAAAA=");
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 9];
        let length = BASE64
            .decode_len(text.len())
            .ok()
            .filter(|length| *length == bytes.len())?;
        let read = BASE64.decode_mut(text.as_bytes(), &mut bytes[..length]).ok()?;
        let bytes = bytes.get(..read)?.try_into().ok()?;
        Some(Self(u64::from_le_bytes(bytes)))
    }

    /// The text that travels.
    pub(super) fn encode(self, text: &mut [u8; 12]) -> &str {
        BASE64.encode_mut(&self.0.to_le_bytes(), text);
        str::from_utf8(text).unwrap_or_default()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.encode(&mut [0; 12]))
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom("a timestamp is the base64 of eight bytes"))
    }
}

/// What a client knows after a transition. The first one begins at the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StateVersion {
    /// The newest change of the client's queries that is included.
    pub query_set: u32,
    /// How many changes of the identity are included.
    pub identity: u32,
    /// As of when all results are.
    pub ts: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    #[test]
    fn timestamps_come_back() {
        assert_eq!(Timestamp::ZERO.to_string(), "AAAAAAAAAAA=");
        for ts in [0, 1, 1_795_162_468_229_000_000, u64::MAX] {
            assert_eq!(Timestamp::parse(&Timestamp(ts).to_string()), Some(Timestamp(ts)));
        }
    }

    #[test]
    fn what_is_no_timestamp_is_none() {
        let texts = [
            "",
            "AAAAAAAAAAA",
            "AAAA",
            "AAAAAAAAAAAA",
            "AAAAAAAAAAB=",
            "0",
            "\u{1f642}",
        ];
        for text in texts {
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
    }
}
