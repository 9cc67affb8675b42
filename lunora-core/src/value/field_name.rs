//! Which names a field may have (the protocol of the Convex clients): clients refuse objects with others.

const MAX_LEN: usize = 1024;

/// Why a name cannot name a field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FieldNameError {
    /// The name has more than 1024 characters.
    #[error("a field name of {0} bytes is longer than 1024")]
    TooLong(usize),
    /// The name starts with `$`.
    #[error("field name {0:?} starts with `$`, which is reserved")]
    Reserved(String),
    /// The name has control characters or others outside ASCII.
    #[error(
        "field name {0:?} has characters outside printable ASCII; a map with such keys has to be an array of pairs"
    )]
    NotPrintableAscii(String),
}

/// Checks that `name` can name a field: at most 1024 characters of printable ASCII, not starting with `$`.
///
/// The empty name is allowed.
pub fn check_field_name(name: &str) -> Result<(), FieldNameError> {
    if name.len() > MAX_LEN {
        return Err(FieldNameError::TooLong(name.len()));
    }
    if name.starts_with('$') {
        return Err(FieldNameError::Reserved(name.to_owned()));
    }
    if !name.bytes().all(|byte| (0x20..=0x7e).contains(&byte)) {
        return Err(FieldNameError::NotPrintableAscii(name.to_owned()));
    }
    Ok(())
}
