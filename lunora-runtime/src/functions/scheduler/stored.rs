//! A job as the store has it, and how it goes from one state to the next.

use std::time::Duration;

use lunora_core::{
    document::{decode_object, encode_object},
    error::{Error, Result},
    identity::Identity,
    job::{JobState, JobStatus},
    json::to_encoded_string,
    reference::Kind,
    table::IndexSpec,
    time::Time,
    value::{Bytes, Object, Value},
};
use serde::{Deserialize, Serialize};

use super::retries::Retries;
use crate::functions::{
    crons::CRON,
    hooks::{HOOK, SESSION_ID},
    system::system_table,
};

/// How long a job that is over is kept.
const KEPT: Duration = Duration::from_hours(7 * 24);
/// Longest text of an error that is kept, in bytes.
const MAX_ERROR: usize = 4 << 10;
/// Largest result that is kept, in bytes.
const MAX_RESULT: usize = 64 << 10;

/// A scheduled call. Its fields stand in the order of their names, which is that of documents, so that none has to be
/// moved when one is written.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StoredJob {
    /// The arguments, encoded.
    pub(crate) args: Bytes,
    pub(crate) attempts: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ended_at: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
    /// The process that runs it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) holder: Option<String>,
    /// The user that it runs as, as JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) identity: Option<String>,
    pub(crate) kind: JobKind,
    /// When something is to be done with it next, in milliseconds: to run it, or to remove it.
    pub(crate) next: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) origin: Option<Origin>,
    /// What it has raised for its caller, if the error is an application's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) raised: Option<String>,
    /// The result, encoded as the only field of an object; none if it is too large to be kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) result: Option<Bytes>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) retries: Option<Retries>,
    pub(crate) scheduled_for: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) started_at: Option<f64>,
    pub(crate) state: JobState,
    /// Wire path of the function.
    pub(crate) target: String,
}

system_table!(
    StoredJob,
    "_jobs",
    [IndexSpec {
        name: BY_NEXT,
        fields: &[&["state"], &["kind"], &["next"]],
        unique: false
    }]
);

/// The one index of jobs: what is to be done next in a state.
pub(crate) const BY_NEXT: &str = "by_next";
/// Where the time stands in it.
pub(crate) const NEXT: usize = 2;

/// What a job runs. Each kind waits in a line of its own, so that slow actions hold up no mutation, and nothing holds up
/// those who stand at the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum JobKind {
    /// A mutation that a client waits for before it is let in.
    Gate,
    Mutation,
    Action,
}

impl JobKind {
    /// Of the jobs that call a function of this kind. (The types let no query be scheduled.)
    pub(in crate::functions) const fn of(function: Kind) -> Self {
        match function {
            Kind::Action => Self::Action,
            Kind::Query | Kind::Mutation => Self::Mutation,
        }
    }

    /// In the order in which those run that are due at one moment of a test.
    pub(crate) const ALL: [Self; 3] = [Self::Gate, Self::Mutation, Self::Action];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Gate => "gate",
            Self::Mutation => "mutation",
            Self::Action => "action",
        }
    }
}

/// Who of the server made a job, and wants to know when it is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Origin {
    /// The name under which it registered.
    pub(crate) kind: String,
    /// What the job means to it.
    pub(crate) key: String,
}

const RESULT: &str = "result";

impl StoredJob {
    /// The action starts.
    pub(super) fn start(&mut self, holder: &str, now: Time) {
        self.state = JobState::Running;
        self.holder = Some(holder.to_owned());
        self.next = now.as_millis();
        self.tried(now);
    }

    /// It has been run once more.
    pub(super) fn tried(&mut self, started: Time) {
        self.attempts = self.attempts.saturating_add(1);
        self.started_at = Some(started.as_millis());
    }

    pub(super) fn succeed(&mut self, result: Value, now: Time) {
        let mut encoded = Vec::new();
        encode_object(&Object::from_iter([(RESULT.to_owned(), result)]), &mut encoded);
        self.result = (encoded.len() <= MAX_RESULT).then_some(Bytes(encoded));
        (self.error, self.raised) = (None, None);
        self.end(JobState::Succeeded, now);
    }

    /// It has failed, and runs again if it may.
    pub(super) fn fail(&mut self, error: &Error, now: Time) {
        let retry = self.retries.and_then(|retries| retries.after(self.attempts));
        self.error = Some(cut(error.to_string()));
        self.raised = error.app_data().map(|data| cut(to_encoded_string(data)));
        match retry {
            Some(wait) => self.wait(now + wait),
            None => self.end(JobState::Failed, now),
        }
    }

