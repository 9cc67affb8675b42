//! The function as data.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Attribute, Signature, Visibility, spanned::Spanned};

use crate::attribute;

/// A function as the user wrote it: the signature as a tree, the body as tokens.
#[derive(Debug)]
pub(super) struct Parsed {
    pub(super) attributes: Vec<Attribute>,
    /// Attributes that would make something else of it; a mistake, and not to be expanded again.
    pub(super) other_kinds: Vec<Attribute>,
    pub(super) visibility: Visibility,
    pub(super) signature: Signature,
    pub(super) body: TokenStream,
}

impl Parsed {
    /// The function as it came, without the attributes that are too many.
    pub(super) fn user_tokens(&self) -> TokenStream {
        let Self {
            attributes,
            visibility,
            signature,
            body,
            ..
        } = self;
        let mut tokens = TokenStream::new();
        tokens.extend(attributes.iter().map(ToTokens::to_token_stream));
        tokens.extend(quote!(#visibility #signature #body));
        tokens
    }

    /// Where the return type stands.
    pub(super) fn output(&self) -> Span {
        self.signature.output.span()
    }

    pub(super) fn cfgs(&self) -> Vec<Attribute> {
        attribute::cfgs(&self.attributes)
    }
}
