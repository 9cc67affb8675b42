//! `#[on_connect]` and its like.

use expect_test::expect;
use quote::quote;

use super::check;
use crate::function::{
    attribute,
    model::{Event, Kind, Visibility},
};

#[test]
fn gate() {
    let item = quote!(
        async fn door(ctx: &mut MutationCtx, connection: Connection) -> Result<()> {}
    );
    let kind = Kind::Hook(Event::Connect);
    check(
        attribute(kind, Visibility::Internal, quote!(gate), item),
        &expect![[r#""#]],
    );
}

#[test]
fn half_a_hook() {
    let kind = Kind::Hook(Event::Start);
    check(
        attribute(
            kind,
            Visibility::Internal,
            quote!(gate),
            quote!(async fn opened(ctx: &mut)),
        ),
        &expect![[r#""#]],
    );
}
