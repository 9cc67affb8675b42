//! TypeScript for the npm client `convex`: `api.js`, which is its untyped `anyApi`, and `api.d.ts`, which types it.

mod declarations;
mod docs;
mod types;

use self::{declarations::Declarations, types::Types};
use super::GeneratedFile;
use crate::functions::{App, PublicInterface};

/// `api.js` and `api.d.ts` for the public functions of `app`.
///
/// ```ignore
/// for file in lunora::codegen::typescript(&my_app::app()) {
///     std::fs::write(out.join(file.name), file.text)?;
/// }
/// ```
pub fn typescript(app: &App) -> Vec<GeneratedFile> {
    let interface = PublicInterface::of(app);
    let declarations = Declarations::new(Types::new(&interface), interface.functions());
    vec![
        GeneratedFile {
            name: "api.d.ts",
            text: format!("{HEADER}\n{}", declarations.text()),
        },
        GeneratedFile {
            name: "api.js",
            text: format!("{HEADER}\n{SCRIPT}"),
        },
    ]
}

const HEADER: &str = "\
/* eslint-disable */
// The public functions of this application, written by its command `codegen typescript`. Changes here are lost.
";

/// References are names, and `anyApi` makes one of whatever is asked of it; what there is to ask stands in the types.
const SCRIPT: &str = r#"import { anyApi } from "convex/server";

/** References to the public functions, for `useQuery`, `useMutation` and the like. */
export const api = anyApi;
"#;
