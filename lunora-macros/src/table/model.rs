//! A table: data with a name and indexes.

use proc_macro2::Ident;

use crate::{attribute::CratePath, data::model::Data};

/// What stands in the attribute's parentheses.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) krate: CratePath,
    pub(crate) name: syn::LitStr,
}

/// The struct with what the attributes add to it.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) name: Option<syn::LitStr>,
    pub(crate) data: Data,
    pub(crate) indexes: Vec<Index>,
}

/// `#[index(name(a, b.c), unique)]`
#[derive(Debug)]
pub(crate) struct Index {
    pub(crate) name: Ident,
    pub(crate) fields: Vec<FieldPath>,
    pub(crate) unique: bool,
}

/// `b.c`
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldPath {
    pub(crate) first: Ident,
    pub(crate) rest: Vec<Ident>,
}
