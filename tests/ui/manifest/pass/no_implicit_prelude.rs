#![no_implicit_prelude]

mod m {
    use ::lunora::{prelude::*, data, table, query};
    use ::std::{string::String, vec::Vec};

    #[query]
    pub async fn list(_ctx: &QueryCtx, text: String) -> Result<Vec<Part>> {
        ::std::result::Result::Ok(::std::vec![Part { text }])
    }

    #[mutation(limits(documents_read = 5))]
    pub async fn send(_ctx: &mut MutationCtx) -> Result<()> {
        ::std::result::Result::Ok(())
    }

    #[data]
    #[derive(AppError)]
    pub struct Part {
        #[serde(default)]
        pub text: String,
    }

    #[data]
    #[serde(tag = "type")]
    pub enum Choice {
        A,
        B { c: i64 },
    }

    #[table("rows")]
    #[index(by_text(part.text), unique)]
    pub struct Row {
        pub part: Part,
        pub choice: ::std::option::Option<Choice>,
    }
}

::lunora::app! { m::{list, send, Row} }

fn main() {
    let _ = m::Row::patch().unset_choice();
    let _ = app();
}
