mod messages {
    use lunora::prelude::*;

    #[query]
    pub async fn list(_ctx: &QueryCtx, channel: String) -> Result<Vec<String>> {
        Ok(vec![channel])
    }

    #[mutation]
    pub async fn send(_ctx: &mut MutationCtx, body: String) -> Result<()> {
        drop(body);
        Ok(())
    }

    #[action]
    pub async fn import(_ctx: &ActionCtx) -> Result<()> {
        Ok(())
    }

    #[internal_query]
    pub async fn count(_ctx: &QueryCtx) -> Result<i64> {
        Ok(0)
    }

    #[internal_mutation]
    pub async fn purge(_ctx: &mut MutationCtx) -> Result<()> {
        Ok(())
    }

    #[internal_action]
    pub async fn sync(_ctx: &ActionCtx) -> Result<()> {
        Ok(())
    }
}

lunora::app! {
    messages::{list, send, import, count, purge, sync},
}

async fn client(client: &lunora_client::Client) {
    let _ = client.watch(internal::messages::count());
}

fn main() {}
