//! Code for clients: references to the public functions of an application, and the types that they use.
//!
//! All of it is written from `PublicInterface`, which has the public functions alone. The same application gives the same
//! text, whatever the order of its list.

mod names;
mod rust;
mod tree;
mod typescript;

pub use self::{rust::rust, typescript::typescript};

/// A file to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct GeneratedFile {
    /// Its name, without a directory.
    pub name: &'static str,
    /// What stands in it.
    pub text: String,
}
