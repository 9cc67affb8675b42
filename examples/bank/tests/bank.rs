//! What the bank promises, on the real engine inside this process.

use bank::{api, bank::Refusal, schema::Cents};
use lunora::{
    Error, Result,
    testing::{TestApp, TestClient},
};
use tokio::task::JoinSet;

const START: Cents = Cents(1_000);

/// A bank with the accounts numbered from 0 on.
async fn bank(accounts: u32) -> Result<TestApp> {
    let app = TestApp::new(bank::app())?;
    open(&app.client(), 0, accounts).await?;
    Ok(app)
}

async fn open(client: &TestClient, from: u32, count: u32) -> Result<()> {
    client.mutation(api::bank::open(from, count, START)).await
}

async fn transfer(client: &TestClient, from: u32, to: u32, amount: i64) -> Result<()> {
    let call = api::bank::transfer(from, to, Cents(amount));
    client.mutation(call).await
}

async fn balance(client: &TestClient, account: u32) -> Result<Cents> {
    client.query(api::bank::balance(account)).await
}

fn refusal(error: &Error) -> Option<Refusal> {
    error.app()
}

#[tokio::test]
async fn a_transfer_moves_the_amount() -> Result<()> {
    let client = bank(2).await?.client();
    transfer(&client, 0, 1, 300).await?;
    assert_eq!(balance(&client, 0).await?, Cents(700));
    assert_eq!(balance(&client, 1).await?, Cents(1_300));
    Ok(())
}

#[tokio::test]
async fn an_overdraft_is_refused_and_says_what_there_is() -> Result<()> {
    let client = bank(2).await?.client();
    let refused = transfer(&client, 0, 1, 1_001).await.unwrap_err();
    assert_eq!(refusal(&refused), Some(Refusal::Overdraft { balance: START }));
    assert_eq!(balance(&client, 0).await?, START);
    transfer(&client, 0, 1, 1_000).await
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() -> Result<()> {
    let client = bank(2).await?.client();
    let refused = [
        (0, 1, 0, Refusal::InvalidAmount),
        (0, 1, -5, Refusal::InvalidAmount),
        (1, 1, 5, Refusal::SameAccount),
        (0, 7, 5, Refusal::UnknownAccount { account: 7 }),
    ];
    for (from, to, amount, why) in refused {
        let error = transfer(&client, from, to, amount).await.unwrap_err();
        assert_eq!(refusal(&error), Some(why));
    }
    Ok(())
}

#[tokio::test]
async fn an_account_is_opened_once() -> Result<()> {
    let client = bank(3).await?.client();
    assert!(open(&client, 2, 2).await.is_err());
    let unopened = balance(&client, 3).await.unwrap_err();
    assert_eq!(
        refusal(&unopened),
        Some(Refusal::UnknownAccount { account: 3 }),
        "all or nothing"
    );
    Ok(())
}

/// Everybody pays everybody at once, over so few accounts that most transfers conflict.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_transfers_lose_nothing() -> Result<()> {
    const ACCOUNTS: u32 = 4;
    let app = bank(ACCOUNTS).await?;
    let mut payers = JoinSet::new();
    for from in 0..ACCOUNTS {
        let client = app.client();
        payers.spawn(async move {
            for turn in 0..50_u32 {
                let to = (from + 1 + turn % (ACCOUNTS - 1)) % ACCOUNTS;
                let paid = transfer(&client, from, to, i64::from(turn * 7 + 1)).await;
                // Whoever is broke waits for others to pay.
                if let Err(error) = paid
                    && !matches!(refusal(&error), Some(Refusal::Overdraft { .. }))
                {
                    return Err(error);
                }
            }
            Ok(())
        });
    }
    while let Some(paid) = payers.join_next().await {
        paid??;
    }
    let client = app.client();
    assert_eq!(
        client.query(api::bank::total()).await?,
        Cents(START.0 * i64::from(ACCOUNTS))
    );
    for account in 0..ACCOUNTS {
        assert!(balance(&client, account).await? >= Cents(0));
    }
    Ok(())
}

/// More than a function may read unless it says so.
#[tokio::test]
async fn the_total_reads_more_accounts_than_the_usual_limit() -> Result<()> {
    const MANY: u32 = 32_100;
    const AT_ONCE: u32 = 2_140;
    let client = bank(0).await?.client();
    for from in (0..MANY).step_by(AT_ONCE as usize) {
        open(&client, from, AT_ONCE).await?;
    }
    let total = client.query(api::bank::total()).await?;
    assert_eq!(total, Cents(START.0 * i64::from(MANY)));
    Ok(())
}

#[tokio::test]
async fn amounts_that_no_number_holds_are_refused() -> Result<()> {
    let client = TestApp::new(bank::app())?.client();
    let most = Cents(1 << 53);
    client.mutation(api::bank::open(0, 2, most)).await?;
    let refused = transfer(&client, 0, 1, 1).await.unwrap_err();
    assert_eq!(refusal(&refused), Some(Refusal::TooMuch));
    assert_eq!(balance(&client, 0).await?, most);
    let refused = client.query(api::bank::total()).await.unwrap_err();
    assert_eq!(refusal(&refused), Some(Refusal::TooMuch));
    Ok(())
}
