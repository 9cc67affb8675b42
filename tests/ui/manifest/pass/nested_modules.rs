mod billing {
    pub mod invoices {
        use lunora::prelude::*;

        #[query]
        pub async fn get_one(_ctx: &QueryCtx) -> Result<()> {
            Ok(())
        }
    }

    use lunora::prelude::*;

    #[internal_mutation]
    pub async fn close(_ctx: &mut MutationCtx) -> Result<()> {
        Ok(())
    }
}

lunora::app! { billing::{close, invoices::{get_one}} }

fn main() {
    use lunora::FunctionRef;
    assert_eq!(api::billing::invoices::get_one::PATH, "billing/invoices:getOne");
    assert_eq!(internal::billing::close::PATH, "billing:close");
    let _ = app();
}
