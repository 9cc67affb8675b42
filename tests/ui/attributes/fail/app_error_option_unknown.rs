mod m {
    use lunora::prelude::*;

    #[data]
    #[derive(AppError)]
    #[app_error(code = 5)]
    pub enum Billing {
        Declined,
    }
}

lunora::app! {}

fn main() {}
