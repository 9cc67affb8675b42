mod m {
    use lunora::prelude::*;

    use crate::m::api::Text;

    pub mod api {
        #[lunora::data]
        pub struct Text(pub String);
    }
    pub mod internal {
        #[lunora::data]
        pub struct Number(pub i64);
    }
    #[data]
    pub struct Entry {}
    #[data]
    pub struct Query {}
    #[data]
    pub struct Call {}
    #[data]
    pub struct Box {}

    #[query]
    pub async fn reference(
        _ctx: &QueryCtx,
        text: api::Text,
        other: Text,
        number: internal::Number,
        entry: Entry,
        query: Query,
        call: Call,
        r#box: Box,
    ) -> Result<String> {
        drop((number, entry, query, call, r#box, other));
        Ok(text.0)
    }
}

lunora::app! { m::reference }

fn main() {
    let _ = app();
}
