//! A crate whose lints, and those of clippy, are as strict as they get.
#![deny(warnings, missing_docs, unused, nonstandard_style, missing_debug_implementations)]
#![deny(clippy::all, clippy::pedantic)]
#![forbid(unsafe_code)]

/// Functions and tables.
pub mod m {
    use lunora::prelude::*;

    use crate::internal;

    /// Lists.
    ///
    /// # Errors
    /// When too much is read.
    #[query(limits(documents_read = 500))]
    pub async fn list(ctx: &QueryCtx, text: String) -> Result<Vec<Doc<Row>>> {
        ctx.db().query::<Row>().with_index(Row::by_text().eq(text)).collect().await
    }

    #[internal_mutation(rename = "clear")]
    async fn empty(ctx: &mut MutationCtx, id: Id<Row>, options: Options) -> Result<()> {
        if options.at_once {
            ctx.db().delete(id).await?;
        }
        ctx.db().patch(id, Row::patch().unset_note()).await
    }

    /// Empties.
    ///
    /// # Errors
    /// When there is no such row.
    #[action]
    pub async fn sync(ctx: &ActionCtx, id: Id<Row>) -> Result<()> {
        ctx.run_mutation(internal::m::empty(id, Options { at_once: true })).await
    }

    /// Rows.
    #[table("rows")]
    #[index(by_text(text))]
    #[index(by_city(address.city, text), unique)]
    #[derive(Debug)]
    pub struct Row {
        /// Text.
        pub text: String,
        /// Choice.
        pub choice: Choice,
        /// Address.
        pub address: Address,
        /// Note.
        pub note: Option<String>,
    }

    /// Where somebody lives.
    #[data]
    #[derive(Debug, Clone)]
    pub struct Address {
        /// The city.
        #[serde(rename = "town")]
        pub city: String,
    }

    #[data]
    pub(crate) struct Options {
        at_once: bool,
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

lunora::app! { m::{list, empty, sync, Row} }

fn main() {
    let _ = app();
    let _ = api::m::list(String::new());
}
