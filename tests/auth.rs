//! `ctx.auth()`: who a function is called for, and who the functions are that it calls.

#![allow(unreachable_pub, reason = "an application is written as a library is")]

use lunora::{
    prelude::*,
    testing::{TestApp, TestIssuer},
};

/// The functions.
mod users {
    use std::collections::BTreeMap;

    use super::internal;
    use lunora::{__private::serde, prelude::*};

    /// Claims that the issuer of this application makes.
    #[derive(serde::Deserialize)]
    #[serde(crate = "serde")]
    struct Claims {
        org_id: String,
        #[serde(default)]
        roles: Vec<String>,
    }

    #[query]
    pub async fn me(ctx: &QueryCtx) -> Result<BTreeMap<String, String>> {
        let user = ctx.auth().require()?;
        let claims: Claims = user.claims()?;
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        Ok(BTreeMap::from([
            ("issuer".to_owned(), user.issuer.clone()),
            ("subject".to_owned(), user.subject.clone()),
            ("tokenIdentifier".to_owned(), user.token_identifier.clone()),
            ("givenName".to_owned(), text(user.given_name())),
            ("email".to_owned(), text(user.email())),
            (
                "verified".to_owned(),
                user.email_verified().unwrap_or(false).to_string(),
            ),
            ("org".to_owned(), claims.org_id),
            ("roles".to_owned(), claims.roles.join(",")),
        ]))
    }

    #[internal_query]
    pub async fn who(ctx: &QueryCtx) -> Result<Option<String>> {
        Ok(ctx.auth().identity().map(|user| user.token_identifier.clone()))
    }

    #[query]
    pub async fn from_query(ctx: &QueryCtx) -> Result<Option<String>> {
        ctx.run_query(internal::users::who()).await
    }

    #[mutation]
    pub async fn from_mutation(ctx: &mut MutationCtx) -> Result<Option<String>> {
        ctx.run_query(internal::users::who()).await
    }

    #[action]
    pub async fn from_action(ctx: &ActionCtx) -> Result<Vec<Option<String>>> {
        let own = ctx.auth().identity().map(|user| user.token_identifier.clone());
        Ok(vec![own, ctx.run_query(internal::users::who()).await?])
    }
}

lunora::app! { users::{me, who, from_query, from_mutation, from_action} }

const ADA: &str = "https://login.example|ada";

fn issuer() -> TestIssuer {
    TestIssuer::new("https://login.example", "my-app")
}

#[tokio::test]
async fn a_token_becomes_an_identity_that_functions_read() {
    let issuer = issuer();
    let test = TestApp::new(app().trust(issuer.trusted())).unwrap();
    let mut claims = issuer.claims("ada", test.clock().now(), std::time::Duration::from_hours(1));
    for (name, value) in [
        ("given_name", "Ada".into()),
        ("email", "ada@example.com".into()),
        ("email_verified", true.into()),
        ("org_id", "analytical".into()),
        ("roles", vec!["author", "editor"].into()),
    ] as [(&str, serde_json::Value); 5]
    {
        claims[name] = value;
    }
    let token = test
        .runtime()
        .tokens()
        .verify(&issuer.sign(&claims))
        .await
        .unwrap();
    let me = test
        .as_user(token.identity)
        .client()
        .query(api::users::me())
        .await
        .unwrap();
    for (name, value) in [
        ("issuer", "https://login.example"),
        ("subject", "ada"),
        ("tokenIdentifier", ADA),
        ("givenName", "Ada"),
        ("email", "ada@example.com"),
        ("verified", "true"),
        ("org", "analytical"),
        ("roles", "author,editor"),
    ] {
        assert_eq!(me[name], value, "{name}");
    }
}

#[tokio::test]
async fn whatever_a_function_calls_is_called_for_the_same_user() {
    let test = TestApp::new(app()).unwrap();
    let ada = Identity::new("https://login.example", "ada");
    for (user, expected) in [(Some(ada), Some(ADA.to_owned())), (None, None)] {
        let client = match user {
            Some(user) => test.as_user(user).client(),
            None => test.client(),
        };
        assert_eq!(client.query(api::users::from_query()).await.unwrap(), expected);
        assert_eq!(
            client.mutation(api::users::from_mutation()).await.unwrap(),
            expected
        );
        let both = vec![expected.clone(), expected];
        assert_eq!(client.action(api::users::from_action()).await.unwrap(), both);
    }
}

#[tokio::test]
async fn a_client_who_is_nobody_is_told_so() {
    let client = TestApp::new(app()).unwrap().client();
    let refused = client.query(api::users::me()).await.unwrap_err();
    let data = refused.app_data().unwrap();
    assert_eq!(
        data.as_object().unwrap().get("code").unwrap().as_str(),
        Some("unauthenticated")
    );
}

#[tokio::test]
async fn claims_that_are_not_as_the_struct_says_are_the_servers_business() {
    let test = TestApp::new(app()).unwrap();
    let ada = Identity::new("https://login.example", "ada");
    let refused = test
        .as_user(ada)
        .client()
        .query(api::users::me())
        .await
        .unwrap_err();
    assert!(
        refused.app_data().is_none() && !refused.to_string().contains("org_id"),
        "{refused}"
    );
}
