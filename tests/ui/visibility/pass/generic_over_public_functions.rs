use lunora::prelude::*;

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

async fn ask<F: lunora::PublicQuery>(
    client: &lunora::testing::TestClient,
    call: Call<F>,
) -> Result<lunora::Output<F>> {
    client.query(call).await
}

async fn client(client: &lunora::testing::TestClient) -> Result<()> {
    let _rows: Vec<String> = ask(client, api::messages::list("general".to_owned())).await?;
    Ok(())
}

fn main() {
    let _ = client;
    let _ = internal::messages::count();
}
