use lunora_core::{
    protocol::{
        ActionResponse, AuthError, CallFailure, Mutated, MutationResponse, Query, QueryChange, Request,
    },
    value::Value,
};
use tokio::sync::oneshot::error::TryRecvError;

use super::*;
use crate::{error::Failure, slot::Slot};

mod users;

type Answer = oneshot::Receiver<Outcome>;

/// A session that is connected, and what it has said so far.
fn connected() -> Session {
    let mut session = Session::new();
    session.connect();
    session.outgoing();
    session
}

fn request(session: &mut Session, kind: Kind) -> Answer {
    let (sender, answer) = oneshot::channel();
    session.request(kind, "messages:send", Object::new(), sender);
    answer
}

fn ask(session: &mut Session, query_id: u32) -> Answer {
    let (sender, answer) = oneshot::channel();
    session.watch(query_id, "messages:list", Object::new(), Reader::Once(sender));
    answer
}

fn watch(session: &mut Session, query_id: u32) -> Slot<Outcome> {
    let slot = Slot::new();
    session.watch(
        query_id,
        "messages:list",
        Object::new(),
        Reader::Watch(slot.clone()),
    );
    slot
}

fn newest(slot: &Slot<Outcome>) -> Option<Outcome> {
    match slot.poll(&mut std::task::Context::from_waker(std::task::Waker::noop())) {
        std::task::Poll::Ready(outcome) => outcome,
        std::task::Poll::Pending => None,
    }
}

fn version(query_set: u32, identity: u32, ts: u64) -> StateVersion {
    StateVersion {
        query_set,
        identity,
        ts: Timestamp(ts),
    }
}

fn transition(start: StateVersion, end: StateVersion, modifications: Vec<QueryChange>) -> ServerMessage {
    ServerMessage::Transition(Transition {
        start,
        end,
        modifications,
        client_clock_skew: None,
        server_ts: None,
    })
}

fn updated(query_id: u32, value: Value, journal: Option<&str>) -> QueryChange {
    QueryChange::Updated {
        query_id,
        value,
        log_lines: Vec::new(),
        journal: journal.map(str::to_owned),
    }
}

fn committed(request_id: u32, ts: u64) -> ServerMessage {
    ServerMessage::MutationResponse(MutationResponse {
        request_id,
        result: Ok(Mutated {
            value: Value::from("done"),
            ts: Timestamp(ts),
        }),
        log_lines: Vec::new(),
    })
}

fn mutation(request_id: u32) -> ClientMessage {
    ClientMessage::Mutation(Request::new(request_id, "messages:send", Object::new()))
}

fn query_set(base_version: u32, modifications: Vec<QueryModification>) -> ClientMessage {
    ClientMessage::ModifyQuerySet(ModifyQuerySet {
        base_version,
        new_version: base_version + 1,
        modifications,
    })
}

fn list(query_id: u32) -> Query {
    Query::new(query_id, "messages:list", Object::new())
}

#[test]
fn a_connection_begins_with_all_that_is_wanted() {
    let mut session = Session::new();
    session.set_token(Some("token".into()));
    let _answer = request(&mut session, Kind::Mutation);
    let _slot = watch(&mut session, 7);
    assert_eq!(session.outgoing(), [], "nobody is there to hear it");
    session.connect();
    let mut said = session.outgoing().into_iter();
    let Some(ClientMessage::Connect(connect)) = said.next() else {
        panic!("the greeting comes first")
    };
    assert_eq!(
        (connect.connection_count, connect.max_observed_timestamp),
        (0, None)
    );
    let authenticate = Authenticate {
        base_version: 0,
        token: AuthToken::User("token".into()),
    };
    let rest = [
        ClientMessage::Authenticate(authenticate),
        query_set(0, vec![QueryModification::Add(list(7))]),
        mutation(0),
    ];
    assert_eq!(said.collect::<Vec<_>>(), rest);
    assert_eq!(session.outgoing(), [], "all has been said");
}

#[test]
fn without_queries_the_set_is_said_to_be_empty() {
    let mut session = Session::new();
    session.connect();
    assert_eq!(session.outgoing()[1..], [query_set(0, Vec::new())]);
}

#[test]
fn while_a_token_is_fetched_only_the_greeting_is_sent() {
    let mut session = Session::new();
    session.paused = true;
    let _answer = request(&mut session, Kind::Action);
    session.connect();
    assert!(matches!(
        session.outgoing().as_slice(),
        [ClientMessage::Connect(_)]
    ));
    session.set_token(Some("token".into()));
    let said = session.outgoing();
    assert!(
        matches!(
            said.as_slice(),
            [
                ClientMessage::Authenticate(_),
                ClientMessage::ModifyQuerySet(_),
                ClientMessage::Action(_)
            ]
        ),
        "{said:?}"
    );
}

