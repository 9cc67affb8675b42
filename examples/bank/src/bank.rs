//! Accounts and transfers between them.

use lunora::prelude::*;

use crate::schema::{Account, Cents};

/// Why a transfer is refused.
#[data]
#[derive(Debug, Clone, PartialEq, AppError)]
#[serde(tag = "code")]
pub enum Refusal {
    /// There is no such account.
    UnknownAccount {
        /// Its number.
        account: u32,
    },
    /// The account has less than that.
    Overdraft {
        /// What it has.
        balance: Cents,
    },
    /// An amount has to be more than nothing.
    InvalidAmount,
    /// From and to are the same account.
    SameAccount,
    /// Amounts end at 2^53 cents: beyond, a plain JSON number is not exact.
    TooMuch,
    /// Account numbers end at 2^32 - 1.
    NoSuchNumbers,
}

/// Opens the accounts numbered `from .. from + count`, each with the same balance. All of them or none: a number that
/// is taken already fails the call, by the unique index, and so do more than a transaction may write.
#[mutation]
pub async fn open(ctx: &mut MutationCtx, from: u32, count: u32, balance: Cents) -> Result<()> {
    if balance < Cents(0) {
        Err(Refusal::InvalidAmount)?;
    }
    let end = from.checked_add(count).ok_or(Refusal::NoSuchNumbers)?;
    for number in from..end {
        ctx.db().insert(Account { number, balance }).await?;
    }
    Ok(())
}

/// Moves an amount from one account to another.
#[mutation]
pub async fn transfer(ctx: &mut MutationCtx, from: u32, to: u32, amount: Cents) -> Result<()> {
    if amount <= Cents(0) {
        Err(Refusal::InvalidAmount)?;
    }
    if from == to {
        Err(Refusal::SameAccount)?;
    }
    let (payer, recipient) = (account(ctx, from).await?, account(ctx, to).await?);
    if payer.balance < amount {
        Err(Refusal::Overdraft {
            balance: payer.balance,
        })?;
    }
    let less = Cents(payer.balance.0 - amount.0);
    let more = recipient.balance.plus(amount).ok_or(Refusal::TooMuch)?;
    ctx.db().patch(payer.id(), Account::patch().balance(less)).await?;
    ctx.db()
        .patch(recipient.id(), Account::patch().balance(more))
        .await
}

/// What is on an account.
#[query]
pub async fn balance(ctx: &QueryCtx, account: u32) -> Result<Cents> {
    Ok(self::account(ctx, account).await?.balance)
}

/// What is on all accounts together. Reads every account, so it raises the limits on what a transaction reads.
#[query(limits(documents_read = 200_000, bytes_read = 64 << 20, work_millis = 10_000))]
pub async fn total(ctx: &QueryCtx) -> Result<Cents> {
    let accounts = ctx.db().query::<Account>().collect().await?;
    let total = accounts
        .iter()
        .try_fold(Cents(0), |sum, account| sum.plus(account.balance));
    Ok(total.ok_or(Refusal::TooMuch)?)
}

async fn account(ctx: &QueryCtx, number: u32) -> Result<Doc<Account>> {
    let found = ctx
        .db()
        .query::<Account>()
        .with_index(Account::by_number().eq(number))
        .unique()
        .await?;
    Ok(found.ok_or(Refusal::UnknownAccount { account: number })?)
}
