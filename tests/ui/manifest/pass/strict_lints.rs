//! A crate whose lints are as strict as they get.
#![deny(warnings, missing_docs, unused, nonstandard_style, missing_debug_implementations, clippy::pedantic)]
#![forbid(unsafe_code)]

/// Functions and tables.
pub mod m {
    use lunora::prelude::*;

    /// Lists.
    #[query]
    pub async fn list(ctx: &QueryCtx, text: String) -> Result<Vec<Doc<Row>>> {
        ctx.db().query::<Row>().with_index(Row::by_text().eq(text)).collect().await
    }

    /// Rows.
    #[table("rows")]
    #[index(by_text(text))]
    #[derive(Debug)]
    pub struct Row {
        /// Text.
        pub text: String,
        /// Choice.
        pub choice: Choice,
    }

    /// Choices.
    #[data]
    #[derive(Debug, Clone, Copy, AppError)]
    pub enum Choice {
        /// This.
        This,
        /// That.
        That,
    }
}

lunora::app! { m::{list, Row} }

fn main() {
    let _ = app();
}