#[test]
fn a_mutation_is_done_when_its_effects_can_be_seen() {
    let mut session = connected();
    let mut answer = request(&mut session, Kind::Mutation);
    session.receive(committed(0, 5)).unwrap();
    assert_eq!(answer.try_recv(), Err(TryRecvError::Empty));
    session
        .receive(transition(version(0, 0, 0), version(1, 0, 4), vec![]))
        .unwrap();
    assert_eq!(
        answer.try_recv(),
        Err(TryRecvError::Empty),
        "the transition is older"
    );
    session
        .receive(transition(version(1, 0, 4), version(1, 0, 5), vec![]))
        .unwrap();
    assert_eq!(answer.try_recv(), Ok(Ok(Value::from("done"))));
}

#[test]
fn mutations_without_an_answer_are_sent_again_under_their_numbers() {
    let mut session = connected();
    let first = session.id.clone();
    let mut answers: Vec<_> = (0..3).map(|_| request(&mut session, Kind::Mutation)).collect();
    assert_eq!(session.outgoing(), [mutation(0), mutation(1), mutation(2)]);
    session.receive(committed(1, 5)).unwrap();
    session.disconnect("lost");
    session.connect();
    let said = session.outgoing();
    let ClientMessage::Connect(connect) = &said[0] else {
        panic!("the greeting comes first")
    };
    assert_eq!((&connect.session_id, connect.connection_count), (&first, 1));
    assert_eq!(connect.max_observed_timestamp, Some(Timestamp(5)));
    assert_eq!(
        said[2..],
        [mutation(0), mutation(2)],
        "what is known to be committed is not sent again"
    );
    session
        .receive(transition(version(0, 0, 0), version(1, 0, 6), vec![]))
        .unwrap();
    assert_eq!(answers[1].try_recv(), Ok(Ok(Value::from("done"))));
    assert_eq!(answers[0].try_recv(), Err(TryRecvError::Empty));
}

#[test]
fn actions_under_way_are_lost_with_the_connection_and_others_are_not() {
    let mut session = connected();
    let mut sent = request(&mut session, Kind::Action);
    session.outgoing();
    let mut unsent = request(&mut session, Kind::Action);
    session.disconnect("lost");
    assert_eq!(sent.try_recv(), Ok(Err(CallError::Lost.into())));
    assert_eq!(unsent.try_recv(), Err(TryRecvError::Empty));
    session.connect();
    let said = session.outgoing();
    assert!(matches!(&said[2..], [ClientMessage::Action(action)] if action.request_id == 1));
    let response = ActionResponse {
        request_id: 1,
        result: Ok(Value::Null),
        log_lines: Vec::new(),
    };
    session.receive(ServerMessage::ActionResponse(response)).unwrap();
    assert_eq!(unsent.try_recv(), Ok(Ok(Value::Null)));
}

#[test]
fn a_failure_ends_a_mutation_at_once() {
    let mut session = connected();
    let mut answer = request(&mut session, Kind::Mutation);
    let failure = CallFailure {
        message: "no".into(),
        data: Some(Value::from("data")),
    };
    let response = MutationResponse {
        request_id: 0,
        result: Err(failure.clone()),
        log_lines: Vec::new(),
    };
    session
        .receive(ServerMessage::MutationResponse(response))
        .unwrap();
    assert_eq!(answer.try_recv(), Ok(Err(Failure::Function(failure))));
}

#[test]
fn a_query_that_is_asked_once_is_removed_when_it_is_answered() {
    let mut session = connected();
    let mut answer = ask(&mut session, 3);
    assert_eq!(
        session.outgoing(),
        [query_set(1, vec![QueryModification::Add(list(3))])]
    );
    let change = updated(3, Value::from(1.0), None);
    session
        .receive(transition(version(0, 0, 0), version(2, 0, 1), vec![change]))
        .unwrap();
    assert_eq!(answer.try_recv(), Ok(Ok(Value::from(1.0))));
    let removed = QueryModification::Remove { query_id: 3 };
    assert_eq!(session.outgoing(), [query_set(2, vec![removed])]);
}

