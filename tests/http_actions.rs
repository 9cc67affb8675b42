//! HTTP actions, as the requests of a test see them.

use lunora::{
    Identity,
    http::{Method, StatusCode},
    prelude::*,
    testing::{TestApp, TestIssuer, TestResponse},
};
use serde_json::{Value as Json, json};

#[allow(
    unreachable_pub,
    missing_docs,
    missing_debug_implementations,
    reason = "an application as users write it, in a test"
)]
mod web {
    use std::collections::BTreeMap;

    use lunora::{http::Webhook, prelude::*};

    use crate::internal;

    #[table("events")]
    pub struct Event {
        pub name: String,
    }

    #[data]
    pub struct Place {
        pub account_id: i64,
        pub file: String,
    }

    #[data]
    pub struct Filter {
        pub tag: Vec<String>,
        pub limit: Option<u32>,
    }

    #[http_action(GET, "/accounts/{accountId}/files/{*file}")]
    pub async fn file(_ctx: &ActionCtx, request: Request) -> Result<Response> {
        let place: Place = request.path()?;
        Ok(Response::json(&(place.account_id, place.file)))
    }

    #[http_action(GET, "/pair/{a}/{b}")]
    pub async fn pair(_ctx: &ActionCtx, request: Request) -> Result<Response> {
        let (a, b): (String, u8) = request.path()?;
        Ok(Response::text(format!("{a} {b}")))
    }

    #[http_action(GET, "/mistaken/{a}")]
    pub async fn mistaken(_ctx: &ActionCtx, request: Request) -> Result<Response> {
        let place: Place = request.path()?;
        Ok(Response::text(place.file))
    }

    #[http_action(GET, "/search")]
    pub async fn search(_ctx: &ActionCtx, request: Request) -> Result<Response> {
        let filter: Filter = request.query()?;
        Ok(Response::json(&(filter.tag, filter.limit)))
    }

    #[http_action(POST, "/events")]
    pub async fn add(ctx: &ActionCtx, mut request: Request) -> Result<Response> {
        let event: Event = request.json().await?;
        ctx.run_mutation(internal::web::insert(event.name)).await?;
        let count = ctx.run_query(internal::web::count()).await?;
        Ok(Response::json(&count).status(201))
    }

    #[internal_mutation]
    pub async fn insert(ctx: &mut MutationCtx, name: String) -> Result<()> {
        if name.is_empty() {
            return Err(Error::app("a name is needed").with_status(422));
        }
        ctx.db().insert(Event { name }).await.map(drop)
    }

    #[internal_query]
    pub async fn count(ctx: &QueryCtx) -> Result<i64> {
        Ok(i64::try_from(ctx.db().query::<Event>().count().await?)?)
    }

    #[http_action(GET, "/who")]
    pub async fn who(ctx: &ActionCtx, _: Request) -> Result<Response> {
        let user = ctx.auth().identity().map(|user| user.token_identifier.clone());
        Ok(Response::json(&user))
    }

    #[query]
    pub async fn me(ctx: &QueryCtx) -> Result<Option<String>> {
        Ok(ctx.auth().identity().map(|user| user.token_identifier.clone()))
    }

    #[http_action(POST, "/echo")]
    pub async fn echo(_ctx: &ActionCtx, request: Request) -> Result<Response> {
        Ok(Response::stream(request.into_body()).status(202))
    }

    #[http_action(GET, "/fail/{how}")]
    pub async fn fail(_ctx: &ActionCtx, request: Request) -> Result<Response> {
        match request.path::<String>()?.as_str() {
            "app" => Err(Error::app(BTreeMap::from([("code", 7_i64)]))),
            "missing" => Err(Error::not_found("file")),
            "odd" => Err(Error::app("odd").with_status(204)),
            "panic" => panic!("a secret"),
            "header" => Ok(Response::text("").header("x", "a\nb")),
            "status" => Ok(Response::text("").status(199)),
            _ => Err(Error::internal("a secret")),
        }
    }

    #[http_action(POST, "/hook")]
    pub async fn hook(ctx: &ActionCtx, mut request: Request) -> Result<Response> {
        let body = Webhook::stripe("whsec").verify(ctx, &mut request).await?;
        Ok(Response::bytes(body))
    }

