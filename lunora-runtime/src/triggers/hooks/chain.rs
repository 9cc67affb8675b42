//! One hook of a connection after the other.

use std::{ops::Bound, sync::Arc};

use lunora_core::{
    error::Result,
    id::{DocumentId, TableTag},
    job::{JobId, JobState},
    table::IndexBounds,
    value::{Object, Value, from_object, to_value},
};

use super::step::{Link, Passage, Step};
use crate::{
    database::Entry,
    functions::{
        BY_GONE, CONNECTIONS, Desk, HOOK, Hooks, JobEnd, JobKind, NewJob, Origin, Runtime, Stage,
        StoredConnection, StoredJob, fields_of, is_disk_full,
    },
};

/// How many connections of others are taken leave of in one transaction.
const PAGE: usize = 32;

/// Runs the hooks of connections one after the other, as jobs. It has the list alone: what hears of jobs belongs to the
/// runtime, which would never end if it held itself.
#[derive(Debug, Clone)]
pub(super) struct Chain(Arc<Hooks>);

impl JobEnd for Chain {
    fn ended(&self, desk: &Desk<'_>, id: JobId, job: &StoredJob) -> Result<()> {
        let Some(origin) = &job.origin else { return Ok(()) };
        let step: Step = origin.key.parse()?;
        match step.link {
            Link::Connection(Passage::Connect) => self.met(desk, &step, job)?,
            Link::Connection(Passage::Disconnect) => self.left(desk, &step)?,
            Link::Start => return Ok(()),
        }
        if self.is_to_be_forgotten(&step, job) {
            delete(desk, id.untyped())?;
        }
        Ok(())
    }

    /// Its chain has gone on, and waits for its end alone. So a gate is not asked again, and a connection that was taken
    /// leave of does not come again.
    fn may_run_again(&self, desk: &Desk<'_>, job: &StoredJob) -> Result<bool> {
        let Some(origin) = &job.origin else {
            return Ok(true);
        };
        let step: Step = origin.key.parse()?;
        match step.link {
            Link::Connection(Passage::Connect) if self.is_gate(&step) => Ok(false),
            Link::Connection(Passage::Connect) => comes_again(desk, &step),
            Link::Connection(Passage::Disconnect) | Link::Start => Ok(true),
        }
    }
}

impl Chain {
    pub(super) fn of(runtime: &Runtime) -> Self {
        Self(Arc::clone(runtime.hooks()))
    }

    fn is_gate(&self, step: &Step) -> bool {
        step.link == Link::Connection(Passage::Connect) && place(step.at) < self.0.gates
    }

    /// Whether nobody has to look at the job. Connections come as often as clients like, and are not to fill the table of
    /// jobs: of those that went as they should nothing is kept, nor of any gate: a client that one fails for tries again and
    /// again. (What somebody has run again is there to be looked at.)
    fn is_to_be_forgotten(&self, step: &Step, job: &StoredJob) -> bool {
        self.is_gate(step) || (job.state == JobState::Succeeded && job.attempts <= 1)
    }

    /// A connection comes. Returns its id.
    pub(super) fn come(&self, desk: &Desk<'_>, mut row: StoredConnection) -> Result<String> {
        let hooks = &self.0;
        row.stage = match (hooks.connect.is_empty(), hooks.gates) {
            (true, _) => Stage::Connected,
            (false, 0) => Stage::Admitted,
            (false, _) => Stage::Waiting,
        };
        let fields = fields_of(&row)?;
        let table = TableTag::of(CONNECTIONS);
        let id = desk
            .transaction()
            .with(|transaction| transaction.insert(table, fields))?;
        let id = id.to_string();
        self.run(desk, Passage::Connect, 0, &id, &row)?;
        Ok(id)
    }

    /// A hook for the coming of a connection is over.
    fn met(&self, desk: &Desk<'_>, step: &Step, job: &StoredJob) -> Result<()> {
        let Some(mut row) = load(desk, &step.about)? else {
            return Ok(());
        };
        if !matches!(row.stage, Stage::Waiting | Stage::Admitted) || row.at != step.at {
            // It was run once more, and the chain had gone on before.
            row.again = row.again.saturating_sub(1);
            return self.go_on(desk, &step.about, row);
        }
        let (hooks, next) = (&self.0, step.at + 1);
        let has_succeeded = job.state == JobState::Succeeded;
        row.met += u32::from(has_succeeded);
        if place(step.at) < hooks.gates && !has_succeeded {
            row.stage = Stage::Refused;
            row.refusal.clone_from(&job.raised);
        } else if place(next) < hooks.connect.len() {
            row.at = next;
            if place(next) >= hooks.gates {
                row.stage = Stage::Admitted;
            }
            self.run(desk, Passage::Connect, next, &step.about, &row)?;
        } else {
            row.stage = Stage::Connected;
        }
        desk.say(step.about.clone());
        self.go_on(desk, &step.about, row)
    }

    /// The client is gone.
    pub(super) fn go(&self, desk: &Desk<'_>, id: &str) -> Result<()> {
        let Some(mut row) = load(desk, id)?.filter(|row| !row.gone) else {
            return Ok(());
        };
        row.gone = true;
        self.go_on(desk, id, row)
    }

    /// Keeps the row, or takes leave of the connection if it is gone and everything for its coming is over.
    fn go_on(&self, desk: &Desk<'_>, id: &str, mut row: StoredConnection) -> Result<()> {
        let nobody_met = row.stage == Stage::Refused && row.met == 0;
        match row.stage {
            Stage::Refused | Stage::Connected if row.gone && row.again == 0 => {}
            _ => return put(desk, id, &row),
        }
        if nobody_met || self.0.disconnect.is_empty() {
            return forget(desk, id);
        }
        (row.stage, row.at) = (Stage::Leaving, 0);
        put(desk, id, &row)?;
        self.run(desk, Passage::Disconnect, 0, id, &row)
    }

