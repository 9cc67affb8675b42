mod messages {
    use lunora::prelude::*;

    static KEPT: std::sync::Mutex<Option<&'static QueryCtx>> = std::sync::Mutex::new(None);

    #[query]
    pub async fn list(ctx: &QueryCtx) -> Result<()> {
        *KEPT.lock().unwrap() = Some(ctx);
        Ok(())
    }
}

lunora::app! { messages::list }

fn main() {}
