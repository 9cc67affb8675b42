mod m {
    use lunora::prelude::*;

    #[data]
    #[serde(tag = "type")]
    pub enum Started {
        Now { at: std::time::Instant },
        Never,
    }
}

lunora::app! {}

fn main() {}
