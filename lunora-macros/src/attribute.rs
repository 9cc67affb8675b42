//! What all attributes have in common: the `crate` option, copied attributes, names spanned on the user's.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute, Expr, ExprLit, Ident, Lit, Meta, Path, Token, Type, parse::ParseStream};

/// Path of the facade crate: `::lunora`, or what `crate = ..` says.
#[derive(Debug, Clone)]
pub(crate) struct CratePath(Option<Path>);

impl CratePath {
    pub(crate) const DEFAULT: Self = Self(None);

    /// Parses `crate = path`, the caller having seen `crate`.
    pub(crate) fn parse(input: ParseStream) -> syn::Result<Self> {
        input.parse::<Token![crate]>()?;
        input.parse::<Token![=]>()?;
        input.call(Path::parse_mod_style).map(|path| Self(Some(path)))
    }

    /// The path with `extra` more modules between it and where the user wrote it.
    pub(crate) fn deeper(&self, extra: usize) -> Self {
        let mut path = self.0.clone();
        if let Some(path) = &mut path {
            move_down(path, extra);
        }
        Self(path)
    }
}

impl ToTokens for CratePath {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match &self.0 {
            Some(path) => path.to_tokens(tokens),
            None => tokens.extend(quote!(::lunora)),
        }
    }
}

/// Rewrites a relative `path` so that it means the same `levels` modules further down.
pub(crate) fn move_down(path: &mut Path, levels: usize) {
    let Some(first) = path.segments.first() else {
        return;
    };
    if path.leading_colon.is_some() || (first.ident != "self" && first.ident != "super") {
        return;
    }
    let up = Ident::new("super", first.ident.span());
    let keep = usize::from(first.ident == "self");
    let rest = path.segments.iter().skip(keep).cloned();
    path.segments = std::iter::repeat_n(up.into(), levels).chain(rest).collect();
}

/// The lines of the doc comment, when all are plain text.
pub(crate) fn doc_text(attributes: &[Attribute]) -> String {
    let lines = doc_comments(attributes).filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) => string_literal(&pair.value),
        _ => None,
    });
    let lines: Vec<_> = lines
        .map(|line| line.strip_prefix(' ').unwrap_or(&line).to_owned())
        .collect();
    lines.join("\n").trim().to_owned()
}

fn string_literal(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text), ..
        }) => Some(text.value()),
        _ => None,
    }
}

/// The `#[doc = ".."]` attributes.
pub(crate) fn doc_comments(attributes: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    attributes
        .iter()
        .filter(|attribute| matches!(&attribute.meta, Meta::NameValue(pair) if pair.path.is_ident("doc")))
}

/// The `#[cfg(..)]` attributes, which generated items share with the user's.
pub(crate) fn cfgs(attributes: &[Attribute]) -> Vec<Attribute> {
    named(attributes, "cfg").cloned().collect()
}

/// The attributes of this name.
pub(crate) fn named<'a>(attributes: &'a [Attribute], name: &str) -> impl Iterator<Item = &'a Attribute> {
    attributes
        .iter()
        .filter(move |attribute| attribute.path().is_ident(name))
}

/// Last part of the attribute's path: `lunora::query` → `query`.
pub(crate) fn last_segment(path: &Path) -> Option<&Ident> {
    path.segments.last().map(|segment| &segment.ident)
}

/// The type without the groups that `macro_rules!` puts around what it passes on.
pub(crate) fn ungroup(mut ty: &Type) -> &Type {
    while let Type::Group(group) = ty {
        ty = &group.elem;
    }
    ty
}

/// Last part of a type's path: `std::string::String` → `String`.
pub(crate) fn type_name(ty: &Type) -> Option<&Ident> {
    match ungroup(ty) {
        Type::Path(path) => last_segment(&path.path),
        _ => None,
    }
}
