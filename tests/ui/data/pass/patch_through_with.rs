mod m {
    use lunora::prelude::*;

    #[table("accounts")]
    pub struct Account {
        #[serde(with = "lunora::number")]
        pub balance: i64,
        pub r#type: String,
        pub note: Option<String>,
    }
}

lunora::app! { m::Account }

fn main() {
    let patch = m::Account::patch().balance(5).r#type("x".to_owned()).note(None).unset_note();
    let patch: lunora::Patch<m::Account> = lunora::IntoPatch::into_patch(patch);
    let changes = patch.into_changes().unwrap();
    assert_eq!(changes[0], ("balance", Some(lunora::Value::Float64(5.0))));
    assert_eq!(changes[3], ("note", None));
}
