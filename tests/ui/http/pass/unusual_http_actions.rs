//! HTTP actions in every spelling that is allowed.
#![deny(warnings)]

use lunora as renamed;

mod m {
    use super::renamed;
    use super::renamed::{ActionCtx, http};

    pub type Answer = renamed::Result<http::Response>;

    macro_rules! page {
        ($name:ident, $path:literal) => {
            #[renamed::http_action(GET, $path, crate = super::renamed)]
            pub async fn $name(_: &ActionCtx, _: http::Request) -> Answer {
                Ok(http::Response::empty())
            }
        };
    }

    page!(first, "/first");
    page!(second, "/second");

    #[renamed::http_action(OPTIONS, "/{*all}", crate = super::renamed)]
    async fn r#type(_ctx: &ActionCtx, mut request: http::Request) -> self::Answer {
        let size = request.bytes().await?.len();
        Ok(http::Response::text(format!("{size}")))
    }

    #[renamed::http_action(PUT, "/std", crate = super::renamed)]
    pub(crate) async fn number(
        _ctx: &ActionCtx,
        request: http::Request,
    ) -> Result<http::Response, std::num::ParseIntError> {
        let number: i64 = request.header("x").unwrap_or_default().parse()?;
        Ok(http::Response::json(&number))
    }
}

lunora::app! {
    m::{first, second, r#type, number},
}

fn main() {
    let _ = app();
}
