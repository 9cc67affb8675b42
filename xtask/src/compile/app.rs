//! The three applications, from one text.

use std::{fs, io, path::Path};

/// One module with its ten functions and two tables; lines below `//# a b` belong to the variants named there.
const MODULE: &str = include_str!("module.rs.in");
/// What the two others have for a database.
const STORE: &str = include_str!("store.rs.in");

/// What the modules are about.
const NOUNS: [(&str, &str); 30] = [
    ("Order", "orders"),
    ("Invoice", "invoices"),
    ("Basket", "baskets"),
    ("Booking", "bookings"),
    ("Claim", "claims"),
    ("Contract", "contracts"),
    ("Coupon", "coupons"),
    ("Delivery", "deliveries"),
    ("Deposit", "deposits"),
    ("Dispute", "disputes"),
    ("Estimate", "estimates"),
    ("Favor", "favors"),
    ("Gift", "gifts"),
    ("Grant", "grants"),
    ("Lease", "leases"),
    ("Loan", "loans"),
    ("Offer", "offers"),
    ("Payout", "payouts"),
    ("Permit", "permits"),
    ("Pledge", "pledges"),
    ("Purchase", "purchases"),
    ("Receipt", "receipts"),
    ("Refund", "refunds"),
    ("Rental", "rentals"),
    ("Repair", "repairs"),
    ("Return", "returns"),
    ("Shipment", "shipments"),
    ("Ticket", "tickets"),
    ("Transfer", "transfers"),
    ("Voucher", "vouchers"),
];

/// The module that is changed between two checks.
const CHANGED: (&str, &str) = NOUNS[NOUNS.len() / 2];

const HANDLERS: [&str; 6] = ["list", "get", "waiting", "create", "advance", "refresh"];

/// One way to write the application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Variant {
    /// With our attributes.
    Lunora,
    /// With none.
    Plain,
    /// For axum, with serde.
    Axum,
}

impl Variant {
    pub(super) const ALL: [Self; 3] = [Self::Lunora, Self::Plain, Self::Axum];

