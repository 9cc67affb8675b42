//! One hook after the other.

use lunora_core::{
    error::{Error, Result},
    id::{DocumentId, TableTag},
    job::{JobId, JobState},
    value::{Object, from_object, to_value},
};

use super::step::{Link, ORIGIN, Step, started};
use crate::functions::{
    CONNECTIONS, Desk, JobEnd, JobKind, NewJob, Origin, Runtime, Stage, StoredConnection, StoredJob,
};

/// How many connections of others are taken leave of in one transaction.
const PAGE: usize = 256;

/// Runs hooks one after the other, as jobs.
pub(super) struct Chain(pub(super) Runtime);

impl JobEnd for Chain {
    fn ended(&self, desk: &Desk<'_>, _: JobId, job: &StoredJob) -> Result<()> {
        let Some(origin) = &job.origin else { return Ok(()) };
        let step: Step = origin.key.parse()?;
        match step.link {
            Link::Connect => self.met(desk, &step, job),
            Link::Disconnect => self.left(desk, &step),
            Link::Start => self.started(desk, &step),
        }
    }
}

impl Chain {
    /// A connection comes. Returns its id.
    pub(super) fn come(&self, desk: &Desk<'_>, mut row: StoredConnection) -> Result<String> {
        let hooks = self.0.hooks();
        row.stage = match (hooks.connect.is_empty(), hooks.gates) {
            (true, _) => Stage::Connected,
            (false, 0) => Stage::Admitted,
            (false, _) => Stage::Waiting,
        };
        let fields = fields(&row)?;
        let table = TableTag::of(CONNECTIONS);
        let id = desk.transaction().with(|transaction| transaction.insert(table, fields))?;
        let id = id.to_string();
        self.run(desk, Link::Connect, 0, &id, &row)?;
        Ok(id)
    }

    /// A hook for the coming of a connection is over.
    fn met(&self, desk: &Desk<'_>, step: &Step, job: &StoredJob) -> Result<()> {
        let Some(mut row) = load(desk, &step.about)? else {
            return Ok(());
        };
        let (hooks, next) = (self.0.hooks(), step.at + 1);
        let has_succeeded = job.state == JobState::Succeeded;
        row.met += u32::from(has_succeeded);
        if step.at < hooks.gates && !has_succeeded {
            row.stage = Stage::Refused;
            row.refusal = Some(job.error.clone().unwrap_or_else(|| "the gate was canceled".to_owned()));
        } else if next < hooks.connect.len() {
            if next >= hooks.gates {
                row.stage = Stage::Admitted;
            }
            self.run(desk, Link::Connect, next, &step.about, &row)?;
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
            Stage::Refused | Stage::Connected if row.gone => {}
            _ => return put(desk, id, &row),
        }
        if nobody_met || self.0.hooks().disconnect.is_empty() {
            return delete(desk, id);
        }
        row.stage = Stage::Leaving;
        put(desk, id, &row)?;
        self.run(desk, Link::Disconnect, 0, id, &row)
    }

    /// A hook for the going of a connection is over.
    fn left(&self, desk: &Desk<'_>, step: &Step) -> Result<()> {
        let Some(row) = load(desk, &step.about)? else {
            return Ok(());
        };
        let next = step.at + 1;
        if next < self.0.hooks().disconnect.len() {
            return self.run(desk, Link::Disconnect, next, &step.about, &row);
        }
        delete(desk, &step.about)
    }

    /// Takes leave of the connections that a process held which is gone.
    pub(super) fn leave_those_of_others(&self) -> Result<()> {
        loop {
            let (found, _) = self.0.with_jobs(|desk| {
                let ids = self.page_of_others(desk)?;
                ids.iter().try_for_each(|id| self.go(desk, id))?;
                Ok(ids.len())
            })?;
            if found < PAGE {
                return Ok(());
            }
        }
    }

    fn page_of_others(&self, desk: &Desk<'_>) -> Result<Vec<String>> {
        let holder = self.0.holder().to_owned();
        let query = desk.transaction().reader().query::<StoredConnection>();
        let others = query.filter(move |row| row.holder != holder && !row.gone).take(PAGE);
        let rows = self.0.ready(others)?;
        Ok(rows.iter().map(|row| row.id().to_string()).collect())
    }

    /// Schedules the first hook for the start.
    pub(super) fn start(&self) -> Result<()> {
        let holder = self.0.holder();
        let first = self.0.with_jobs(|desk| self.run_start(desk, 0, holder));
        first.map(|_| ())
    }

    fn started(&self, desk: &Desk<'_>, step: &Step) -> Result<()> {
        // The chain of a process that is gone goes no further: this one has its own.
        if step.about != self.0.holder() {
            return Ok(());
        }
        if step.at + 1 < self.0.hooks().start.len() {
            return self.run_start(desk, step.at + 1, &step.about);
        }
        desk.say(started(&step.about));
        Ok(())
    }

    fn run_start(&self, desk: &Desk<'_>, at: usize, holder: &str) -> Result<()> {
        let Some(path) = self.0.hooks().start.get(at) else {
            return Ok(());
        };
        schedule(desk, Link::Start, at, holder, path, Object::new())
    }

    /// Schedules a hook of a connection, if the chain has one there.
    fn run(&self, desk: &Desk<'_>, link: Link, at: usize, id: &str, row: &StoredConnection) -> Result<()> {
        let hooks = self.0.hooks();
        let chain = match link {
            Link::Connect => &hooks.connect,
            Link::Disconnect | Link::Start => &hooks.disconnect,
        };
        let Some(path) = chain.get(at) else { return Ok(()) };
        let mut args = Object::new();
        if let Some(name) = hooks.argument(path) {
            args.insert(name.to_owned(), to_value(&row.seen(id))?);
        }
        schedule(desk, link, at, id, path, args)
    }
}

fn schedule(desk: &Desk<'_>, link: Link, at: usize, about: &str, path: &str, args: Object) -> Result<()> {
    let step = Step {
        link,
        at,
        about: about.to_owned(),
    };
    let job = desk.schedule(NewJob {
        target: path.to_owned(),
        kind: JobKind::Mutation,
        args,
        due: desk.now(),
        retries: None,
        identity: None,
        origin: Some(Origin {
            kind: ORIGIN.to_owned(),
            key: step.to_string(),
        }),
    });
    job.map(drop)
}

/// The row of a connection; none if it has been taken leave of.
pub(super) fn load(desk: &Desk<'_>, id: &str) -> Result<Option<StoredConnection>> {
    let id: DocumentId = id.parse()?;
    let document = desk.transaction().with(|transaction| transaction.get(id))?;
    document.map(|document| Ok(from_object(&document.fields)?)).transpose()
}

pub(super) fn put(desk: &Desk<'_>, id: &str, row: &StoredConnection) -> Result<()> {
    let (id, fields) = (id.parse()?, fields(row)?);
    desk.transaction().with(|transaction| transaction.replace(id, fields).map(drop))
}

fn delete(desk: &Desk<'_>, id: &str) -> Result<()> {
    let id = id.parse()?;
    desk.transaction().with(|transaction| transaction.delete(id).map(drop))
}

fn fields(row: &StoredConnection) -> Result<Object> {
    to_value(row)?
        .into_object()
        .map_err(|other| Error::internal(format!("a connection is an object, not {}", other.kind_name())))
}
