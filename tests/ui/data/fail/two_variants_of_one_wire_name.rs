mod m {
    use lunora::prelude::*;

    #[data]
    pub enum Choice {
        A,
        #[serde(rename = "a")]
        B,
    }
}

fn main() {}