    #[http_action(GET, "/{*all}")]
    pub async fn all(_ctx: &ActionCtx, request: Request) -> Result<Response> {
        Ok(Response::text(request.path::<String>()?))
    }

    #[http_action(DELETE, "/")]
    pub async fn root(_ctx: &ActionCtx, _: Request) -> Result<Response> {
        Ok(Response::empty())
    }
}

lunora::app! {
    web::{Event, file, pair, mistaken, search, add, insert, count, who, me, echo, fail, hook, all, root},
}

fn test_app() -> TestApp {
    TestApp::new(app()).unwrap()
}

async fn get(address: &str) -> TestResponse {
    test_app().http(Method::GET, address).send().await.unwrap()
}

/// Status and JSON of an answer.
fn shown(response: &TestResponse) -> (u16, Json) {
    let json = response
        .json()
        .unwrap_or_else(|error| panic!("{error}: {response:?}"));
    (response.status(), json)
}

async fn refused(address: &str) -> (u16, String) {
    let (status, json) = shown(&get(address).await);
    assert!(json["code"].is_string(), "{json}");
    (status, json["message"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn the_path_has_types() {
    let file = get("/accounts/7/files/a/b%20c").await;
    assert_eq!(shown(&file), (200, json!([7, "a/b c"])));
    assert_eq!(file.header("content-type"), Some("application/json"));
    assert_eq!(get("/pair/x/255").await.text().unwrap(), "x 255");
    let (status, message) = refused("/accounts/seven/files/a").await;
    assert_eq!(
        (status, &*message),
        (
            400,
            r#"In the path, accountId: expected an integer, found "seven"."#
        )
    );
    assert_eq!(refused("/pair/x/256").await.0, 400);
}

#[tokio::test]
async fn a_type_that_the_route_does_not_have_is_the_programs_mistake() {
    let (status, message) = refused("/mistaken/x").await;
    assert_eq!(status, 500);
    assert!(message.ends_with("] Server Error"), "{message}");
}

#[tokio::test]
async fn the_query_string_has_types() {
    let found = get("/search?tag=a&tag=b+c&limit=3").await;
    assert_eq!(shown(&found), (200, json!([["a", "b c"], 3])));
    let (status, message) = refused("/search?tag=a&limit=-1").await;
    assert_eq!(
        (status, &*message),
        (
            400,
            r#"In the query string, limit: expected an integer from 0 on, found "-1"."#
        )
    );
}

#[tokio::test]
async fn the_body_has_a_type() {
    let app = test_app();
    let add = |body: Json| app.http(Method::POST, "/events").json(&body).send();
    assert_eq!(shown(&add(json!({"name": "a"})).await.unwrap()), (201, json!(1)));
    assert_eq!(shown(&add(json!({"name": "b"})).await.unwrap()), (201, json!(2)));
    let (status, problem) = shown(&add(json!({"name": 5})).await.unwrap());
    assert_eq!(
        (status, &problem["code"]),
        (400, &json!("InvalidJson")),
        "{problem}"
    );
    let plain = app.http(Method::POST, "/events").body(r#"{"name":"c"}"#);
    let (status, problem) = shown(&plain.header("content-type", "text/plain").send().await.unwrap());
    assert_eq!((status, &problem["code"]), (415, &json!("UnsupportedMediaType")));
    assert_eq!(app.run("web:count", json!({})).await.unwrap(), Value::from(2_i64));
}

#[tokio::test]
async fn application_errors_are_answers() {
    for (how, status, data) in [
        ("app", 400, json!({"code": 7})),
        ("missing", 404, json!({"code": "notFound", "what": "file"})),
        // A status that would say that all is well is not one for an error.
        ("odd", 400, json!("odd")),
    ] {
        assert_eq!(
            shown(&get(&format!("/fail/{how}")).await),
            (status, data),
            "{how}"
        );
    }
    let nameless = test_app()
        .http(Method::POST, "/events")
        .json(&json!({"name": ""}));
    assert_eq!(
        shown(&nameless.send().await.unwrap()),
        (422, json!("a name is needed"))
    );
}

#[tokio::test]
async fn everything_else_is_for_the_log() {
    for how in ["panic", "header", "status", "other"] {
        let answer = get(&format!("/fail/{how}")).await;
        let (status, problem) = shown(&answer);
        assert_eq!(
            (status, &problem["code"]),
            (500, &json!("InternalServerError")),
            "{how}"
        );
        let message = problem["message"].as_str().unwrap();
        assert!(
            message.starts_with("[Request ID: ") && message.ends_with("] Server Error"),
            "{message}"
        );
    }
}

#[tokio::test]
async fn bodies_stream_through() {
    let body = "x".repeat(1 << 20);
    let echo = test_app()
        .http(Method::POST, "/echo")
        .body(body.clone())
        .send()
        .await
        .unwrap();
    assert_eq!((echo.status(), echo.text().unwrap()), (202, &*body));
}

#[tokio::test]
async fn methods_of_a_path() {
    let app = test_app();
    let ask = |method, path: &'static str| app.http(method, path).send();
    let put = ask(Method::PUT, "/events").await.unwrap();
    assert_eq!((put.status(), put.header("allow")), (405, Some("GET,HEAD,POST")));
    let head = ask(Method::HEAD, "/who").await.unwrap();
    assert_eq!((head.status(), head.text().unwrap()), (200, ""));
    assert_eq!(ask(Method::DELETE, "/").await.unwrap().status(), 200);
    let post = ask(Method::POST, "/").await.unwrap();
    assert_eq!(
        (post.status(), post.header("allow")),
        (405, Some("DELETE,GET,HEAD"))
    );
    assert_eq!(
        get("/events").await.text().unwrap(),
        "events",
        "the catch-all has GET"
    );
    for under_api in ["/api/query/x", "/api", "//api/x", "/%61pi/query", "/x/../api"] {
        let answer = ask(Method::GET, under_api).await.unwrap();
        assert_eq!(answer.status(), StatusCode::NOT_FOUND.as_u16(), "{under_api}");
    }
}

#[tokio::test]
async fn routes_of_the_server_come_first() {
    let app = test_app();
    let ask = |method, path: &'static str| app.http(method, path).header("origin", "https://a.example");
    let health = ask(Method::GET, "/health").send().await.unwrap();
    assert_eq!((health.status(), health.text().unwrap()), (200, "ok\n"));
    let post = ask(Method::POST, "/health").send().await.unwrap();
    assert_eq!((post.status(), post.header("allow")), (405, Some("GET,HEAD")));
    let sync = ask(Method::GET, "/api/sync").send().await.unwrap();
    assert_eq!(sync.status(), 426, "a socket needs a network");

    let call = ask(Method::POST, "/api/query").json(&json!({ "path": "web:me", "args": {} }));
    let called = call.send().await.unwrap();
    assert_eq!(
        called.header("access-control-allow-origin"),
        Some("https://a.example")
    );
    assert_eq!(called.json::<Json>().unwrap()["value"], Json::Null);
    let asked = ask(Method::OPTIONS, "/api/query").send().await.unwrap();
    assert_eq!(asked.status(), 200);
    assert_eq!(
        asked.header("access-control-allow-origin"),
        Some("https://a.example")
    );
    let who = ask(Method::GET, "/who").send().await.unwrap();
    let said = who.header("access-control-allow-origin");
    assert_eq!(said, None, "that is the application's own business");

    let hidden = ask(Method::POST, "/api/query").json(&json!({ "path": "web:count", "args": {} }));
    let hidden = hidden.send().await.unwrap().json::<Json>().unwrap();
    let message = hidden["errorMessage"].as_str().unwrap();
    assert!(
        message.ends_with("Could not find public function for 'web:count'."),
        "{hidden}"
    );
}

#[tokio::test]
async fn calls_by_http_are_made_for_a_user_or_who_a_token_vouches_for() {
    let issuer = TestIssuer::new("https://login.example", "app");
    let app = TestApp::new(app().trust(issuer.trusted())).unwrap();
    let eva = app.as_user(Identity::new("https://login.example", "eva"));
    let token = issuer.token("ada", app.clock().now());
    let (me, query) = (json!({ "path": "web:me", "args": {} }), "/api/query");
    let batch = json!({ "queries": [me] });
    let value = async |app: &TestApp, authorization: Option<&str>| {
        let with_token = |path, body: &Json| match authorization {
            Some(authorization) => app
                .http(Method::POST, path)
                .header("authorization", authorization)
                .json(body),
            None => app.http(Method::POST, path).json(body),
        };
        let one = with_token(query, &me)
            .send()
            .await
            .unwrap()
            .json::<Json>()
            .unwrap();
        let many = with_token("/api/query_batch", &batch)
            .send()
            .await
            .unwrap()
            .json::<Json>()
            .unwrap();
        assert_eq!(many["results"][0]["value"], one["value"], "{many}");
        one["value"].clone()
    };
    assert_eq!(value(&app, None).await, Json::Null);
    let bearer = format!("Bearer {token}");
    assert_eq!(value(&app, Some(&bearer)).await, "https://login.example|ada");
    assert_eq!(value(&eva, None).await, "https://login.example|eva");
    assert_eq!(value(&eva, Some(&bearer)).await, "https://login.example|eva");
    let refused = app
        .http(Method::POST, query)
        .header("authorization", "Bearer x")
        .json(&me)
        .send()
        .await;
    assert_eq!(refused.unwrap().status(), 401);
}

#[tokio::test]
async fn the_user_is_the_one_of_a_valid_token() {
    let issuer = TestIssuer::new("https://login.example", "app");
    let app = TestApp::new(app().trust(issuer.trusted())).unwrap();
    let who = async |authorization: String| {
        let answer = app
            .http(Method::GET, "/who")
            .header("authorization", authorization)
            .send()
            .await;
        shown(&answer.unwrap())
    };
    let token = issuer.token("ada", app.clock().now());
    assert_eq!(
        who(format!("Bearer {token}")).await,
        (200, json!("https://login.example|ada"))
    );
    let stranger = TestIssuer::new("https://login.example", "app").token("ada", app.clock().now());
    for other in [
        format!("Bearer {stranger}"),
        "Basic YTpi".to_owned(),
        "Convex key".to_owned(),
        "x".to_owned(),
    ] {
        assert_eq!(who(other).await, (200, json!(null)));
    }
    let ada = app.as_user(Identity::new("https://login.example", "eva"));
    let answer = ada.http(Method::GET, "/who").send().await.unwrap();
    assert_eq!(shown(&answer), (200, json!("https://login.example|eva")));
}

#[tokio::test]
async fn a_webhook_is_read_only_with_its_signature() {
    let app = test_app();
    let hook = async |signature: &str, body: &'static str| {
        let request = app
            .http(Method::POST, "/hook")
            .header("stripe-signature", signature);
        request.body(body).send().await.unwrap()
    };
    app.clock().set(Time::from_millis(1_700_000_000_000.0));
    // printf '1700000000.{"id":"evt_1"}' | openssl dgst -sha256 -hmac whsec
    let right = "t=1700000000,v1=e7e846cdb96220c3674ade89e534304fc91f6f15064facee1e7a7096f5f57f62";
    let body = r#"{"id":"evt_1"}"#;
    assert_eq!(hook(right, body).await.text().unwrap(), body);
    let (status, problem) = shown(&hook(right, r#"{"id":"evt_2"}"#).await);
    assert_eq!((status, &problem["code"]), (401, &json!("InvalidSignature")));
    app.clock().advance(std::time::Duration::from_secs(301));
    assert_eq!(hook(right, body).await.status(), 401);
    let unsigned = app.http(Method::POST, "/hook").body(body).send().await.unwrap();
    assert_eq!(unsigned.status(), 401);
}

#[test]
fn the_tokens_of_a_name_that_is_no_function_are_refused_as_missing() {
    let app = test_app();
    let tokio = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    for name in ["web:hook", "web:who", "web:nothing"] {
        let error = tokio.block_on(app.run(name, json!({}))).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("Could not find function for '{name}'.")
        );
        let sent = tokio.block_on(app.client().send(name, None, lunora::Object::default()));
        let expected = format!("Could not find public function for '{name}'.");
        assert_eq!(sent.unwrap_err().to_string(), expected);
    }
}
