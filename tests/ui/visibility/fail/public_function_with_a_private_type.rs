mod messages {
    use lunora::prelude::*;

    #[data]
    struct Secret {
        text: String,
    }

    #[query]
    pub async fn list(_ctx: &QueryCtx, secret: Secret) -> Result<String> {
        Ok(secret.text)
    }
}

lunora::app! { messages::list }

fn main() {}
