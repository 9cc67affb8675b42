//! The body of `Shape::shape`: what serde's derives do, said with the constructors of `Node`.
//!
//! Representations as in <https://serde.rs/enum-representations.html>.

use proc_macro2::TokenStream;
use quote::quote;
use syn::LitStr;

use super::model::{Body, Data, Field, Fields, Representation, Style, Variant};
use crate::attribute::{CratePath, type_name};
use crate::names::plain;

/// 2^53: up to it, every integer is exactly a double. What `lunora::number` accepts.
const LARGEST_EXACT: i64 = 9_007_199_254_740_992;

/// The whole body.
pub(crate) fn of(data: &Data) -> TokenStream {
    let krate = &data.krate;
    if let Some((ty, _)) = &data.container.from {
        return quote!(<#ty as #krate::__private::Shape>::shape(shapes));
    }
    let writer = Writer {
        krate,
        defaulted: data.container.default,
    };
    let name = data.container.rename.clone().unwrap_or_else(|| plain(&data.name));
    let node = match &data.body {
        // Not a type of its own on the wire, and so not one by name.
        Body::Struct(fields) if data.container.transparent => return writer.transparent(fields),
        Body::Struct(fields) => match &data.container.tag {
            Some(tag) => writer.object(&[(tag, quote_literal(krate, &name))], fields),
            None => writer.content(fields),
        },
        Body::Enum(variants) => writer.enumeration(data.container.representation(), variants),
    };
    let docs = &data.docs;
    quote!(shapes.named::<Self>(#name, #docs, |shapes| #node))
}

fn quote_literal(krate: &CratePath, text: &str) -> TokenStream {
    quote!(#krate::__private::Node::literal(#text))
}

struct Writer<'a> {
    krate: &'a CratePath,
    defaulted: bool,
}

impl Writer<'_> {
    fn transparent(&self, fields: &Fields) -> TokenStream {
        let inner = fields.travelling().next().map(|field| self.node(field));
        inner.unwrap_or_else(|| self.null())
    }

    fn null(&self) -> TokenStream {
        let krate = self.krate;
        quote!(#krate::__private::Node::Null)
    }

    /// The fields alone, as a struct or an untagged variant travels.
    fn content(&self, fields: &Fields) -> TokenStream {
        let krate = self.krate;
        match (fields.style, fields.list.as_slice()) {
            (Style::Unit, _) => self.null(),
            (Style::Named, _) => self.object(&[], fields),
            (Style::Tuple, [only]) if !only.serde.skip => self.node(only),
            (Style::Tuple, _) => {
                let elements = fields.travelling().map(|field| {
                    let (cfgs, node) = (&field.cfgs, self.node(field));
                    quote!(#(#cfgs)* #node)
                });
                quote!(#krate::__private::Node::Tuple { elements: ::std::vec![#(#elements),*] })
            }
        }
    }

    /// An object of tags and fields; flattened fields are laid into it afterwards.
    fn object(&self, tags: &[(&LitStr, TokenStream)], fields: &Fields) -> TokenStream {
        let krate = self.krate;
        let tags = tags
            .iter()
            .map(|(tag, node)| quote!(#krate::__private::Field::new(#tag, #node)));
        let (flat, own): (Vec<_>, Vec<_>) = fields.travelling().partition(|field| field.serde.flatten);
        let own = own.into_iter().map(|field| {
            let (cfgs, field) = (&field.cfgs, self.field(field));
            quote!(#(#cfgs)* #field)
        });
        let object = quote!(#krate::__private::Node::object([#(#tags,)* #(#own),*]));
        flat.into_iter()
            .fold(object, |object, field| self.flatten(&object, &self.node(field)))
    }

    #[allow(clippy::unused_self, reason = "beside its siblings")]
    fn flatten(&self, object: &TokenStream, inner: &TokenStream) -> TokenStream {
        quote!({
            let object = #object;
            let inner = #inner;
            object.flatten(inner, shapes)
        })
    }

    fn field(&self, field: &Field) -> TokenStream {
        let (krate, name) = (self.krate, &field.wire_name);
        let serde = &field.serde;
        let absent = self.defaulted
            || serde.default
            || serde.skip_deserializing
            || serde.skip_serializing_if.is_some();
        let docs = Some(&field.docs).filter(|docs| !docs.is_empty());
        if serde.with.is_some() {
            let (node, docs) = (self.node(field), docs.map_or("", String::as_str));
            return quote! {
                #krate::__private::Field { name: #name, shape: #node, optional: #absent, docs: #docs }
            };
        }
        let optional = absent.then(|| quote!(.optional()));
        let docs = docs.map(|docs| quote!(.docs(#docs)));
        let node = self.node(field);
        quote!(#krate::__private::Field::new(#name, #node) #optional #docs)
    }

    /// What the field's value looks like.
    fn node(&self, field: &Field) -> TokenStream {
        let (krate, ty) = (self.krate, &field.ty);
        if field.is_number() {
            let unsigned = type_name(ty).is_some_and(|name| name == "u64" || name == "usize");
            let min = if unsigned { 0 } else { -LARGEST_EXACT };
            return quote!(#krate::__private::Node::Integer { min: #min, max: #LARGEST_EXACT });
        }
        if field.serde.with.is_some() {
            return quote!(#krate::__private::Node::Any);
        }
        quote!(#krate::__private::ShapeOf::<#ty>::node(shapes))
    }

    fn enumeration(&self, representation: Representation<'_>, variants: &[Variant]) -> TokenStream {
        let krate = self.krate;
        let alternatives = variants
            .iter()
            .filter(|variant| !variant.serde.skip)
            .flat_map(|variant| {
                let names = [&variant.wire_name]
                    .into_iter()
                    .chain(&variant.serde.aliases)
                    .map(Some);
                // Any other name is this variant as well.
                let names = names.chain(variant.serde.other.then_some(None));
                names.map(|name| {
                    let (cfgs, node) = (
                        &variant.cfgs,
                        self.variant(representation, variant, name.map(String::as_str)),
                    );
                    quote!(#(#cfgs)* #node)
                })
            });
        quote!(#krate::__private::Node::union([#(#alternatives),*]))
    }

    /// One variant; without a `name` it has any.
    fn variant(
        &self,
        representation: Representation<'_>,
        variant: &Variant,
        name: Option<&str>,
    ) -> TokenStream {
        let krate = self.krate;
        let literal = name.map_or_else(
            || quote!(#krate::__private::Node::String),
            |name| quote_literal(krate, name),
        );
        let unit = variant.fields.style == Style::Unit;
        match representation {
            _ if variant.serde.untagged => self.variant_content(variant),
            Representation::Untagged => self.variant_content(variant),
            Representation::External if unit => literal,
            Representation::External => {
                let content = self.variant_content(variant);
                quote!(#krate::__private::Node::variant(#name, #content))
            }
            Representation::Internal(tag) => self.internal(tag, literal, variant),
            Representation::Adjacent(tag, _) if unit => self.object(&[(tag, literal)], &variant.fields),
            Representation::Adjacent(tag, content) => {
                let inner = self.variant_content(variant);
                self.object(&[(tag, literal), (content, inner)], &Fields::NONE)
            }
        }
    }

    fn variant_content(&self, variant: &Variant) -> TokenStream {
        let krate = self.krate;
        if variant.serde.custom {
            quote!(#krate::__private::Node::Any)
        } else {
            self.content(&variant.fields)
        }
    }

    fn internal(&self, tag: &LitStr, literal: TokenStream, variant: &Variant) -> TokenStream {
        match variant.fields.style {
            Style::Tuple => {
                let object = self.object(&[(tag, literal)], &Fields::NONE);
                self.flatten(&object, &self.variant_content(variant))
            }
            _ if variant.serde.other => {
                let object = self.object(&[(tag, literal)], &Fields::NONE);
                let krate = self.krate;
                self.flatten(&object, &quote!(#krate::__private::Node::Any))
            }
            _ => self.object(&[(tag, literal)], &variant.fields),
        }
    }
}