    /// As the template and the table of results call it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Lunora => "lunora",
            Self::Plain => "plain",
            Self::Axum => "axum",
        }
    }

    /// Name of its package.
    pub(super) fn package(self) -> String {
        format!("compiled-{}", self.name())
    }

    const fn dependencies(self) -> &'static str {
        match self {
            Self::Lunora => "lunora.workspace = true\n",
            Self::Plain => "store.workspace = true\n",
            Self::Axum => {
                "axum.workspace = true\nserde.workspace = true\nstore.workspace = true\ntokio.workspace = true\n"
            }
        }
    }

    fn library(self) -> String {
        let modules: Vec<_> = NOUNS
            .iter()
            .map(|(_, module)| format!("pub mod {module};\n"))
            .collect();
        modules.concat() + &self.list()
    }

    /// What brings the functions together.
    fn list(self) -> String {
        match self {
            Self::Plain => String::new(),
            Self::Lunora => {
                let entry = |(table, module): &(&str, &str)| {
                    let functions = HANDLERS.join(", ");
                    format!(
                        "    {module}::{{{table}, {table}Line, {functions}, find, recount, sweep, export}},\n"
                    )
                };
                format!(
                    "\nlunora::app! {{\n{}}}\n",
                    NOUNS.iter().map(entry).collect::<String>()
                )
            }
            Self::Axum => {
                let route = |module: &str, handler: &str| {
                    format!(
                        "        .route(\"/{module}/{handler}\", axum::routing::post({module}::{handler}))\n"
                    )
                };
                let routes = NOUNS
                    .iter()
                    .flat_map(|(_, module)| HANDLERS.iter().map(move |handler| route(module, handler)));
                format!(
                    "\npub fn app() -> axum::Router {{\n    axum::Router::new()\n{}        .with_state(store::Server::default())\n}}\n",
                    routes.collect::<String>()
                )
            }
        }
    }

    const fn program(self) -> &'static str {
        match self {
            Self::Lunora => {
                "fn main() -> std::process::ExitCode {\n    lunora::main(compiled_lunora::app())\n}\n"
            }
            Self::Plain => "fn main() {}\n",
            Self::Axum => {
                "#[tokio::main]\nasync fn main() -> std::io::Result<()> {\n    \
                 let listener = tokio::net::TcpListener::bind(\"127.0.0.1:0\").await?;\n    \
                 axum::serve(listener, compiled_axum::app()).await\n}\n"
            }
        }
    }

    fn module(self, noun: (&str, &str), edition: usize) -> String {
        let mut mine = true;
        let mut text = String::new();
        for line in MODULE.lines() {
            if let Some(variants) = line.strip_prefix("//# ") {
                mine = variants
                    .split(' ')
                    .any(|variant| variant == "all" || variant == self.name());
            } else if mine {
                text.push_str(line);
                text.push('\n');
            }
        }
        let (table, module) = noun;
        text.replace("Order", table)
            .replace("orders::", &format!("{module}::"))
            .replace("\"orders\"", &format!("\"{module}\""))
            .replace("\"order_lines\"", &format!("\"{module}_lines\""))
            .replace("clamp(1, 100)", &format!("clamp(1, {})", 100 + edition))
    }

    /// Writes the application below `root`.
    fn write(self, root: &Path) -> io::Result<()> {
        let manifest = format!(
            "[package]\nname = \"{}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n{}",
            self.package(),
            self.dependencies()
        );
        let package = root.join(self.name());
        file(&package.join("Cargo.toml"), &manifest)?;
        file(&package.join("src/lib.rs"), &self.library())?;
        file(&package.join("src/main.rs"), self.program())?;
        for noun in NOUNS {
            let path = format!("src/{}.rs", noun.1);
            file(&package.join(path), &self.module(noun, 0))?;
        }
        Ok(())
    }

    /// Changes a number in one body of one module.
    pub(super) fn change(self, root: &Path, edition: usize) -> io::Result<()> {
        let path = root.join(self.name()).join(format!("src/{}.rs", CHANGED.1));
        file(&path, &self.module(CHANGED, edition))
    }
}

/// Writes all three, and the crate that two of them share.
pub(super) fn write(root: &Path) -> io::Result<()> {
    let manifest = fs::read_to_string("Cargo.toml")?;
    file(&root.join("Cargo.toml"), &workspace(&manifest))?;
    fs::copy("Cargo.lock", root.join("Cargo.lock"))?;
    file(
        &root.join("store/Cargo.toml"),
        "[package]\nname = \"store\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\naxum.workspace = true\nserde.workspace = true\n",
    )?;
    file(&root.join("store/src/lib.rs"), STORE)?;
    Variant::ALL.iter().try_for_each(|variant| variant.write(root))
}

/// The applications take what they need from the versions of this workspace.
fn workspace(manifest: &str) -> String {
    let version = |name: &str| {
        let line = manifest
            .lines()
            .find(|line| line.starts_with(&format!("{name} = ")));
        line.unwrap_or_default().to_owned()
    };
    format!(
        "[workspace]\nmembers = [\"lunora\", \"plain\", \"axum\", \"store\"]\nresolver = \"3\"\n\n\
         [workspace.dependencies]\nlunora = {{ path = \"../..\" }}\nstore = {{ path = \"store\" }}\n\
         axum = {{ version = \"0.8\", default-features = false, features = [\"http1\", \"json\", \"tokio\"] }}\n{}\n{}\n\n\
         [profile.dev.package.redb]\nopt-level = 1\n",
        version("serde"),
        "tokio = { version = \"1\", default-features = false, features = [\"rt-multi-thread\", \"net\", \"macros\"] }",
    )
}

fn file(path: &Path, text: &str) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(path, text)
}