    /// A hook for the going of a connection is over.
    fn left(&self, desk: &Desk<'_>, step: &Step) -> Result<()> {
        let is_there = |row: &StoredConnection| row.stage == Stage::Leaving && row.at == step.at;
        let Some(mut row) = load(desk, &step.about)?.filter(is_there) else {
            return Ok(());
        };
        row.at += 1;
        if place(row.at) < self.0.disconnect.len() {
            put(desk, &step.about, &row)?;
            return self.run(desk, Passage::Disconnect, row.at, &step.about, &row);
        }
        forget(desk, &step.about)
    }

    /// Takes leave of the connections that a process held which is gone. (No other process has the store now.)
    pub(super) fn leave_those_of_others(&self, runtime: &Runtime) -> Result<()> {
        let mut last = None;
        loop {
            let places = those_who_stay(runtime, last.as_ref())?;
            if places.is_empty() {
                return Ok(());
            }
            let ids: Vec<_> = places
                .iter()
                .filter_map(Entry::id)
                .map(|id| id.to_string())
                .collect();
            self.leave_all(runtime, &ids)?;
            last = places.into_iter().next_back();
        }
    }

    /// Takes leave of those among them that others held; one by one if it does not go together.
    fn leave_all(&self, runtime: &Runtime, ids: &[String]) -> Result<()> {
        let leave = |desk: &Desk<'_>, id: &String| match load(desk, id)? {
            Some(row) if row.holder != runtime.holder() => self.go(desk, id),
            _ => Ok(()),
        };
        if runtime
            .with_jobs(|desk| ids.iter().try_for_each(|id| leave(desk, id)))
            .is_ok()
        {
            return Ok(());
        }
        for id in ids {
            match runtime.with_jobs(|desk| leave(desk, id)) {
                Err(error) if is_disk_full(&error) => return Err(error),
                // It would fail at the next start as well, and a server that does not start helps nobody.
                Err(error) => tracing::error!(connection = id, %error, "nobody takes leave of a connection"),
                Ok(_) => {}
            }
        }
        Ok(())
    }

    /// Schedules a hook of a connection, if the chain has one there.
    fn run(
        &self,
        desk: &Desk<'_>,
        passage: Passage,
        at: u32,
        id: &str,
        row: &StoredConnection,
    ) -> Result<()> {
        let hooks = &self.0;
        let chain = match passage {
            Passage::Connect => &hooks.connect,
            Passage::Disconnect => &hooks.disconnect,
        };
        let Some(path) = chain.get(place(at)) else {
            return Ok(());
        };
        let mut args = Object::new();
        if let Some(name) = hooks.argument(path) {
            args.insert(name, to_value(&row.seen(id))?);
        }
        let step = Step {
            link: Link::Connection(passage),
            at,
            about: id.to_owned(),
        };
        let kind = if self.is_gate(&step) {
            JobKind::Gate
        } else {
            JobKind::Mutation
        };
        schedule(desk, &step, kind, path, args).map(drop)
    }
}

/// A hook for the coming of a connection runs once more, if the client is there; who is gone meanwhile is taken leave of
/// after it.
fn comes_again(desk: &Desk<'_>, step: &Step) -> Result<bool> {
    let Some(mut row) = load(desk, &step.about)?.filter(|row| !row.gone) else {
        return Ok(false);
    };
    row.again += 1;
    put(desk, &step.about, &row)?;
    Ok(true)
}

/// The next connections that are not gone.
fn those_who_stay(runtime: &Runtime, after: Option<&Entry>) -> Result<Vec<Entry>> {
    let bounds = IndexBounds {
        index: BY_GONE,
        equal: vec![Some(Value::from(false))],
        lower: None,
        upper: None,
    };
    let from = after.map_or(Bound::Unbounded, Bound::Excluded);
    runtime.entries(TableTag::of(CONNECTIONS), &bounds, from, PAGE)
}

/// Schedules a hook.
pub(super) fn schedule(
    desk: &Desk<'_>,
    step: &Step,
    kind: JobKind,
    path: &str,
    args: Object,
) -> Result<JobId> {
    desk.schedule(NewJob {
        target: path.to_owned(),
        kind,
        args,
        due: desk.now(),
        retries: None,
        identity: None,
        origin: Some(Origin {
            kind: HOOK.to_owned(),
            key: step.to_string(),
        }),
    })
}

/// A place in a chain, as an index.
const fn place(at: u32) -> usize {
    at as usize
}

/// The row of a connection; none if it has been taken leave of.
pub(super) fn load(desk: &Desk<'_>, id: &str) -> Result<Option<StoredConnection>> {
    let id: DocumentId = id.parse()?;
    let document = desk.transaction().with(|transaction| transaction.get(id))?;
    document
        .map(|document| Ok(from_object(&document.fields)?))
        .transpose()
}

pub(super) fn put(desk: &Desk<'_>, id: &str, row: &StoredConnection) -> Result<()> {
    let (id, fields) = (id.parse()?, fields_of(row)?);
    desk.transaction()
        .with(|transaction| transaction.replace(id, fields).map(drop))
}

/// Everything about a connection is over.
fn forget(desk: &Desk<'_>, id: &str) -> Result<()> {
    desk.say(id.to_owned());
    delete(desk, id.parse()?)
}

fn delete(desk: &Desk<'_>, id: DocumentId) -> Result<()> {
    desk.transaction()
        .with(|transaction| transaction.delete(id).map(drop))
}
