mod m {
    use lunora::prelude::*;

    pub trait Rows {
        #[query]
        async fn f(&self) -> Result<()>;
    }
}



fn main() {}
