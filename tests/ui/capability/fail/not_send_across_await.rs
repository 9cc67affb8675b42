mod messages {
    use lunora::prelude::*;
    use std::rc::Rc;

    #[query]
    pub async fn list(_ctx: &QueryCtx) -> Result<i64> {
        let shared = Rc::new(5);
        std::future::ready(()).await;
        Ok(*shared)
    }
}

lunora::app! { messages::list }

fn main() {}
