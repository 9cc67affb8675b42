#![deny(warnings)]

mod m {
    use lunora::prelude::*;

    #[internal_mutation]
    async fn close(ctx: &mut MutationCtx, row: Row, kept: Kept) -> Result<()> {
        drop(kept);
        ctx.db().insert(row).await?;
        Ok(())
    }

    #[table("rows")]
    pub(crate) struct Row {
        text: String,
    }

    #[table("privates")]
    struct Private {
        kept: Kept,
    }

    #[data]
    pub(crate) struct Kept {
        secret: Secret,
    }

    #[data]
    struct Secret {
        text: String,
    }
}

lunora::app! { m::{close, Row, Private} }

fn main() {
    let _ = app();
}
