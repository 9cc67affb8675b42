//! The list as data.

use proc_macro2::Ident;
use syn::Attribute;

use crate::{
    attribute::CratePath,
    errors::Errors,
    names::{camel_case, plain},
};

/// Everything in the macro's braces.
#[derive(Debug)]
pub(crate) struct List {
    pub(crate) krate: CratePath,
    pub(crate) entries: Vec<Entry>,
    /// Why a part of the list could not be read: it may have named any item.
    pub(crate) gaps: Errors,
}

/// One name with the modules that lead to it.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) modules: Vec<Ident>,
    pub(crate) name: Ident,
}

impl Entry {
    /// `billing/invoices`.
    pub(crate) fn wire_module(&self) -> String {
        let modules: Vec<_> = self
            .modules
            .iter()
            .map(|module| camel_case(&plain(module)))
            .collect();
        modules.join("/")
    }

    /// `billing::invoices::create`, as the user may have written it.
    pub(crate) fn rust_path(&self) -> String {
        let parts: Vec<_> = self.modules.iter().chain([&self.name]).map(plain).collect();
        parts.join("::")
    }
}
