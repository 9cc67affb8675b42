//! Hooks through a path of one's own, with all options, private and with raw identifiers, beside a type of the same name.

#![deny(warnings)]

mod renamed {
    pub use lunora as backend;
}

mod hall {
    use crate::renamed::backend::{self, MutationCtx, Result, testing::TestApp};

    #[backend::table("visits", crate = crate::renamed::backend)]
    pub struct Connection {
        pub id: String,
    }

    #[crate::renamed::backend::on_connect(gate, rename = "door", limits(documents_read = 10), crate = crate::renamed::backend)]
    async fn r#loop(ctx: &mut MutationCtx, r#type: backend::Connection) -> Result<()> {
        ctx.db().insert(Connection { id: r#type.id }).await.map(drop)
    }

    /// A hook that sees no more than its context.
    #[crate::renamed::backend::on_disconnect(crate = crate::renamed::backend)]
    pub(crate) async fn left(_: &mut MutationCtx, _connection: backend::Connection) -> Result<()> {
        Ok(())
    }

    #[crate::renamed::backend::on_start(crate = crate::renamed::backend)]
    async fn opened(_ctx: &mut MutationCtx) -> Result<()> {
        Ok(())
    }

    #[crate::renamed::backend::query(crate = crate::renamed::backend)]
    pub async fn visits(ctx: &backend::QueryCtx) -> Result<u64> {
        Ok(ctx.db().query::<Connection>().count().await?.try_into()?)
    }

    pub fn opens() {
        assert!(TestApp::new(crate::app()).is_ok());
    }
}

lunora::app! { crate = crate::renamed::backend; hall::{Connection, r#loop, left, opened, visits} }

fn main() {
    hall::opens();
}
