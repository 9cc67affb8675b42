//! Live queries: clients hear of new results of what they watch.
//!
//! # For the socket
//!
//! [`Runtime::connect`](super::Runtime::connect) gives a connection its [`LiveQueries`]. Queries are added through a
//! dispatcher, [`PublicDispatch::watch`](super::PublicDispatch::watch) or, with the proof of an admin key,
//! [`FullDispatch::watch`](super::FullDispatch::watch) (or
//! [`PublicDispatch::watch_as_user`](super::PublicDispatch::watch_as_user)), so that who may watch what is decided where it is for calls.
//! A query that is refused, or whose function fails, stays watched; its result is the error.
//!
//! [`LiveQueries::next`] waits until there is something to tell and gives a [`Transition`]: one timestamp, and the
//! queries whose results there are not what was told before. All that the connection holds after it is as of that
//! timestamp. Timestamps only grow. The next transition begins when it is asked for, so a slow reader gets fewer and
//! newer ones and nothing piles up; a future that is dropped before it is ready loses nothing.
//!
//! * *Acknowledged writes.* `next(ts)` gives a transition that is not before `ts`, even if nothing changed. To tell a
//!   client of its own mutation first, hold a transition back while the answer of a mutation with a timestamp up to
//!   that of the transition has not been sent.
//! * *Changes of the set.* Each `watch` and `remove` counts one in [`LiveQueries::version`], and a transition says
//!   up to which it [covers](Transition::covers) them. What is changed between two calls of `next` is covered
//!   together, and by some transition even if no result comes of it.
//! * *The end of a credential.* Nothing here looks at it again once a query is watched: a token that expires and a
//!   key that is revoked end the connection, by the [`Validity`](super::Validity) that came with them.
//! * *Another identity.* Watch each query again under its number: results that turn out equal are not told again.
//! * *Journals.* The outcome of a paginated query has a journal; the query is run again with it, and a client that
//!   comes back sends it with [`WatchRequest::journal`].
//!
//! # How it works
//!
//! A watch holds a valid result: an entry of the [query cache](super::results) that tells when a commit ends it.
//! Then the watch is *stale*. A connection that wants a transition and has stale watches chooses a timestamp, the
//! newest that is on disk, and collects their results as of then: known ones, those of runs under way at that
//! timestamp, and of new runs. So all who watch one query wait for one run, whose result is encoded once; and since a
//! query that is under way at another timestamp is waited for and not run beside itself, commits that arrive meanwhile
//! lead to one more run, at the newest of them. (`meeting` says how that starves nobody.) Runs happen on the
//! [executor](super::executor), at most one per thread at a time; the committer knows nothing of all this.
//!
//! Who shares a run is settled by what it looked at. Without knowing better one run is made for all; if it looked at
//! the identity, the others get one for each user, and if it looked at the time or drew random numbers, one for each
//! watch, all at the timestamp of the first. The next run goes by what the last one did.

mod again;
mod arena;
mod backoff;
mod begin;
mod connection;
mod finish;
mod handle;
mod holding;
mod job;
mod late;
mod limits;
mod meeting;
mod queries;
mod queue;
mod runs;
mod shared;
mod state;
mod take;

pub(super) use self::handle::Live;
pub use self::{
    connection::{Transition, Update},
    handle::{LiveQueries, WatchError, WatchRequest},
    limits::LiveLimits,
};
