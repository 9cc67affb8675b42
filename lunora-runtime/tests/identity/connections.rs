//! How long somebody is who they are, for those who are let in for longer than one request.

use std::{
    pin::pin,
    sync::Arc,
    task::{Context, Waker},
    time::Duration,
};

use lunora_core::identity::Identity;
use lunora_runtime::{
    functions::{
        AuthError, Authenticated, CallError, CallRequest, Caller, Credential, Ended, EngineOptions,
        InvalidToken, KeyManager, MissingScope, RequestId, Runtime, Scope, Validity,
    },
    testing::{TestClock, TestIssuer},
};
use serde_json::json;

use crate::{HOUR, support::app};

const A_MOMENT: Duration = Duration::from_millis(1);

struct Fixture {
    runtime: Runtime,
    admin_key: String,
    issuer: TestIssuer,
    clock: TestClock,
}

impl Fixture {
    fn new() -> Self {
        let issuer = TestIssuer::new("https://issuer.example", "my-app");
        let clock = TestClock::default();
        let options = EngineOptions {
            clock: Arc::new(clock.clone()),
            ..EngineOptions::default()
        };
        let (runtime, admin_key) = app::open_with(app::APP.trust(issuer.trusted()), options);
        Self {
            runtime,
            admin_key,
            issuer,
            clock,
        }
    }

    fn token(&self, lifetime: Duration) -> String {
        let now = self.clock.now();
        self.issuer.sign(&self.issuer.claims("ada", now, lifetime))
    }

    fn manager(&self) -> KeyManager {
        let key = self.runtime.admin_keys().verify(&self.admin_key).unwrap();
        key.manage_keys().unwrap()
    }

    fn key(&self, name: &str, scopes: &[Scope]) -> String {
        let key = self.runtime.create_key(&self.manager(), name, scopes).unwrap();
        key.expose().to_owned()
    }

    fn connect(&self, credential: Credential<'_>) -> Result<Authenticated, AuthError> {
        block_on(self.runtime.authenticate_connection(credential))
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let tokio = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    tokio.block_on(future)
}

fn key(key: &str) -> Credential<'_> {
    Credential::AdminKey { key, acting_as: None }
}

/// Whether it has ended when it is looked at, without waiting.
fn has_ended(validity: &Validity) -> Option<Ended> {
    let mut ended = pin!(validity.ended());
    match ended.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        std::task::Poll::Ready(ended) => Some(ended),
        std::task::Poll::Pending => None,
    }
}

#[test]
fn a_user_is_one_until_the_token_expires_without_any_leeway() {
    let fixture = Fixture::new();
    let ada = fixture.connect(Credential::Token(&fixture.token(HOUR))).unwrap();
    let Caller::Public(Some(user)) = &ada.caller else {
        panic!("{ada:?}")
    };
    assert_eq!(user.token_identifier, "https://issuer.example|ada");
    fixture.clock.advance(HOUR.saturating_sub(A_MOMENT));
    assert_eq!((ada.validity.is_over(), has_ended(&ada.validity)), (None, None));
    fixture.clock.advance(A_MOMENT);
    assert_eq!(ada.validity.is_over(), Some(Ended::Expired));
    assert_eq!(has_ended(&ada.validity), Some(Ended::Expired));
}

#[test]
fn whoever_waits_for_the_end_is_woken() {
    let fixture = Fixture::new();
    let ada = fixture.connect(Credential::Token(&fixture.token(HOUR))).unwrap();
    let admin = fixture
        .connect(key(&fixture.key("ci", &[Scope::RunInternal])))
        .unwrap();
    block_on(async {
        let ended = tokio::spawn(async move { (ada.validity.ended().await, admin.validity.ended().await) });
        tokio::task::yield_now().await;
        fixture.clock.advance(HOUR);
        fixture.runtime.revoke_key(&fixture.manager(), "ci").unwrap();
        assert_eq!(ended.await.unwrap(), (Ended::Expired, Ended::Revoked));
    });
}

#[test]
fn a_token_that_is_over_opens_no_connection_although_a_request_has_the_leeway() {
    let fixture = Fixture::new();
    let token = fixture.token(HOUR);
    fixture.clock.advance(HOUR);
    assert!(block_on(fixture.runtime.authenticate(Credential::Token(&token))).is_ok());
    let refused = fixture.connect(Credential::Token(&token)).unwrap_err();
    assert_eq!(refused, AuthError::Token(InvalidToken::Expired));
    assert_eq!(
        (refused.code(), refused.to_string().as_str()),
        ("TokenExpired", "The token is refused: it has expired.")
    );
}