    /// It runs again at `time`.
    pub(super) fn wait(&mut self, time: Time) {
        self.state = JobState::Pending;
        self.holder = None;
        self.next = time.as_millis();
    }

    /// It runs once more, now, although it is over.
    pub(super) fn revive(&mut self, now: Time) {
        self.ended_at = None;
        self.result = None;
        self.wait(now);
    }

    pub(super) fn cancel(&mut self, now: Time) {
        self.end(JobState::Canceled, now);
    }

    fn end(&mut self, state: JobState, now: Time) {
        self.state = state;
        self.holder = None;
        self.ended_at = Some(now.as_millis());
        self.next = (now + KEPT).as_millis();
    }

    /// It waits, and for the run after this many.
    pub(super) fn waits_after(&self, attempts: u32) -> bool {
        self.state == JobState::Pending && self.attempts == attempts
    }

    pub(crate) fn status(&self) -> JobStatus {
        let mut status = JobStatus::new(self.state, Time::from_millis(self.scheduled_for));
        status.attempts = self.attempts;
        status.started_at = self.started_at.map(Time::from_millis);
        status.ended_at = self.ended_at.map(Time::from_millis);
        status
    }

    pub(crate) fn arguments(&self) -> Result<Object> {
        Ok(decode_object(&self.args)?)
    }

    /// Whether it calls a hook: its name alone does not say so.
    pub(crate) fn is_hook(&self) -> bool {
        self.origin.as_ref().is_some_and(|origin| origin.kind == HOOK)
    }

    /// Whether it is a run of a cron.
    pub(crate) fn is_of_cron(&self) -> bool {
        self.origin.as_ref().is_some_and(|origin| origin.kind == CRON)
    }

    /// The arguments, for those who look at jobs. A client's session opens the answers to its requests, and is left out.
    pub(crate) fn shown_arguments(&self) -> Result<Object> {
        let arguments = self.arguments()?;
        if !self.is_hook() {
            return Ok(arguments);
        }
        let shown = arguments.into_iter().map(|(name, mut argument)| {
            if let Value::Object(connection) = &mut argument {
                connection.remove(SESSION_ID);
            }
            (name, argument)
        });
        Ok(shown.collect())
    }

    pub(crate) fn result(&self) -> Result<Option<Value>> {
        let Some(result) = &self.result else {
            return Ok(None);
        };
        Ok(decode_object(result)?.remove(RESULT))
    }

    pub(crate) fn user(&self) -> Result<Option<Identity>> {
        let Some(text) = &self.identity else {
            return Ok(None);
        };
        read_kept(text).map(Some)
    }
}

/// A user, to be [read again](StoredJob::user).
pub(crate) fn kept(user: &Identity) -> String {
    let own = [
        ("tokenIdentifier", &user.token_identifier),
        ("issuer", &user.issuer),
        ("subject", &user.subject),
    ];
    let mut attributes = user.claims.clone();
    attributes.extend(own.map(|(name, text)| (name.to_owned(), text.as_str().into())));
    serde_json::Value::Object(attributes).to_string()
}

/// The inverse of [`kept`].
pub(in crate::functions) fn read_kept(text: &str) -> Result<Identity> {
    Ok(Identity::from_attributes(serde_json::from_str(text)?)?)
}

fn cut(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(MAX_ERROR));
    text
}

#[cfg(test)]
mod tests {
    use lunora_core::value::to_value;

    use super::*;

    fn waiting() -> StoredJob {
        StoredJob {
            args: Bytes(Vec::new()),
            attempts: 0,
            ended_at: None,
            error: None,
            holder: None,
            identity: None,
            kind: JobKind::Mutation,
            next: 5.0,
            origin: None,
            raised: None,
            result: None,
            retries: None,
            scheduled_for: 5.0,
            started_at: None,
            state: JobState::Pending,
            target: "work:nothing".to_owned(),
        }
    }

    #[test]
    fn a_job_that_waits_is_written_without_what_it_does_not_have_and_in_order() {
        let job = waiting();
        let names = [
            "args",
            "attempts",
            "kind",
            "next",
            "scheduledFor",
            "state",
            "target",
        ];
        let written = to_value(&job).unwrap();
        let fields: Vec<_> = written
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, _)| name)
            .collect();
        assert_eq!(fields, names);
        let as_declared = serde_json::to_string(&job).unwrap();
        let places = names.map(|name| as_declared.find(&format!("\"{name}\"")).unwrap());
        assert!(places.is_sorted(), "{as_declared}");
    }
}
