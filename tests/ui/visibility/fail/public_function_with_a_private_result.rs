mod messages {
    use lunora::prelude::*;

    #[data]
    struct Secret {
        text: String,
    }

    #[query]
    pub async fn list(_ctx: &QueryCtx, text: String) -> Result<Secret> {
        Ok(Secret { text })
    }
}

lunora::app! { messages::list }

fn main() {}
