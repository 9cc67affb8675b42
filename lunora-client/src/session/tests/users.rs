//! Calls are made for who was the user when they were made, or not at all.

use super::{user::Era, *};

/// A token of a user, by no means a valid one. Two of them differ.
fn token(user: &str, number: u32) -> String {
    let payload = format!(r#"{{"iss":"https://issuer.example","sub":"{user}","jti":"{number}"}}"#);
    let payload = data_encoding::BASE64URL_NOPAD.encode(payload.as_bytes());
    format!("e30.{payload}.c2ln")
}

/// Who is calling from now on, and the token is there at once.
fn log_in(session: &mut Session, token: &str) {
    session.change_user();
    session.set_token(Some(token.to_owned()));
}

fn log_out(session: &mut Session) {
    session.change_user();
    session.set_token(None);
}

fn reconnect(session: &mut Session) {
    session.disconnect("lost");
    session.connect();
}

/// Numbers of the mutations and actions among what is said now.
fn sent(session: &mut Session) -> Vec<u32> {
    let requests = session
        .outgoing()
        .into_iter()
        .filter_map(|message| match message {
            ClientMessage::Mutation(request) | ClientMessage::Action(request) => Some(request.request_id),
            _ => None,
        });
    requests.collect()
}

fn failed(error: CallError) -> Outcome {
    Err(error.into())
}

const WAITS: Result<Outcome, TryRecvError> = Err(TryRecvError::Empty);

#[test]
fn a_mutation_without_an_answer_is_not_sent_again_for_somebody_else() {
    type Change = fn(&mut Session);
    let changes: [Change; 4] = [
        log_out,
        |session| log_in(session, &token("bob", 0)),
        // The fetcher stays, and what it gives is a token of somebody else, or none.
        |session| session.set_token(Some(token("bob", 0))),
        |session| session.set_token(None),
    ];
    for change in changes {
        let mut session = connected();
        log_in(&mut session, &token("ada", 0));
        let mut answer = request(&mut session, Kind::Mutation);
        assert_eq!(sent(&mut session), [0]);
        change(&mut session);
        session.outgoing();
        assert_eq!(
            answer.try_recv(),
            WAITS,
            "the connection may bring the answer yet"
        );
        reconnect(&mut session);
        assert_eq!(sent(&mut session), [0; 0]);
        assert_eq!(answer.try_recv(), Ok(failed(CallError::UserChanged)));
    }
}

#[test]
fn a_mutation_that_nobody_made_is_not_sent_again_for_a_user() {
    let mut session = connected();
    let mut answer = request(&mut session, Kind::Mutation);
    assert_eq!(sent(&mut session), [0]);
    log_in(&mut session, &token("ada", 0));
    reconnect(&mut session);
    assert_eq!(sent(&mut session), [0; 0]);
    assert_eq!(answer.try_recv(), Ok(failed(CallError::UserChanged)));
}

#[test]
fn another_token_of_the_same_user_sends_it_again() {
    type Renewal = fn(&mut Session);
    let renewals: [Renewal; 3] = [
        |session| session.set_token(Some(token("ada", 1))),
        |session| log_in(session, &token("ada", 1)),
        |session| {
            log_in(session, &token("bob", 0));
            log_in(session, &token("ada", 1));
        },
    ];
    for renew in renewals {
        let mut session = connected();
        log_in(&mut session, &token("ada", 0));
        let mut answer = request(&mut session, Kind::Mutation);
        assert_eq!(sent(&mut session), [0]);
        session.disconnect("lost");
        renew(&mut session);
        session.connect();
        assert_eq!(sent(&mut session), [0]);
        assert_eq!(answer.try_recv(), WAITS);
    }
}

#[test]
fn tokens_that_do_not_say_whose_they_are_are_one_users_as_long_as_they_come_from_one_fetcher() {
    let mut session = connected();
    log_in(&mut session, "first");
    let mut answer = request(&mut session, Kind::Mutation);
    assert_eq!(sent(&mut session), [0]);
    session.set_token(Some("second".into()));
    reconnect(&mut session);
    assert_eq!(sent(&mut session), [0]);
    log_in(&mut session, "third");
    reconnect(&mut session);
    assert_eq!(sent(&mut session), [0; 0]);
    assert_eq!(answer.try_recv(), Ok(failed(CallError::UserChanged)));
}

#[test]
fn a_call_that_was_not_sent_is_not_made_for_who_comes_after() {
    for kind in [Kind::Mutation, Kind::Action] {
        let mut session = connected();
        log_in(&mut session, &token("ada", 0));
        session.outgoing();
        session.disconnect("lost");
        let mut hers = request(&mut session, kind);
        log_in(&mut session, &token("bob", 0));
        let mut his = request(&mut session, kind);
        session.connect();
        assert_eq!(sent(&mut session), [1]);
        assert_eq!(hers.try_recv(), Ok(failed(CallError::NotSent)));
        assert_eq!(his.try_recv(), WAITS);
    }
}

#[test]
fn a_call_that_is_made_while_a_token_is_fetched_is_its_users() {
    let mut session = connected();
    session.change_user();
    session.paused = true;
    let mut answer = request(&mut session, Kind::Mutation);
    assert_eq!(sent(&mut session), [0; 0]);
    session.set_token(Some(token("ada", 0)));
    assert_eq!(sent(&mut session), [0]);
    session.set_token(Some(token("ada", 1)));
    reconnect(&mut session);
    assert_eq!(sent(&mut session), [0]);
    assert_eq!(answer.try_recv(), WAITS);
}

/// Has the session take other tokens while one is fetched, for whose user there is a call. Gives the call's answer, and what
/// it is made for.
fn overtaken(session: &mut Session, kind: Kind) -> (Answer, Era) {
    session.change_user();
    session.paused = true;
    let answer = request(session, kind);
    let era = session.awaited().expect("a call is made for whoever comes");
    session.change_user();
    session.undecided = true;
    (answer, era)
}

#[test]
fn a_call_is_made_if_the_token_that_was_overtaken_is_of_the_same_user() {
    for kind in [Kind::Mutation, Kind::Action] {
        let mut session = connected();
        let (mut first, era) = overtaken(&mut session, kind);
        session.set_token(Some(token("ada", 1)));
        let mut second = request(&mut session, kind);
        assert_eq!(sent(&mut session), [0; 0], "the second one must not run first");
        assert_eq!(first.try_recv(), WAITS);
        session.learn(era, Some(&token("ada", 0)));
        session.undecided = false;
        assert_eq!(sent(&mut session), [0, 1]);
        assert_eq!((first.try_recv(), second.try_recv()), (WAITS, WAITS));
    }
}

#[test]
fn it_makes_no_difference_which_of_the_tokens_comes_first() {
    let mut session = connected();
    let (mut answer, era) = overtaken(&mut session, Kind::Mutation);
    session.learn(era, Some(&token("ada", 0)));
    session.undecided = false;
    assert_eq!(
        sent(&mut session),
        [0; 0],
        "the token that counts is not there yet"
    );
    session.set_token(Some(token("ada", 1)));
    assert_eq!(sent(&mut session), [0]);
    assert_eq!(answer.try_recv(), WAITS);
}

#[test]
fn a_call_is_not_made_if_the_token_that_was_overtaken_is_of_somebody_else_or_does_not_say() {
    let (bob, unnamed) = (token("bob", 0), "a token".to_owned());
    for (overtaken_by, learned) in [
        (token("ada", 1), Some(Some(bob.as_str()))),
        (token("ada", 1), Some(None)),
        (token("ada", 1), None),
        (unnamed.clone(), Some(Some(unnamed.as_str()))),
    ] {
        let mut session = connected();
        let (mut answer, era) = overtaken(&mut session, Kind::Mutation);
        session.set_token(Some(overtaken_by));
        if let Some(token) = learned {
            session.learn(era, token);
        }
        session.undecided = false;
        assert_eq!(sent(&mut session), [0; 0]);
        assert_eq!(answer.try_recv(), Ok(failed(CallError::NotSent)));
    }
}

#[test]
fn a_token_that_no_call_waits_for_need_not_come() {
    let mut session = connected();
    session.change_user();
    session.paused = true;
    assert_eq!(session.awaited(), None);
    session.set_token(Some(token("ada", 0)));
    let _answer = request(&mut session, Kind::Mutation);
    assert_eq!(session.awaited(), None, "it is known whose the call is");
}

#[test]
fn a_call_that_was_to_be_of_a_user_who_never_came_is_made_for_nobody_else() {
    let mut session = connected();
    session.change_user();
    session.paused = true;
    let mut answer = request(&mut session, Kind::Mutation);
    log_out(&mut session);
    assert_eq!(sent(&mut session), [0; 0]);
    assert_eq!(answer.try_recv(), Ok(failed(CallError::NotSent)));
}
