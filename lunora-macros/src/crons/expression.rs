//! `cron!("0 9 * * MON")`.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{
    LitStr, Token,
    parse::{ParseStream, Parser},
};

use crate::attribute::CratePath;

/// The text to a constant, which the compiler evaluates, and refuses where the text stands.
pub(crate) fn bang(tokens: TokenStream) -> TokenStream {
    match parser.parse2(tokens) {
        Ok((krate, text)) => {
            let checked = at(text.span(), quote!(#krate::CronExpression::__checked(#text)));
            quote!({
                const EXPRESSION: #krate::CronExpression = #checked;
                EXPRESSION
            })
        }
        Err(error) => error.to_compile_error(),
    }
}

/// The tokens where the text stands, so that it is underlined and not the whole macro.
fn at(span: Span, tokens: TokenStream) -> TokenStream {
    let tokens = tokens.into_iter().map(|mut token| {
        token.set_span(span);
        token
    });
    tokens.collect()
}

fn parser(input: ParseStream) -> syn::Result<(CratePath, LitStr)> {
    let mut krate = CratePath::DEFAULT;
    if input.peek(Token![crate]) && input.peek2(Token![=]) {
        krate = CratePath::parse(input)?;
        input.parse::<Token![,]>()?;
    }
    let text = input.parse::<LitStr>().map_err(|error| {
        let message = "expected a string, which is checked while this is compiled: `cron!(\"0 9 * * MON\")`";
        syn::Error::new(error.span(), message)
    })?;
    input.parse::<Option<Token![,]>>()?;
    if !input.is_empty() {
        return Err(input.error(
            "`cron!` takes one string; the time zone is an option of the cron: `.timezone(\"Europe/Berlin\")`",
        ));
    }
    Ok((krate, text))
}
