//! A program that is no part of the shop, and calls it over the network by what `codegen rust` has written.

#[rustfmt::skip]
mod api;

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    time::{SystemTime, UNIX_EPOCH},
};

use lunora::{Time, testing::TestIssuer};
use lunora_client::{AppError, CallError, Client, Result, data};
use tempfile::TempDir;

/// What the shop may answer instead of a result.
#[data(crate = lunora_client)]
#[derive(Debug, Clone, PartialEq, AppError)]
#[app_error(crate = lunora_client)]
#[serde(tag = "code")]
pub enum Refusal {
    /// There are fewer than that.
    OutOfStock {
        /// How many there are.
        left: u32,
    },
}

/// Buys as many as are there, up to `wanted`.
async fn buy(client: &Client, wanted: u32) -> Result<u32> {
    let call = |quantity| {
        let address = api::Address {
            street: "Dorset Street 1".to_owned(),
            city: "London".to_owned(),
        };
        api::purchases::buy("mug".to_owned(), quantity, address)
    };
    let Err(error) = client.mutation(call(wanted)).await else {
        return Ok(wanted);
    };
    match error.app() {
        Some(Refusal::OutOfStock { left }) => client.mutation(call(left)).await.map(|_| left),
        None => Err(error),
    }
}

#[tokio::test]
async fn what_is_generated_calls_the_shop() -> Result<()> {
    let shop = Shop::start();
    let client = Client::new(&shop.url)?;
    let mut mugs = client.watch(api::products::list("kitchen".to_owned()))?;
    assert_eq!(mugs.next().await.expect("it goes on")?[0].stock, 3);

    let token = shop.token("ada");
    client.set_auth(move |_request| {
        let token = token.clone();
        async { Ok(Some(token)) }
    });
    assert_eq!(buy(&client, 5).await?, 3);
    assert_eq!(mugs.next().await.expect("it goes on")?[0].stock, 0);
    Ok(())
}

#[tokio::test]
async fn a_token_that_nobody_trusts_ends_calls() -> Result<()> {
    let shop = Shop::start();
    let client = Client::new(&shop.url)?;
    client.set_auth(|_request| async { Ok(Some("no token".to_owned())) });
    let error = buy(&client, 1).await.unwrap_err();
    assert!(
        matches!(error.downcast_ref(), Some(CallError::Unauthenticated(_))),
        "{error}"
    );
    Ok(())
}

#[test]
fn the_generated_file_is_up_to_date() {
    let [file] = &lunora::codegen::rust(&shop::app())[..] else {
        panic!("it is one file");
    };
    expect_test::expect_file!["api.rs"].assert_eq(&file.text);
}

/// The shop as a process, with three mugs.
struct Shop {
    child: Child,
    url: String,
    issuer: TestIssuer,
    directory: TempDir,
}

impl Shop {
    fn start() -> Self {
        let directory = TempDir::new().expect("there is room for a directory");
        let issuer = TestIssuer::new("https://login.example.com", "shop");
        let keys = directory.path().join("keys.json");
        std::fs::write(&keys, issuer.jwks()).expect("it can be written");
        let mut child = Command::new(env!("CARGO_BIN_EXE_shop"))
            .args(["serve", "--addr", "127.0.0.1:0", "--trust"])
            .arg(format!(
                "issuer=https://login.example.com,audience=shop,jwks={}",
                keys.display()
            ))
            .current_dir(directory.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let mut line = String::new();
        let mut lines = BufReader::new(child.stdout.take().expect("it is piped"));
        lines.read_line(&mut line).expect("it prints text");
        let (_, url) = line.trim().rsplit_once(' ').expect("it prints where it listens");
        let shop = Self {
            child,
            url: url.to_owned(),
            issuer,
            directory,
        };
        shop.run(
            "products:add",
            r#"{"sku":"mug","category":"kitchen","price":900}"#,
        );
        shop.run("products:restock", r#"{"sku":"mug","count":3}"#);
        shop
    }

    fn run(&self, function: &str, args: &str) {
        let mut run = Command::new(env!("CARGO_BIN_EXE_shop"));
        run.args(["run", function, args])
            .current_dir(self.directory.path());
        let output = run.output().expect("the program starts");
        assert!(output.status.success(), "{output:?}");
    }

    fn token(&self, user: &str) -> String {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .expect("it is past 1970");
        self.issuer
            .token(user, Time::from_millis(now.as_secs_f64() * 1000.0))
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
