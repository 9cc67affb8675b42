use lunora::prelude::*;

#[data]
pub enum Billing {
    Declined,
}

fn tell<E: AppError>(error: E) {
    drop(error);
}

fn main() {
    tell(Billing::Declined);
}
