mod m {
    use lunora::prelude::*;

    #[data]
    #[derive(Debug, PartialEq, AppError)]
    #[serde(tag = "code")]
    pub enum Billing {
        Declined,
        Limit { cents: i64 },
    }

    #[query]
    pub async fn f(_ctx: &QueryCtx, text: String) -> Result<i64> {
        if text.is_empty() {
            Err(Billing::Declined)?;
        }
        Ok(text.parse()?)
    }
}

lunora::app! { m::f }

fn main() {
    let error: lunora::Error = m::Billing::Limit { cents: 5 }.into();
    assert_eq!(error.app::<m::Billing>(), Some(m::Billing::Limit { cents: 5 }));
}
