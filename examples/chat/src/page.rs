//! The page, as `npm run build` makes it of what is in `web`.

use lunora::Asset;

/// The files of the page. They are part of the program.
pub const ASSETS: &[Asset] = &[
    Asset::new("/index.html", include_bytes!("../dist/index.html")),
    Asset::new("/app.js", include_bytes!("../dist/app.js")),
    Asset::new("/app.css", include_bytes!("../dist/app.css")),
    Asset::new("/icon.svg", include_bytes!("../dist/icon.svg")),
];
