//! `impl Table`, the index accessors, the patch builder, and the hidden module for `app!`.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::visit_mut::VisitMut;

use super::model::{FieldPath, Index, Table};
use crate::{
    attribute::CratePath,
    data::{
        expand::{NameSelf, nameable},
        model::{Body, Field},
    },
    function::expand::hidden_name,
    names::{hash, plain},
};

/// All that a table has beyond a shape.
pub(crate) fn table(table: &Table) -> TokenStream {
    let [implementation, accessors, patch, hidden] = [
        implementation(table),
        accessors(table),
        patch(table),
        hidden_module(table),
    ];
    quote!(#implementation #accessors #patch #hidden)
}

fn fields(table: &Table) -> &[Field] {
    match &table.data.body {
        Body::Struct(fields) => &fields.list,
        Body::Enum(_) => &[],
    }
}

fn field<'a>(table: &'a Table, name: &Ident) -> Option<&'a Field> {
    fields(table)
        .iter()
        .find(|field| field.name.as_ref() == Some(name))
}

fn wire_name(table: &Table) -> String {
    table.name.as_ref().map(syn::LitStr::value).unwrap_or_default()
}

fn implementation(table: &Table) -> TokenStream {
    let (krate, name, cfgs, wire_name) = (
        &table.data.krate,
        &table.data.name,
        &table.data.cfgs,
        wire_name(table),
    );
    let indexes = table.indexes.iter().map(|index| {
        let (name, unique) = (plain(&index.name), index.unique);
        let fields = index.fields.iter().filter_map(|path| names(table, path));
        quote!(#krate::__private::IndexSpec { name: #name, fields: &[#(&[#fields]),*], unique: #unique })
    });
    // That a field does not travel has been said; the bound makes rustc take it from there.
    let clause = (!table.data.is_plain())
        .then(|| quote!(where for<'__lunora> #name: #krate::__private::Travels<'__lunora>));
    quote! {
        #(#cfgs)*
        #[automatically_derived]
        impl #krate::__private::Table for #name #clause {
            const NAME: &'static str = #wire_name;
            const INDEXES: &'static [#krate::__private::IndexSpec] = &[#(#indexes),*];
        }
    }
}

