//! The engine in a simulation: functions, transactions, live queries and the store, on a disk that fails.
//!
//! A history is a few lives of one data directory. In each, clients call mutations and queries over a few hot keys and
//! watch others, until the scheduler ends it at some step, the disk loses power, a sync fails, or all are done. The next
//! life starts on what is left. All of it follows from the seed (see [`crate::sync::simulated`]).
//!
//! What is checked, by `history`:
//!
//! * *Strict serializability.* The order that has to explain everything is known: that of the commit timestamps. So the
//!   check is complete, and no search: each commit is repeated on a model at its timestamp, each read and each result of a
//!   watched query at the one that it says it is as of, and all that clients were told has to come out again. Real time
//!   is compared with it: nothing is as of before what any client had been told when it was begun.
//! * *Durability.* After each start everything is there that a client was told of, written or only read, and the rest of
//!   what was ordered up to some commit, whole, and nothing after that.
//! * *Repeats.* Clients send mutations again under the same key: in the next life, after an answer, while the first is under
//!   way elsewhere. Its commit is there once, all are told of that one, and the key is nobody else's.
//! * *Live queries.* Each transition makes all that its client holds agree with its timestamp, which never goes back;
//!   and when all is quiet, with the newest commit.
//!
//! `LUNORA_SIMULATIONS` sets how many seeds are run, `LUNORA_SEED` runs one.

mod application;
mod client;
mod history;
mod keys;
mod life;
mod model;
mod operation;
mod tests;
