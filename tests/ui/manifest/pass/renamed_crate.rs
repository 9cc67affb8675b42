extern crate lunora as my_lunora;
mod lunora {}

mod m {
    use my_lunora::prelude::*;

    #[query(crate = my_lunora)]
    pub async fn f(_ctx: &QueryCtx, row: Part) -> Result<Part> {
        Ok(row)
    }

    #[data(crate = my_lunora)]
    #[derive(AppError)]
    #[app_error(crate = my_lunora)]
    pub struct Part {
        pub text: String,
    }

    #[table("rows", crate = my_lunora)]
    #[index(by_text(part.text))]
    pub struct Row {
        pub part: Part,
    }
}

my_lunora::app! {
    crate = my_lunora;
    m::{f, Row},
}

fn main() {
    let _ = m::Row::by_text().eq("x");
    let _ = app();
}
