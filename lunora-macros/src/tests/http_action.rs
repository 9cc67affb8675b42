//! `#[http_action]`.

use expect_test::expect;
use quote::quote;

use super::check;
use crate::http_action::attribute;

#[test]
fn http_action() {
    let item = quote! {
        /// What the payment provider says.
        #[cfg(feature = "billing")]
        pub async fn webhook(ctx: &ActionCtx, mut request: Request) -> self::Answer {
            body
        }
    };
    check(
        attribute(
            quote!(POST, "/stripe/{account}/{*rest}", crate = my::lunora),
            item,
        ),
        &expect![[r#""#]],
    );
}

#[test]
fn several_mistakes_at_once() {
    let item = quote!(
        pub fn webhook(request: &Request) {}
    );
    check(attribute(quote!(post, "stripe"), item), &expect![[r#""#]]);
}
