mod m {
    use lunora::prelude::*;

    #[derive(AppError)]
    pub enum Billing {
        Declined,
    }
}



fn main() {}
