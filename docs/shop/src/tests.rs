//! Inside the crate, a test reaches internal functions by reference.

use lunora::{Result, testing::TestApp};

use crate::{api, internal};

#[tokio::test]
async fn restocking_fills_the_shelf() -> Result<()> {
    let app = TestApp::new(crate::app())?;
    let (mug, kitchen) = ("mug".to_owned(), "kitchen".to_owned());
    app.mutation(internal::products::add(mug.clone(), kitchen.clone(), 900))
        .await?;
    app.mutation(internal::products::restock(mug, 3)).await?;

    let shelf = app.client().query(api::products::list(kitchen)).await?;
    assert_eq!(shelf[0].stock, 3);
    Ok(())
}
