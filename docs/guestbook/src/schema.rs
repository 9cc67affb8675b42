//! What is kept.

use lunora::prelude::*;

/// What a visitor left behind.
#[table("entries")]
#[derive(Debug)]
pub struct Entry {
    /// Who it was.
    pub name: String,
    /// What they wrote.
    pub text: String,
}
