//! Tables.

use lunora::prelude::*;

/// Something that was done.
#[table("notes")]
#[derive(Debug)]
pub struct Note {
    pub text: String,
}
