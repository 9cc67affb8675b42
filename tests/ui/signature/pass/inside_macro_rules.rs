macro_rules! getter {
    ($name:ident, $argument:ident: $type:ty => $result:ty) => {
        #[lunora::query]
        pub async fn $name(_ctx: &lunora::QueryCtx, $argument: $type, fixed: i64) -> lunora::Result<$result> {
            let _ = fixed;
            Ok($argument.into())
        }
    };
}

macro_rules! row {
    ($name:ident { $($field:ident: $type:ty),* }) => {
        #[lunora::table("rows")]
        #[index(by_all($($field),*))]
        pub struct $name {
            $(pub $field: $type,)*
            pub last: i64,
        }
    };
}

mod m {
    getter!(f, text: String => String);
    row!(Row { a: String, b: i64 });
}

lunora::app! { m::{f, Row} }

fn main() {
    let _ = api::m::f(String::new(), 5);
    let _ = m::Row::by_all().eq("x").gt(5);
    let _ = m::Row::patch().a(String::new()).last(5);
}
