//! `crate = path; a::B, c::{d, #[cfg(x)] e}` to entries.

use proc_macro2::{Ident, TokenStream};
use syn::{
    Attribute, Token, braced,
    ext::IdentExt,
    parse::{ParseStream, Parser},
};

use super::model::{Entry, List};
use crate::{attribute::CratePath, errors::Errors};

/// Parses the list; an entry that cannot be read is a mistake, and the rest goes on.
pub(crate) fn list(tokens: TokenStream, errors: &mut Errors) -> List {
    let mut list = List {
        krate: CratePath::DEFAULT,
        entries: Vec::new(),
        gaps: Errors::default(),
    };
    let parser = |input: ParseStream| {
        if input.peek(Token![crate]) && input.peek2(Token![=]) {
            list.krate = CratePath::parse(input)?;
            if input.parse::<Option<Token![;]>>()?.is_none() {
                input.parse::<Token![,]>()?;
            }
        }
        let top = Branch {
            cfgs: Vec::new(),
            modules: Vec::new(),
        };
        top.entries(input, &mut list, errors);
        Ok(())
    };
    if let Err(error) = parser.parse2(tokens) {
        list.gaps.push(error);
    }
    list
}

/// Where in the tree the parser stands.
#[derive(Clone)]
struct Branch {
    cfgs: Vec<Attribute>,
    modules: Vec<Ident>,
}

impl Branch {
    fn entries(&self, input: ParseStream, list: &mut List, errors: &mut Errors) {
        while !input.is_empty() {
            let parsed = self.clone().entry(input, list, errors);
            let parsed = parsed.and_then(|()| {
                if input.is_empty() {
                    Ok(())
                } else {
                    comma(input, errors)
                }
            });
            if let Err(error) = parsed {
                list.gaps.push(error);
                skip_to_comma(input);
            }
        }
    }

    fn entry(mut self, input: ParseStream, list: &mut List, errors: &mut Errors) -> syn::Result<()> {
        for attribute in input.call(Attribute::parse_outer)? {
            if attribute.path().is_ident("cfg") {
                self.cfgs.push(attribute);
            } else {
                errors.add(attribute, "an entry takes `#[cfg(..)]` and nothing else");
            }
        }
        if input.peek(Token![crate]) || input.peek(Token![self]) || input.peek(Token![super]) {
            let keyword = input.call(Ident::parse_any)?;
            let message = format!("paths start at the crate root already: leave out `{keyword}::`");
            errors.add(keyword, message);
            input.parse::<Token![::]>()?;
        }
        loop {
            let name = name(input)?;
            if !input.peek(Token![::]) {
                list.entries.push(Entry {
                    cfgs: self.cfgs,
                    modules: self.modules,
                    name,
                });
                return Ok(());
            }
            input.parse::<Token![::]>()?;
            self.modules.push(name);
            if input.peek(syn::token::Brace) {
                let content;
                braced!(content in input);
                self.entries(&content, list, errors);
                return Ok(());
            }
        }
    }
}

fn name(input: ParseStream) -> syn::Result<Ident> {
    if input.peek(Token![*]) {
        return Err(
            input.error("the list names each item, so that nothing gets in unnoticed: write the names")
        );
    }
    if input.peek(Ident::peek_any) && !input.peek(syn::Ident) {
        return Err(input.error("expected the path of an item, found a keyword"));
    }
    let name = input.parse::<Ident>();
    name.map_err(|error| syn::Error::new(error.span(), "expected the path of an item: `module::name`"))
}

fn comma(input: ParseStream, errors: &mut Errors) -> syn::Result<()> {
    if input.peek(Token![as]) {
        return Err(input.error("the list cannot rename; use the attribute's own `rename = \"wireName\"`"));
    }
    let comma = input.parse::<Token![,]>();
    match comma {
        Ok(_) => Ok(()),
        // The next entry is there all the same, and is not to be called missing.
        Err(error) if input.peek(syn::Ident) => {
            errors.push(syn::Error::new(error.span(), BETWEEN));
            Ok(())
        }
        Err(error) => Err(syn::Error::new(error.span(), BETWEEN)),
    }
}

const BETWEEN: &str = "expected `,` between two entries";

fn skip_to_comma(input: ParseStream) {
    let skip = input.step(|cursor| {
        let mut rest = *cursor;
        while let Some((token, next)) = rest.token_tree() {
            rest = next;
            if matches!(&token, proc_macro2::TokenTree::Punct(punct) if punct.as_char() == ',') {
                break;
            }
        }
        Ok(((), rest))
    });
    // The step cannot fail: it returns `Ok` on every path.
    skip.unwrap_or_default();
}
