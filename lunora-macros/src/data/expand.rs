//! The item with serde's derives, `Shape`, and one `HasField` a field.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{GenericParam, Visibility, parse_quote, spanned::Spanned, visit_mut::VisitMut};

use super::{
    model::{Body, Data, Field, Style, Variant},
    parse::derives,
    plain, shape,
};
use crate::names;

/// The item, and all that makes it travel.
pub(crate) fn data(data: &Data) -> TokenStream {
    if data.is_plain() {
        let (item, implementations) = (&data.item, plain::implementations(data));
        return quote!(#item #implementations);
    }
    let (item, shape, fields) = (item(data), shape(data), has_fields(data));
    quote!(#item #shape #fields)
}

/// The user's item under serde's derives; the attributes that the user wrote stay as they are.
pub(crate) fn item(data: &Data) -> TokenStream {
    let Data {
        krate,
        item,
        container,
        ..
    } = data;
    let wanted = ["Serialize", "Deserialize"]
        .into_iter()
        .filter(|name| derives(&item.attrs, name).is_none());
    let derived = wanted.map(|name| syn::Ident::new(name, proc_macro2::Span::call_site()));
    let serde = quote!(#krate::__private::serde).to_string().replace(' ', "");
    let (renames, renames_fields) = match &data.body {
        Body::Struct(fields) => (fields.style == Style::Named, false),
        Body::Enum(variants) => {
            let is_named = |variant: &Variant| variant.fields.style == Style::Named;
            (true, variants.iter().any(is_named))
        }
    };
    let item = bounded(data);
    let rename_all = (renames && container.rename_all.is_none()).then(|| quote!(, rename_all = "camelCase"));
    let rename_all_fields = (renames_fields && container.rename_all_fields.is_none())
        .then(|| quote!(, rename_all_fields = "camelCase"));
    quote! {
        #[derive(#(#krate::__private::serde::#derived),*)]
        #[serde(crate = #serde #rename_all #rename_all_fields)]
        #item
    }
}

/// The item, whose fields tell serde that their types travel.
///
/// serde's implementations then take that for granted instead of complaining in several places, and the one complaint
/// comes from `impl Shape`, which asks for them. The lifetime keeps rustc from checking each bound where it stands.
fn bounded(data: &Data) -> syn::DeriveInput {
    let (mut item, krate) = (data.item.clone(), &data.krate);
    let ours = data.generics.params.is_empty() && data.container.from.is_none() && !data.container.bound;
    if !ours {
        return item;
    }
    let models = match &data.body {
        Body::Struct(fields) => vec![fields],
        Body::Enum(variants) => variants.iter().map(|variant| &variant.fields).collect(),
    };
    let models = models.into_iter().flat_map(|fields| &fields.list);
    let fields: Vec<&mut syn::Field> = match &mut item.data {
        syn::Data::Struct(data) => data.fields.iter_mut().collect(),
        syn::Data::Enum(data) => data
            .variants
            .iter_mut()
            .flat_map(|variant| &mut variant.fields)
            .collect(),
        syn::Data::Union(_) => Vec::new(),
    };
    for (model, field) in models.zip(fields) {
        if model.serde.skip || model.serde.with.is_some() || model.serde.bound {
            continue;
        }
        let mut ty = field.ty.clone();
        NameSelf { name: &data.name }.visit_type_mut(&mut ty);
        let bound = quote!(for<'__lunora> #ty: #krate::__private::Travels<'__lunora>).to_string();
        let bound = syn::LitStr::new(&bound, field.ty.span());
        field.attrs.push(parse_quote!(#[serde(bound = #bound)]));
    }
    item
}

/// Names the type where `Self` would mean something else.
pub(crate) struct NameSelf<'a> {
    pub(crate) name: &'a Ident,
}

impl VisitMut for NameSelf<'_> {
    fn visit_ident_mut(&mut self, ident: &mut Ident) {
        if ident == "Self" {
            *ident = Ident::new(&self.name.to_string(), ident.span());
        }
    }
}

/// `impl Shape`.
pub(crate) fn shape(data: &Data) -> TokenStream {
    let Data {
        krate, name, cfgs, ..
    } = data;
    let generics = travelling(data);
    let (generics, arguments, clause) = generics.split_for_impl();
    let body = shape::of(data);
    quote! {
        #(#cfgs)*
        #[automatically_derived]
        impl #generics #krate::__private::Shape for #name #arguments #clause {
            fn shape(shapes: &mut #krate::__private::Shapes) -> #krate::__private::Node {
                #[allow(unused_imports)]
                use #krate::__private::NoShape as _;
                #body
            }
        }
    }
}

/// The generics, with parameters that travel.
fn travelling(data: &Data) -> syn::Generics {
    let (krate, mut generics) = (&data.krate, data.generics.clone());
    for param in &mut generics.params {
        if let GenericParam::Type(param) = param {
            param.bounds.push(parse_quote!(#krate::__private::Shape));
        }
    }
    generics
}

/// `impl HasField` for each field that an index of another type may go through.
pub(crate) fn has_fields(data: &Data) -> TokenStream {
    let Body::Struct(fields) = &data.body else {
        return TokenStream::new();
    };
    let named = fields
        .list
        .iter()
        .filter(|field| field.is_plain() && nameable(&data.visibility, field));
    named
        .filter_map(|field| {
            field
                .name
                .as_ref()
                .map(|name| has_field(data, field, &names::plain(name)))
        })
        .collect()
}

/// A field's type may be as private as the field is; in the trait's associated type it must be as open as the struct.
pub(crate) fn nameable(item: &Visibility, field: &Field) -> bool {
    let as_open = || field.visibility.to_token_stream().to_string() == item.to_token_stream().to_string();
    matches!(item, Visibility::Inherited) || matches!(field.visibility, Visibility::Public(_)) || as_open()
}

fn has_field(data: &Data, field: &Field, rust_name: &str) -> TokenStream {
    let Data {
        krate, name, cfgs, ..
    } = data;
    let generics = travelling(data);
    let (generics, arguments, clause) = generics.split_for_impl();
    let (field_cfgs, ty, wire_name, hash) =
        (&field.cfgs, &field.ty, &field.wire_name, names::hash(rust_name));
    quote! {
        #(#cfgs)*
        #(#field_cfgs)*
        #[automatically_derived]
        impl #generics #krate::__private::HasField<#hash> for #name #arguments #clause {
            type Type = #ty;
            type Plain = ();
            const NAME: &'static str = #wire_name;
        }
    }
}
