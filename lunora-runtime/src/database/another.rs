//! Data of another application.

use lunora_core::id::TableTag;

use super::{
    backfill,
    catalog::Catalog,
    committer::Committer,
    keys,
    open::OpenError,
    schema::{Schema, TableSchema},
};
use crate::store::Direction;

/// Refuses data with documents of application tables of which `schema` has none: it is that of another application, whose
/// jobs would fail and whose crons would go if this one ran on it.
pub(super) fn refuse(committer: &Committer, catalog: &Catalog, schema: &Schema) -> Result<(), OpenError> {
    let ours: Vec<_> = schema.tables.iter().filter(|table| !table.is_system()).collect();
    let theirs = catalog.tables.iter().map(|table| &*table.name);
    let theirs: Vec<_> = theirs.filter(|name| !name.starts_with('_')).collect();
    let known = |table: &&TableSchema| theirs.contains(&table.name);
    if ours.is_empty() || ours.iter().any(known) {
        return Ok(());
    }
    let snapshot = backfill::newest(committer)?;
    for name in theirs {
        let documents = keys::documents(TableTag::of(name));
        if let Some(document) = snapshot.range(documents, Direction::Ascending).next() {
            document?;
            return Err(OpenError::Another {
                theirs: name.to_owned(),
                ours: ours[0].name,
            });
        }
    }
    Ok(())
}
