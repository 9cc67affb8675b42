//! Scheduled calls, as far as functions and clients know them.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{
    id::{DocumentId, IdError, RANDOM_BYTES, TableTag},
    shape::{Field, Node, Shape, Shapes},
    time::Time,
};

/// The system table of scheduled calls.
pub const JOBS: &str = "_jobs";

/// The id of a scheduled call. Travels as a string and is checked when it comes in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId([u8; RANDOM_BYTES]);

impl JobId {
    /// The id of its document.
    pub const fn untyped(self) -> DocumentId {
        DocumentId {
            table: TableTag::of(JOBS),
            random: self.0,
        }
    }

    /// The job whose document has this id, if it is one of a job.
    pub fn try_from_untyped(id: DocumentId) -> Result<Self, IdError> {
        if id.table == TableTag::of(JOBS) {
            Ok(Self(id.random))
        } else {
            Err(IdError::OtherTable { expected: JOBS })
        }
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.untyped().fmt(f)
    }
}

impl fmt::Debug for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JobId({self})")
    }
}

impl FromStr for JobId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        Self::try_from_untyped(text.parse()?)
    }
}

impl Serialize for JobId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for JobId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl de::Visitor<'_> for Text {
            type Value = JobId;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the id of a job")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<JobId, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}

#[diagnostic::do_not_recommend]
impl Shape for JobId {
    fn shape(_: &mut Shapes) -> Node {
        Node::Id { table: JOBS }
    }
}

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum JobState {
    /// It waits for its time.
    Pending,
    /// An action at work. A mutation is never seen in this state: it runs and succeeds in one transaction.
    Running,
    /// It has returned `Ok`.
    Succeeded,
    /// It has failed for good.
    Failed,
    /// It was canceled before it ended.
    Canceled,
}

impl JobState {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Pending,
        Self::Running,
        Self::Succeeded,
        Self::Failed,
        Self::Canceled,
    ];

    /// Its name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
        }
    }

    /// It stays in this state.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Canceled)
    }
}

impl fmt::Display for JobState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[diagnostic::do_not_recommend]
impl Shape for JobState {
    fn shape(shapes: &mut Shapes) -> Node {
        shapes.named::<Self>("JobState", "Where a scheduled call stands.", |_| {
            Node::union(Self::ALL.map(|state| Node::literal(state.name())))
        })
    }
}

/// What a function may tell a client of a job. Target, arguments, result and error stay on the server.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct JobStatus {
    /// Where it stands.
    pub state: JobState,
    /// How often it has been run.
    pub attempts: u32,
    /// When it was to run.
    pub scheduled_for: Time,
    /// When its last run started.
    pub started_at: Option<Time>,
    /// When it was over.
    pub ended_at: Option<Time>,
}

impl JobStatus {
    /// A job that has not run; the scheduler fills in the rest.
    pub const fn new(state: JobState, scheduled_for: Time) -> Self {
        Self {
            state,
            attempts: 0,
            scheduled_for,
            started_at: None,
            ended_at: None,
        }
    }
}

#[diagnostic::do_not_recommend]
impl Shape for JobStatus {
    fn shape(shapes: &mut Shapes) -> Node {
        let docs = "What can be told of a scheduled call.";
        shapes.named::<Self>("JobStatus", docs, |shapes| {
            Node::object([
                Field::of::<JobState>("state", shapes),
                Field::of::<u32>("attempts", shapes),
                Field::of::<Time>("scheduledFor", shapes),
                Field::of::<Option<Time>>("startedAt", shapes),
                Field::of::<Option<Time>>("endedAt", shapes),
            ])
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{from_value, to_value};

    #[test]
    fn an_id_of_another_table_is_no_job() {
        let job = JobId([7; RANDOM_BYTES]);
        assert_eq!(job.to_string().parse(), Ok(job));
        let other = DocumentId {
            table: TableTag::of("users"),
            random: [7; RANDOM_BYTES],
        };
        let error = other.to_string().parse::<JobId>().unwrap_err();
        assert_eq!(error, IdError::OtherTable { expected: JOBS });
    }

    #[test]
    fn a_status_travels() {
        let status = JobStatus {
            attempts: 2,
            started_at: Some(Time::from_millis(5.0)),
            ..JobStatus::new(JobState::Running, Time::from_millis(4.0))
        };
        let value = to_value(&status).unwrap();
        assert_eq!(from_value::<JobStatus>(value).unwrap(), status);
        for state in JobState::ALL {
            assert_eq!(to_value(&state).unwrap(), state.name().into());
        }
    }
}
