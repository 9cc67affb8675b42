//! A type that travels, with what serde's attributes say about it.

use proc_macro2::{Ident, TokenStream};
use syn::{Attribute, Generics, LitStr, Path, Type, Visibility};

use super::rename::Rule;
use crate::attribute::CratePath;

/// The type under the attribute.
#[derive(Debug)]
pub(crate) struct Data {
    pub(crate) krate: CratePath,
    /// The whole item without the attributes that were ours.
    pub(crate) item: syn::DeriveInput,
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) name: Ident,
    pub(crate) generics: Generics,
    pub(crate) docs: String,
    pub(crate) container: Container,
    pub(crate) body: Body,
    /// There are mistakes, and what comes out is only there so that names resolve.
    pub(crate) stub: bool,
}

/// Struct or enum.
#[derive(Debug)]
pub(crate) enum Body {
    Struct(Fields),
    Enum(Vec<Variant>),
}

/// `#[serde(..)]` of the type.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "serde's attributes are flags")]
pub(crate) struct Container {
    pub(crate) rename: Option<String>,
    pub(crate) rename_all: Option<Rule>,
    pub(crate) rename_all_fields: Option<Rule>,
    pub(crate) tag: Option<LitStr>,
    pub(crate) content: Option<LitStr>,
    pub(crate) untagged: bool,
    pub(crate) transparent: bool,
    pub(crate) default: bool,
    /// The user says which types serde asks for what.
    pub(crate) bound: bool,
    /// The types of `from`/`try_from` and of `into`, with where they stand.
    pub(crate) from: Option<(Type, LitStr)>,
    pub(crate) into: Option<(Type, LitStr)>,
}

/// How an enum's variants are told apart.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Representation<'a> {
    /// `"unit"`, `{"variant": content}`
    External,
    /// `{"tag": "variant", ..fields}`
    Internal(&'a LitStr),
    /// `{"tag": "variant", "content": content}`
    Adjacent(&'a LitStr, &'a LitStr),
    /// `content`
    Untagged,
}

impl Container {
    pub(crate) const fn representation(&self) -> Representation<'_> {
        match (&self.tag, &self.content) {
            _ if self.untagged => Representation::Untagged,
            (Some(tag), Some(content)) => Representation::Adjacent(tag, content),
            (Some(tag), None) => Representation::Internal(tag),
            (None, _) => Representation::External,
        }
    }
}

/// A variant of an enum.
#[derive(Debug)]
pub(crate) struct Variant {
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) name: Ident,
    pub(crate) wire_name: String,
    pub(crate) serde: VariantAttributes,
    pub(crate) fields: Fields,
}

/// `#[serde(..)]` of a variant.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "serde's attributes are flags")]
pub(crate) struct VariantAttributes {
    pub(crate) rename: Option<String>,
    pub(crate) rename_all: Option<Rule>,
    pub(crate) aliases: Vec<String>,
    pub(crate) skip: bool,
    pub(crate) other: bool,
    pub(crate) untagged: bool,
    /// Read or written by functions of the user's.
    pub(crate) custom: bool,
}

/// The fields of a struct or variant.
#[derive(Debug)]
pub(crate) struct Fields {
    pub(crate) style: Style,
    pub(crate) list: Vec<Field>,
}

/// Braces, parentheses or nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Named,
    Tuple,
    Unit,
}

impl Fields {
    /// Of an object that has tags alone.
    pub(crate) const NONE: Self = Self {
        style: Style::Named,
        list: Vec::new(),
    };

    /// Those that travel.
    pub(crate) fn travelling(&self) -> impl Iterator<Item = &Field> {
        self.list.iter().filter(|field| !field.serde.skip)
    }
}

/// One field.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) cfgs: Vec<Attribute>,
    /// The name in Rust; tuple fields have none.
    pub(crate) name: Option<Ident>,
    pub(crate) visibility: Visibility,
    pub(crate) ty: Type,
    pub(crate) wire_name: String,
    pub(crate) docs: String,
    pub(crate) serde: FieldAttributes,
}

/// `#[serde(..)]` of a field.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "serde's attributes are flags")]
pub(crate) struct FieldAttributes {
    pub(crate) rename: Option<LitStr>,
    pub(crate) default: bool,
    pub(crate) skip: bool,
    pub(crate) skip_serializing: Option<Path>,
    pub(crate) skip_deserializing: bool,
    pub(crate) skip_serializing_if: Option<Path>,
    pub(crate) flatten: bool,
    pub(crate) bound: bool,
    /// `with`, or both halves of it; where it stands.
    pub(crate) with: Option<LitStr>,
    /// The function that writes the field.
    pub(crate) write: Option<TokenStream>,
}

impl Field {
    /// The field travels under its own name in a form of its own type.
    pub(crate) const fn is_plain(&self) -> bool {
        let serde = &self.serde;
        serde.with.is_none() && !serde.flatten && !serde.skip && serde.skip_serializing.is_none()
    }

    /// `with = "lunora::number"`, in one of its spellings.
    pub(crate) fn is_number(&self) -> bool {
        let path = self.serde.with.as_ref().map(|with| with.value().replace(' ', ""));
        path.is_some_and(|path| path == "number" || path.ends_with("::number"))
    }

    /// The type is an `Option` by its name.
    pub(crate) fn is_option(&self) -> bool {
        crate::attribute::type_name(&self.ty).is_some_and(|name| name == "Option")
    }
}
