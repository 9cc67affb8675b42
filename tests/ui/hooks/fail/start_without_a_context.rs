mod m {
    use lunora::prelude::*;

    #[on_start]
    pub async fn hook() -> Result<()> {
        Ok(())
    }
}

lunora::app! { m::hook }

fn main() {}
