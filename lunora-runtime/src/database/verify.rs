//! Compares the documents of a table whose type has changed with the new type.

use lunora_core::value::Value;

use super::{
    backfill::{self, BATCH},
    committer::Committer,
    keys,
    open::{OpenError, Progress, Report, Step},
    schema::TableSchema,
};
use crate::store::Direction;

/// Refuses the first document that does not decode.
pub(super) fn table(committer: &Committer, table: &TableSchema, report: Report<'_>) -> Result<(), OpenError> {
    let total = backfill::count(committer, table)?;
    let snapshot = backfill::newest(committer)?;
    let mut done = 0;
    for pair in snapshot.range(keys::documents(table.tag), Direction::Ascending) {
        let (key, payload) = pair?;
        let document = backfill::decode(table, &key, payload)?;
        (table.decodes)(Value::Object(document.fields)).map_err(|error| OpenError::Document {
            table: table.name,
            id: document.id,
            error,
        })?;
        done += 1;
        if done % BATCH.0 as u64 == 0 || done == total {
            report(Progress {
                table: table.name,
                step: Step::Verify,
                done,
                total,
            });
        }
    }
    Ok(())
}
