//! An application in a crate of its own.

/// Messages.
pub mod messages {
    use lunora::prelude::*;

    /// All of a channel.
    #[query]
    pub async fn list(_ctx: &QueryCtx, channel: String) -> Result<Vec<String>> {
        Ok(vec![channel])
    }

    /// One more.
    #[mutation]
    pub async fn send(_ctx: &mut MutationCtx, channel: String, body: String) -> Result<()> {
        drop((channel, body));
        Ok(())
    }

    /// None any more.
    #[internal_mutation]
    pub async fn purge(_ctx: &mut MutationCtx) -> Result<()> {
        Ok(())
    }
}

lunora::app! {
    messages::{list, send, purge},
}
