//! An application with one of everything, as a user would write it.
#![deny(warnings, missing_docs, clippy::pedantic)]
#![allow(
    clippy::missing_errors_doc,
    reason = "the functions here are a user's; what we generate has no such exception"
)]

/// Tables.
pub mod schema {
    use lunora::prelude::*;

    /// A customer.
    #[table("customers")]
    #[index(by_stripe_id(stripe_id), unique)]
    #[index(by_city(address.city, plan))]
    #[derive(Debug, Clone)]
    pub struct Customer {
        /// Id at the payment provider.
        pub stripe_id: String,
        /// What is paid for.
        pub plan: Plan,
        /// Where the customer lives.
        pub address: Option<Address>,
        /// Who brought them.
        pub invited_by: Option<Id<Self>>,
        /// Cents.
        #[serde(with = "lunora::number")]
        pub balance: i64,
    }

    /// An address.
    #[data]
    #[derive(Debug, Clone)]
    pub struct Address {
        /// The city.
        pub city: String,
    }

    /// A plan.
    #[data]
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Plan {
        /// Costs nothing.
        Free,
        /// Costs something.
        Professional,
    }

    /// A page.
    #[data]
    #[derive(Debug)]
    pub struct Page<T> {
        /// The items.
        pub items: Vec<T>,
    }
}

/// Customers.
pub mod customers {
    use crate::{
        internal,
        schema::{Customer, Page, Plan},
    };
    use lunora::prelude::*;

    /// Finds one.
    #[internal_query]
    pub async fn by_stripe_id(ctx: &QueryCtx, stripe_id: String) -> Result<Option<Doc<Customer>>> {
        ctx.db()
            .query::<Customer>()
            .with_index(Customer::by_stripe_id().eq(&stripe_id))
            .unique()
            .await
    }

    /// Those in a city.
    #[query(rename = "inCity", limits(documents_read = 2 * MANY))]
    pub async fn by_city(ctx: &QueryCtx, city: String) -> Result<Page<Doc<Customer>>> {
        let range = Customer::by_city().eq(Some(city)).eq(Plan::Free);
        Ok(Page {
            items: ctx.db().query::<Customer>().with_index(range).collect().await?,
        })
    }
    const MANY: u64 = 10;

    /// Sets the plan.
    #[internal_mutation]
    pub async fn set_plan(ctx: &mut MutationCtx, id: Id<Customer>, r#type: Plan) -> Result<()> {
        ctx.db()
            .patch(id, Customer::patch().plan(r#type).unset_invited_by().balance(5))
            .await
    }

    /// Asks the provider.
    #[action]
    pub async fn sync(ctx: &ActionCtx, stripe_id: String) -> Result<()> {
        let customer = ctx
            .run_query(internal::customers::by_stripe_id(stripe_id))
            .await?;
        let customer = customer.ok_or_else(|| Error::not_found("customer"))?;
        ctx.run_mutation(internal::customers::set_plan(customer.id(), Plan::Free))
            .await
    }
}

lunora::app! {
    schema::Customer,
    customers::{by_stripe_id, by_city, set_plan, sync},
}

#[test]
fn paths_are_wire_names() {
    use lunora::FunctionRef;
    assert_eq!(
        <internal::customers::by_stripe_id as FunctionRef>::PATH,
        "customers:byStripeId"
    );
    assert_eq!(<api::customers::by_city as FunctionRef>::PATH, "customers:inCity");
}
