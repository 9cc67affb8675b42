//! What the stages hand to each other.

use proc_macro2::Ident;
use syn::{Attribute, LitStr, Type};

use crate::attribute::CratePath;

/// What stands in the attribute's parentheses, as far as it could be read.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) krate: CratePath,
    pub(crate) method: Option<Ident>,
    pub(crate) path: Option<LitStr>,
}

/// An HTTP action as the expander needs it.
#[derive(Debug)]
pub(crate) struct Action {
    pub(crate) krate: CratePath,
    pub(crate) name: Ident,
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) method: String,
    pub(crate) path: String,
    /// Type of the request, its paths rewritten for the hidden module; so is the next.
    pub(crate) request: Type,
    pub(crate) output: Type,
}
