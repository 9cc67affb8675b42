mod m {
    use lunora::prelude::*;

    #[table("rows")]
    pub struct Row {
        pub a: String,
        #[serde(rename = "started")]
        pub b: std::time::Instant,
    }
}

lunora::app! { m::Row }

fn main() {
    let _ = m::Row::patch();
}
