mod m {
    use lunora::prelude::*;

    #[data(rename = "x")]
    pub struct Row {}
}



fn main() {}