#[test]
fn nobody_in_particular_does_not_end() {
    let fixture = Fixture::new();
    let nobody = fixture.connect(Credential::None).unwrap();
    assert!(matches!(nobody.caller, Caller::Public(None)));
    fixture.clock.advance(Duration::from_hours(1_000_000));
    assert_eq!(
        (nobody.validity.is_over(), has_ended(&nobody.validity)),
        (None, None)
    );
}

#[test]
fn a_key_opens_what_its_scopes_say() {
    let fixture = Fixture::new();
    let user = || Some(json!({"issuer": "https://issuer.example", "subject": "grace"}));
    let all = fixture.admin_key.clone();
    let [run, act, data] = [
        ("run", [Scope::RunInternal].as_slice()),
        ("act", &[Scope::ActAs]),
        ("data", &[Scope::ReadData, Scope::WriteData]),
    ]
    .map(|(name, scopes)| fixture.key(name, scopes));
    let caller = |key: &str, acting_as| {
        let authenticated = fixture.connect(Credential::AdminKey { key, acting_as });
        authenticated.map(|authenticated| match authenticated.caller {
            Caller::Admin(_, user) => format!(
                "admin {}",
                user.map_or_else(String::new, |user| user.subject.clone())
            ),
            Caller::Acting(caller) => format!("acting {}", caller.user().subject),
            Caller::Public(_) => "public".to_owned(),
        })
    };
    let missing = |scope| Err(AuthError::Scope(MissingScope { scope }));
    assert_eq!(caller(&all, None), Ok("admin ".to_owned()));
    assert_eq!(caller(&all, user()), Ok("admin grace".to_owned()));
    assert_eq!(caller(&run, None), Ok("admin ".to_owned()));
    assert_eq!(caller(&run, user()), missing(Scope::ActAs));
    assert_eq!(caller(&act, None), missing(Scope::RunInternal));
    assert_eq!(caller(&act, user()), Ok("acting grace".to_owned()));
    assert_eq!(caller(&data, None), missing(Scope::RunInternal));
    assert_eq!(caller(&data, user()), missing(Scope::ActAs));
    let unreadable = caller(&all, Some(json!({"subject": 5}))).unwrap_err();
    assert_eq!(unreadable.code(), "InvalidAuthHeader");
}

fn request(path: &str) -> CallRequest {
    CallRequest {
        path: lunora_core::path::FunctionPath::parse(path).unwrap(),
        kind: None,
        args: lunora_core::Object::from_iter([("value".to_owned(), 1.0)]),
        identity: None,
        idempotency_key: None,
        request_id: RequestId::random(),
        at: None,
    }
}

#[test]
fn a_proof_is_worth_nothing_once_its_key_is_revoked() {
    let fixture = Fixture::new();
    let (run, act) = (
        fixture.key("run", &[Scope::RunInternal]),
        fixture.key("act", &[Scope::ActAs]),
    );
    let admin = fixture
        .runtime
        .admin_keys()
        .verify(&run)
        .unwrap()
        .run_internal()
        .unwrap();
    let user = Identity::new("https://issuer.example", "ada");
    let acting = fixture
        .runtime
        .admin_keys()
        .verify(&act)
        .unwrap()
        .act_as(user)
        .unwrap();
    let call = || block_on(fixture.runtime.full().call(&admin, request("values:hidden")));
    let call_as_user = || {
        block_on(
            fixture
                .runtime
                .public()
                .call_as_user(&acting, request("values:echo")),
        )
    };
    assert!(call().is_ok() && call_as_user().is_ok());
    for name in ["run", "act"] {
        fixture.runtime.revoke_key(&fixture.manager(), name).unwrap();
    }
    for refused in [call(), call_as_user()] {
        assert!(matches!(refused, Err(CallError::KeyRevoked)), "{refused:?}");
    }
    assert_eq!(fixture.connect(key(&run)).unwrap_err().code(), "BadAdminKey");
}

#[test]
fn revoking_one_key_leaves_the_others() {
    let fixture = Fixture::new();
    let one = fixture
        .connect(key(&fixture.key("one", &[Scope::RunInternal])))
        .unwrap();
    let other = fixture
        .connect(key(&fixture.key("other", &[Scope::RunInternal])))
        .unwrap();
    fixture.runtime.revoke_key(&fixture.manager(), "one").unwrap();
    assert_eq!(one.validity.is_over(), Some(Ended::Revoked));
    assert_eq!(
        (other.validity.is_over(), has_ended(&other.validity)),
        (None, None)
    );
    // A new key of an old name is another key.
    let again = fixture.key("one", &[Scope::RunInternal]);
    assert_eq!(one.validity.is_over(), Some(Ended::Revoked));
    assert!(fixture.connect(key(&again)).is_ok());
}
