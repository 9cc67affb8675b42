//! An application with a little of everything that can travel, and with secrets.
#![allow(missing_docs, reason = "that some have none is a part of the test")]

/// Tables and types.
pub mod schema {
    use std::collections::BTreeMap;

    use lunora::prelude::*;

    /// A customer.
    #[table("customers")]
    #[derive(Debug, Clone)]
    pub struct Customer {
        /// What they are called.
        pub name: String,
        /// What they pay for.
        pub plan: Plan,
        /// Where bills go, if not by mail.
        pub address: Option<Address>,
        /// Who brought them.
        pub invited_by: Option<Id<Self>>,
        /// Cents.
        pub balance: i64,
        /// Cents, as a plain number.
        #[serde(with = "lunora::number")]
        pub limit: i64,
    }

    /// What is paid for. Closes a comment: */ and goes on.
    #[data]
    #[derive(Debug, Clone, Copy)]
    pub enum Plan {
        /// Nothing.
        Free,
        /// Something.
        ProPlus,
    }

    /// A place.
    #[data]
    #[derive(Debug, Clone)]
    pub struct Address {
        /// Its city.
        pub city: String,
        /// Degrees.
        pub position: (f64, f64),
    }

    /// External tagging.
    #[data]
    #[derive(Debug, Clone)]
    pub enum External {
        Nothing,
        Text(String),
        Pair(String, u32),
        Point { x_axis: f64 },
    }

    /// Internal tagging.
    #[data]
    #[derive(Debug, Clone)]
    #[serde(tag = "type")]
    pub enum Payment {
        Cash,
        Card {
            /// The last four.
            last_digits: String,
        },
        Sent(Address),
    }

    /// Adjacent tagging.
    #[data]
    #[derive(Debug, Clone)]
    #[serde(tag = "kind", content = "value")]
    pub enum Adjacent {
        Off,
        Level(u8),
    }

    /// No tagging.
    #[data]
    #[derive(Debug, Clone)]
    #[serde(untagged)]
    pub enum Loose {
        Number(f64),
        Text(String),
        Full(Address),
    }

    /// Contains itself.
    #[data]
    #[derive(Debug, Clone)]
    pub struct Tree {
        pub label: String,
        pub branches: Vec<Tree>,
    }

    /// Everything else.
    #[data]
    #[derive(Debug, Clone)]
    pub struct Everything {
        pub flag: bool,
        pub small: u8,
        pub float: f32,
        pub large: u64,
        pub bytes: Bytes,
        pub nothing: (),
        pub anything: Value,
        pub counts: BTreeMap<String, i64>,
        pub list: Vec<Option<String>>,
        pub tree: Tree,
        #[serde(rename = "odd-name")]
        pub renamed: String,
        #[serde(default)]
        pub defaulted: u32,
        #[serde(default, with = "lunora::number")]
        pub maybe: u64,
    }

    /// Fields beside others.
    #[data]
    #[derive(Debug, Clone)]
    pub struct Flat {
        pub first: String,
        #[serde(flatten)]
        pub rest: BTreeMap<String, u32>,
    }

    /// Holds itself in a box.
    #[data]
    #[derive(Debug, Clone)]
    pub struct Chain {
        pub next: Option<Box<Chain>>,
    }

    /// Other names are one variant.
    #[data]
    #[derive(Debug, Clone)]
    pub enum Level {
        Low,
        #[serde(rename = "HIGH-est")]
        Highest,
        #[serde(untagged)]
        Other(i64),
    }

    /// A name for something else.
    #[data]
    #[derive(Debug, Clone)]
    #[serde(transparent)]
    pub struct Cents(pub i64);

    /// Documents that no function shows.
    #[table("visits")]
    #[derive(Debug, Clone)]
    pub struct Visit {
        pub at: Time,
    }

    /// A type that is called like one of ours.
    #[data]
    #[derive(Debug, Clone)]
    pub struct Record {
        pub record: String,
    }

    /// What only the server knows: `SECRET_DOCS`.
    #[table("secretAudits")]
    #[index(by_secret_subject(secret_subject))]
    #[derive(Debug, Clone)]
    pub struct SecretAudit {
        pub secret_subject: String,
        pub secret_plan: SecretPlan,
    }

    /// `SECRET_DOCS`
    #[data]
    #[derive(Debug, Clone)]
    pub enum SecretPlan {
        SecretVariant,
    }
}