/// The wire names along the path: ours are known here, those of nested structs only to their own `#[data]`.
fn names(table: &Table, path: &FieldPath) -> Option<TokenStream> {
    let krate = &table.data.krate;
    let first = field(table, &path.first)?;
    let (mut ty, wire_name) = (first.ty.to_token_stream(), &first.wire_name);
    let mut names = quote!(#wire_name);
    for segment in &path.rest {
        let field = has_field(krate, &ty, segment);
        let name = at(segment, quote!(#field::NAME));
        names = quote!(#names, #name);
        ty = at(segment, quote!(#field::Type));
    }
    Some(names)
}

/// Type of the field at the end of the path.
fn key_type(table: &Table, path: &FieldPath) -> Option<TokenStream> {
    let first = field(table, &path.first)?.ty.to_token_stream();
    Some(path.rest.iter().fold(first, |ty, segment| {
        let field = has_field(&table.data.krate, &ty, segment);
        at(segment, quote!(#field::Type))
    }))
}

fn has_field(krate: &CratePath, ty: &TokenStream, segment: &Ident) -> TokenStream {
    let hash = hash(&plain(segment));
    quote!(<#ty as #krate::__private::HasField<#hash>>)
}

/// The tokens, each of them at the segment: all errors about it are then one, and underline what the user wrote.
fn at(segment: &Ident, tokens: TokenStream) -> TokenStream {
    let place = |mut token: TokenTree| {
        if let TokenTree::Group(group) = &mut token {
            *group = Group::new(group.delimiter(), at(segment, group.stream()));
        }
        token.set_span(segment.span());
        token
    };
    tokens.into_iter().map(place).collect()
}

fn accessors(table: &Table) -> TokenStream {
    let (krate, name, cfgs, visible) = (
        &table.data.krate,
        &table.data.name,
        &table.data.cfgs,
        &table.data.visibility,
    );
    let own = table.indexes.iter().map(|index| accessor(table, index));
    let patch_docs = format!("Changes nothing yet: each setter changes one field of a [`{name}`].");
    let hidden = hidden_name(name);
    let patch = patch_name(name);
    quote! {
        #(#cfgs)*
        #[allow(dead_code, clippy::all, clippy::pedantic)]
        impl #name {
            #(#own)*
            /// Documents in the order in which they were inserted.
            #visible const fn by_creation_time() -> #krate::__private::Range<Self, (f64, ())> {
                #krate::__private::Range::__new(#krate::__private::BY_CREATION_TIME)
            }
            /// Documents in the order of their ids.
            #visible const fn by_id() -> #krate::__private::Range<Self, (#krate::Id<Self>, ())> {
                #krate::__private::Range::__new(#krate::__private::BY_ID)
            }
            #[doc = #patch_docs]
            #[must_use]
            #visible const fn patch() -> #hidden::#patch {
                #hidden::#patch { changes: #krate::__private::Patch::new() }
            }
        }
    }
}

fn accessor(table: &Table, index: &Index) -> TokenStream {
    let (krate, visible, name) = (&table.data.krate, &table.data.visibility, &index.name);
    let types = index.fields.iter().rev().filter_map(|path| key_type(table, path));
    let types = types.fold(quote!(()), |rest, ty| quote!((#ty, #rest)));
    let paths: Vec<_> = index.fields.iter().map(FieldPath::display).collect();
    let unique = if index.unique { "unique " } else { "" };
    let docs = format!("The {unique}index over `{}`.", paths.join("`, `"));
    let wire_name = plain(name);
    let mut signature = quote!(fn #name() -> #krate::__private::Range<Self, #types>);
    let mut body = quote!({ #krate::__private::Range::__new(#wire_name) });
    if let Some(segment) = index.fields.iter().find_map(|path| path.rest.first()) {
        (signature, body) = (at(segment, signature), at(segment, body));
    }
    quote! {
        #[doc = #docs]
        #visible const #signature #body
    }
}

fn patch_name(name: &Ident) -> Ident {
    format_ident!("{}Patch", plain(name))
}

/// The setters stand beside the struct, so that the fields' types mean here what they mean there.
fn patch(table: &Table) -> TokenStream {
    let (krate, name, cfgs) = (&table.data.krate, &table.data.name, &table.data.cfgs);
    let (hidden, patch) = (hidden_name(name), patch_name(name));
    let setters = fields(table)
        .iter()
        .filter(|field| !field.serde.skip && !field.serde.flatten);
    let setters = setters.map(|field| setter(table, field));
    quote! {
        #(#cfgs)*
        #[allow(dead_code, clippy::all, clippy::pedantic)]
        impl #hidden::#patch {
            #(#setters)*
        }
        #(#cfgs)*
        #[automatically_derived]
        impl #krate::__private::IntoPatch<#name> for #hidden::#patch {
            fn into_patch(self) -> #krate::__private::Patch<#name> {
                self.changes
            }
        }
    }
}

fn setter(table: &Table, field: &Field) -> TokenStream {
    let Some(name) = &field.name else {
        return TokenStream::new();
    };
    let (cfgs, visible) = (&field.cfgs, &field.visibility);
    let mut ty = field.ty.clone();
    // `Self` is the table in a field's type and the patch in a setter.
    NameSelf {
        name: &table.data.name,
    }
    .visit_type_mut(&mut ty);
    let (set, unset) = (set(table, field, name, &ty), unset(field, name));
    let docs = format!("Sets `{}`.", plain(name));
    quote! {
        #(#cfgs)*
        #[doc = #docs]
        #[must_use]
        #visible fn #name(self, value: #ty) -> Self {
            Self { changes: self.changes.#set }
        }
        #unset
    }
}

/// The call that writes `value` as the field is written.
fn set(table: &Table, field: &Field, name: &Ident, ty: &syn::Type) -> TokenStream {
    let (krate, wire_name) = (&table.data.krate, &field.wire_name);
    match &field.serde.write {
        Some(write) => quote!(set_with(#wire_name, |serializer| #write(&value, serializer))),
        None if table.data.is_plain() && nameable(&table.data.visibility, field) => {
            let hash = hash(&plain(name));
            quote!(__set::<#hash>(&value))
        }
        None => quote!(set_with(#wire_name, |serializer| {
            #[allow(unused_imports)]
            use #krate::__private::NoShape as _;
            #krate::__private::ShapeOf::<#ty>::write(&value, serializer)
        })),
    }
}

/// The method that removes the field, if it can be absent.
fn unset(field: &Field, name: &Ident) -> Option<TokenStream> {
    let (cfgs, visible, wire_name) = (&field.cfgs, &field.visibility, &field.wire_name);
    let unset = format_ident!("unset_{}", plain(name));
    let docs = format!("Removes `{}`.", plain(name));
    field.is_option().then(|| {
        quote! {
            #(#cfgs)*
            #[doc = #docs]
            #[must_use]
            #visible fn #unset(self) -> Self {
                Self { changes: self.changes.unset(#wire_name) }
            }
        }
    })
}

/// The module that `app!` looks into, with the patch.
fn hidden_module(table: &Table) -> TokenStream {
    let (krate, name) = (table.data.krate.deeper(1), &table.data.name);
    let (patch, docs) = (
        patch_name(name),
        format!("Changes to some fields of a [`{name}`]."),
    );
    let document = quote!(super::#name);
    let item = quote!(#krate::__private::Item::table::<#document>());
    let patch = quote! {
        #[doc = #docs]
        pub struct #patch {
            pub(super) changes: #krate::__private::Patch<#document>,
        }
    };
    module(table, &document, &item, &patch)
}

/// The same for something that is no table.
pub(crate) fn hidden_stub(table: &Table) -> TokenStream {
    module(
        table,
        &quote!(Self),
        &quote!(::core::unreachable!()),
        &TokenStream::new(),
    )
}

fn module(table: &Table, document: &TokenStream, item: &TokenStream, patch: &TokenStream) -> TokenStream {
    let (krate, name, cfgs) = (table.data.krate.deeper(1), &table.data.name, &table.data.cfgs);
    let (hidden, wire_name) = (hidden_name(name), format!("table {}", wire_name(table)));
    // A table of that name is found under its own.
    let alias = (name != "Entry").then(|| quote!(pub use self::#name as Entry;));
    quote! {
        #(#cfgs)*
        #[doc(hidden)]
        #[allow(
            dead_code, missing_debug_implementations, non_snake_case, private_interfaces, unreachable_pub,
            clippy::all, clippy::pedantic
        )]
        pub mod #hidden {
            pub mod api {}
            pub mod internal {}
            #alias
            pub struct #name {}
            impl #krate::__private::ListedTable<#document> for #name {
                type Place = #name;
            }
            impl #krate::__private::Entry for #name {
                const WIRE_NAME: &'static str = #wire_name;
                fn item() -> #krate::__private::Item {
                    #item
                }
            }
            #patch
        }
    }
}

impl FieldPath {
    /// `address.city`
    fn display(&self) -> String {
        let names: Vec<_> = [&self.first].into_iter().chain(&self.rest).map(plain).collect();
        names.join(".")
    }
}