#[test]
fn a_new_connection_goes_on_where_the_query_was() {
    let mut session = connected();
    let slot = watch(&mut session, 0);
    session.outgoing();
    let page = |journal| updated(0, Value::from("page"), journal);
    session
        .receive(transition(
            version(0, 0, 0),
            version(2, 0, 1),
            vec![page(Some("end"))],
        ))
        .unwrap();
    assert_eq!(newest(&slot), Some(Ok(Value::from("page"))));
    session.disconnect("lost");
    session.connect();
    let with_journal = Query {
        journal: Some("end".into()),
        ..list(0)
    };
    assert_eq!(
        session.outgoing()[1..],
        [query_set(0, vec![QueryModification::Add(with_journal)])]
    );
    session
        .receive(transition(
            version(0, 0, 0),
            version(1, 0, 2),
            vec![page(Some("end"))],
        ))
        .unwrap();
    assert_eq!(newest(&slot), None, "the same result is not told again");
}

#[test]
fn a_slow_reader_gets_the_newest_result() {
    let mut session = connected();
    let slot = watch(&mut session, 0);
    session.outgoing();
    let mut at = version(0, 0, 0);
    for ts in 1..4_u32 {
        let next = version(2, 0, u64::from(ts));
        session
            .receive(transition(
                at,
                next,
                vec![updated(0, Value::from(f64::from(ts)), None)],
            ))
            .unwrap();
        at = next;
    }
    assert_eq!(newest(&slot), Some(Ok(Value::from(3.0))));
    assert_eq!(newest(&slot), None);
}

#[test]
fn a_query_that_the_server_has_not_heard_of_is_not_taken_back() {
    let mut session = connected();
    let _slot = watch(&mut session, 0);
    session.unwatch(0);
    assert_eq!(session.outgoing(), []);
}

#[test]
fn who_is_calling_can_change_on_a_connection() {
    let mut session = connected();
    session.set_token(Some("a".into()));
    session.set_token(Some("b".into()));
    let authenticate =
        |base_version, token| ClientMessage::Authenticate(Authenticate { base_version, token });
    assert_eq!(session.outgoing(), [authenticate(0, AuthToken::User("b".into()))]);
    let accepted = session.receive(transition(version(0, 0, 0), version(1, 1, 1), vec![]));
    assert_eq!(accepted, Ok(Event::Transition { accepted: true }));
    session.set_token(None);
    assert_eq!(session.outgoing(), [authenticate(1, AuthToken::None)]);
    let older = session.receive(transition(version(1, 1, 1), version(1, 1, 2), vec![]));
    assert_eq!(older, Ok(Event::Transition { accepted: false }));
    let refusal = AuthError {
        error: "no".into(),
        base_version: Some(1),
        auth_update_attempted: Some(true),
    };
    let refused = session.receive(ServerMessage::AuthError(refusal));
    assert_eq!(refused, Ok(Event::Refused("no".into())));
}

#[test]
fn a_transition_that_does_not_continue_the_one_before_is_a_violation() {
    let mut session = connected();
    assert!(
        session
            .receive(transition(version(0, 0, 1), version(1, 0, 2), vec![]))
            .is_err()
    );
}

#[test]
fn at_the_end_nobody_is_left_waiting() {
    let mut session = connected();
    let (mut asked, mut called, slot) = (
        ask(&mut session, 0),
        request(&mut session, Kind::Mutation),
        watch(&mut session, 1),
    );
    let mut done = request(&mut session, Kind::Mutation);
    session.receive(committed(1, 5)).unwrap();
    session.close();
    let stopped = || Err(CallError::Stopped.into());
    assert_eq!(asked.try_recv(), Ok(stopped()));
    assert_eq!(called.try_recv(), Ok(stopped()));
    assert_eq!(
        done.try_recv(),
        Ok(Ok(Value::from("done"))),
        "its outcome is known"
    );
    assert_eq!(newest(&slot), Some(stopped()));
}

fn given_up() -> CallError {
    CallError::Unauthenticated("no".into())
}

/// What a call fails with that may have run.
fn unanswered(error: CallError) -> Outcome {
    Err(CallError::Unanswered(Box::new(error)).into())
}

fn refusal(of_what_was_presented: bool) -> ServerMessage {
    ServerMessage::AuthError(AuthError {
        error: "no".into(),
        base_version: None,
        auth_update_attempted: Some(of_what_was_presented),
    })
}

#[test]
fn a_client_that_gives_up_says_which_calls_may_have_run() {
    for kind in [Kind::Mutation, Kind::Action] {
        let mut session = connected();
        let mut sent = request(&mut session, kind);
        session.outgoing();
        let mut unsent = request(&mut session, kind);
        session.fail(&given_up());
        assert_eq!(sent.try_recv(), Ok(unanswered(given_up())));
        assert_eq!(unsent.try_recv(), Ok(Err(given_up().into())));
    }
}