/// Functions.
pub mod customers {
    use lunora::prelude::*;

    use super::schema::{Customer, Plan};

    /// Finds one.
    ///
    /// Gives `null` if there is none.
    #[query]
    pub async fn find(ctx: &QueryCtx, id: Id<Customer>) -> Result<Option<Doc<Customer>>> {
        ctx.db().get(id).await
    }

    /// All of them, a page at a time.
    #[query]
    pub async fn list_pages(
        ctx: &QueryCtx,
        plan: Option<Plan>,
        pagination_opts: PaginationOptions,
    ) -> Result<Page<Doc<Customer>>> {
        let _ = plan;
        ctx.db().query::<Customer>().paginate(pagination_opts).await
    }

    /// Adds one.
    #[mutation]
    pub async fn add(ctx: &mut MutationCtx, customer: Customer) -> Result<Id<Customer>> {
        ctx.db().insert(customer).await
    }

    /// Modules in modules.
    pub mod plans {
        use lunora::prelude::*;

        use super::super::schema::Plan;

        /// What there is.
        #[query(rename = "all")]
        pub async fn list(_ctx: &QueryCtx) -> Result<Vec<Plan>> {
            Ok(vec![Plan::Free, Plan::ProPlus])
        }

        /// Another type of this name, which comes first by the path of its function.
        #[data]
        #[derive(Debug, Clone)]
        pub struct Level {
            pub height: f64,
        }

        /// Says how high.
        #[query]
        pub async fn level(_ctx: &QueryCtx) -> Result<Level> {
            Ok(Level { height: 1.0 })
        }
    }
}

/// Values as they are.
pub mod values {
    use lunora::prelude::*;

    use std::time::Duration;

    use super::schema::{
        Adjacent, Cents, Chain, Everything, External, Flat, Level, Loose, Payment, Plan, Record, Visit,
    };

    /// Gives back what it gets.
    #[action]
    pub async fn everything(_ctx: &ActionCtx, value: Everything) -> Result<Everything> {
        Ok(value)
    }

    #[action]
    pub async fn external(_ctx: &ActionCtx, value: External) -> Result<External> {
        Ok(value)
    }

    #[action]
    pub async fn payment(_ctx: &ActionCtx, value: Payment) -> Result<Payment> {
        Ok(value)
    }

    #[action]
    pub async fn adjacent(_ctx: &ActionCtx, value: Adjacent) -> Result<Adjacent> {
        Ok(value)
    }

    #[action]
    pub async fn loose(_ctx: &ActionCtx, value: Loose) -> Result<Loose> {
        Ok(value)
    }

    #[action]
    pub async fn flat(_ctx: &ActionCtx, value: Flat) -> Result<Flat> {
        Ok(value)
    }

    /// Names and types of the unusual sort.
    #[action]
    pub async fn unusual(
        _ctx: &ActionCtx,
        r#type: Chain,
        when: Time,
        wait: Duration,
        level: Level,
        visit: Option<Id<Visit>>,
    ) -> Result<Vec<(Cents, Option<Plan>)>> {
        drop((r#type, when, wait, level, visit));
        Ok(Vec::new())
    }

    #[action]
    pub async fn record(_ctx: &ActionCtx, value: Record) -> Result<Record> {
        Ok(value)
    }
}

/// What no client may hear of.
pub mod secrets {
    use lunora::prelude::*;

    use super::schema::{SecretAudit, SecretPlan};

    /// `SECRET_DOCS`
    #[internal_query]
    pub async fn secret_query(
        ctx: &QueryCtx,
        secret_id: Id<SecretAudit>,
    ) -> Result<Option<Doc<SecretAudit>>> {
        ctx.db().get(secret_id).await
    }

    /// `SECRET_DOCS`
    #[internal_mutation]
    pub async fn secret_mutation(ctx: &mut MutationCtx, secret_plan: SecretPlan) -> Result<Id<SecretAudit>> {
        let secret_subject = String::new();
        ctx.db()
            .insert(SecretAudit {
                secret_subject,
                secret_plan,
            })
            .await
    }

    /// `SECRET_DOCS`
    #[internal_action]
    pub async fn secret_action(_ctx: &ActionCtx, secret_argument: String) -> Result<SecretPlan> {
        drop(secret_argument);
        Ok(SecretPlan::SecretVariant)
    }
}
