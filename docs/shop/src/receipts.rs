//! What customers get for their money.

use lunora::prelude::*;

use crate::{payments, schema::Purchase};

/// Has the provider mail the receipt of a purchase. It may run again, and the provider knows it by the job.
#[internal_action]
pub async fn send(ctx: &ActionCtx, purchase: Id<Purchase>) -> Result<()> {
    let job = ctx
        .job_id()
        .ok_or_else(|| Error::internal("a receipt is sent by a job"))?;
    payments::send_receipt(ctx, purchase, job).await
}