#[test]
fn a_mutation_that_was_sent_once_may_have_run_however_the_next_token_is_taken() {
    let mut session = connected();
    let mut answer = request(&mut session, Kind::Mutation);
    session.outgoing();
    session.disconnect("lost");
    session.fail(&given_up());
    assert_eq!(answer.try_recv(), Ok(unanswered(given_up())));

    let mut session = Session::new();
    session.set_token(Some("token".into()));
    session.connect();
    let mut answer = request(&mut session, Kind::Mutation);
    session.outgoing();
    session.disconnect("no verdict");
    session.connect();
    session.outgoing();
    session.receive(refusal(true)).unwrap();
    session.fail(&given_up());
    assert_eq!(answer.try_recv(), Ok(unanswered(given_up())));
}

/// A server runs nothing that comes after a token before it has taken the token.
#[test]
fn what_was_sent_behind_a_token_that_is_refused_has_not_run() {
    for kind in [Kind::Mutation, Kind::Action] {
        let mut session = connected();
        let mut before = request(&mut session, kind);
        session.outgoing();
        session.set_token(Some("token".into()));
        let mut with = request(&mut session, kind);
        session.outgoing();
        let mut after = request(&mut session, kind);
        session.outgoing();
        session.receive(refusal(true)).unwrap();
        session.fail(&given_up());
        assert_eq!(before.try_recv(), Ok(unanswered(given_up())));
        assert_eq!(with.try_recv(), Ok(Err(given_up().into())));
        assert_eq!(after.try_recv(), Ok(Err(given_up().into())));
    }
}

#[test]
fn what_was_sent_behind_a_token_may_have_run_if_another_one_may_be_meant() {
    let begin = || {
        let mut session = Session::new();
        session.set_token(Some("first".into()));
        session.connect();
        let answer = request(&mut session, Kind::Mutation);
        session.outgoing();
        (session, answer)
    };
    let accepted = || transition(version(0, 0, 0), version(1, 1, 1), vec![]);

    let (mut ended, mut answer) = begin();
    ended.receive(accepted()).unwrap();
    ended.receive(refusal(false)).unwrap();
    ended.fail(&given_up());
    assert_eq!(
        answer.try_recv(),
        Ok(unanswered(given_up())),
        "the token has ended"
    );

    let (mut accepted_before, mut answer) = begin();
    accepted_before.receive(accepted()).unwrap();
    accepted_before.set_token(Some("second".into()));
    accepted_before.outgoing();
    accepted_before.receive(refusal(true)).unwrap();
    accepted_before.fail(&given_up());
    assert_eq!(
        answer.try_recv(),
        Ok(unanswered(given_up())),
        "the second token is refused"
    );

    let (mut two, mut answer) = begin();
    two.set_token(Some("second".into()));
    two.outgoing();
    two.receive(refusal(true)).unwrap();
    two.fail(&given_up());
    assert_eq!(
        answer.try_recv(),
        Ok(unanswered(given_up())),
        "either of two may be refused"
    );
}

#[test]
fn sessions_have_random_uuids() {
    let (a, b) = (uuid(), uuid());
    assert_ne!(a, b);
    let lengths: Vec<_> = a.split('-').map(str::len).collect();
    assert_eq!(lengths, [8, 4, 4, 4, 12]);
    assert!(a.split('-').nth(2).is_some_and(|part| part.starts_with('4')));
}

#[test]
fn no_more_mutations_are_sent_than_a_server_remembers() {
    let mut session = connected();
    let answers: Vec<_> = (0..1_500)
        .map(|_| request(&mut session, Kind::Mutation))
        .collect();
    let sent = session.outgoing();
    assert_eq!((sent.len(), sent.last()), (1_000, Some(&mutation(999))));
    session.receive(committed(0, 1)).unwrap();
    session.receive(committed(1, 1)).unwrap();
    assert_eq!(session.outgoing(), [mutation(1_000), mutation(1_001)]);
    session.disconnect("lost");
    session.connect();
    let again = session.outgoing();
    assert_eq!(again[2..].len(), 1_000);
    assert_eq!(again[2], mutation(2));
    drop(answers);
}

#[test]
fn no_more_actions_are_under_way_than_a_server_runs() {
    let mut session = connected();
    let answers: Vec<_> = (0..150).map(|_| request(&mut session, Kind::Action)).collect();
    assert_eq!(session.outgoing().len(), 100);
    let _mutation = request(&mut session, Kind::Mutation);
    assert_eq!(
        session.outgoing(),
        [mutation(150)],
        "mutations do not wait for actions"
    );
    let response = ActionResponse {
        request_id: 7,
        result: Ok(Value::Null),
        log_lines: Vec::new(),
    };
    session.receive(ServerMessage::ActionResponse(response)).unwrap();
    let sent = session.outgoing();
    assert!(matches!(sent.as_slice(), [ClientMessage::Action(action)] if action.request_id == 100));
    drop(answers);
}
