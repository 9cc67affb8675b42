//! From the catalog and the schema to what has to be done: no I/O.

use super::{
    catalog::{Catalog, CatalogTable, IndexState},
    index::Index,
    schema::{Schema, TableSchema},
    tables::{ResolvedTable, Tables},
};

/// Names of the tables whose documents have to be checked against their new type.
pub(super) fn changed_tables<'a>(catalog: &Catalog, schema: &'a Schema) -> Vec<&'a TableSchema> {
    let changed = |table: &&TableSchema| {
        catalog
            .table(table.name)
            .is_some_and(|known| known.fingerprint != table.fingerprint)
    };
    schema.tables.iter().filter(changed).collect()
}

/// Enters new tables and indexes. What was being built by a process that is gone is dropped and begun again.
pub(super) fn begin_building(catalog: &mut Catalog, schema: &Schema) {
    for index in catalog.tables.iter_mut().flat_map(|table| &mut table.indexes) {
        if index.state == IndexState::Building {
            index.state = IndexState::Dropping;
        }
    }
    for table in &schema.tables {
        match catalog.table_mut(table.name) {
            None => catalog.tables.push(new_table(table)),
            Some(known) => {
                for spec in &table.indexes {
                    if known.ready(spec).is_none() {
                        known.add(spec, IndexState::Building);
                    }
                }
            }
        }
    }
}

/// A table without documents has complete indexes.
fn new_table(table: &TableSchema) -> CatalogTable {
    let mut known = CatalogTable::new(table.name, &table.fingerprint);
    for spec in &table.indexes {
        known.add(spec, IndexState::Ready);
    }
    known
}

/// The indexes that are being built.
pub(super) fn building<'a>(catalog: &Catalog, schema: &'a Schema) -> Vec<(&'a TableSchema, Index)> {
    let mut building = Vec::new();
    for table in &schema.tables {
        let indexes = catalog.table(table.name).map_or(&[][..], |known| &known.indexes);
        for index in indexes.iter().filter(|index| index.state == IndexState::Building) {
            if let Some(spec) = table.indexes.iter().find(|spec| spec.name == index.name) {
                building.push((
                    table,
                    Index {
                        table: table.tag,
                        number: index.number,
                        spec: *spec,
                    },
                ));
            }
        }
    }
    building
}

/// What was built is complete, what the schema does not have is to be dropped, documents are of the new types.
pub(super) fn finish_building(catalog: &mut Catalog, schema: &Schema) {
    for known in &mut catalog.tables {
        let Some(table) = schema.tables.iter().find(|table| table.name == known.name) else {
            continue;
        };
        known.fingerprint.clone_from(&table.fingerprint);
        let kept: Vec<u32> = table
            .indexes
            .iter()
            .filter_map(|spec| Some(known.ready(spec)?.number))
            .collect();
        for index in &mut known.indexes {
            index.state = match index.state {
                IndexState::Building => IndexState::Ready,
                IndexState::Ready if kept.contains(&index.number) => IndexState::Ready,
                IndexState::Ready | IndexState::Dropping => IndexState::Dropping,
            };
        }
    }
}

/// Enters a table that has got documents outside of any schema. When one has it again, they are compared with its type,
/// and all its indexes are built.
pub(super) fn enter_former(catalog: &mut Catalog, name: &str) {
    if catalog.table(name).is_none() {
        catalog.tables.push(CatalogTable::new(name, ""));
    }
    if let Some(known) = catalog.table_mut(name) {
        known.fingerprint.clear();
        for index in &mut known.indexes {
            index.state = IndexState::Dropping;
        }
    }
}

/// Forgets the indexes that are dropped.
pub(super) fn finish_dropping(catalog: &mut Catalog) {
    for table in &mut catalog.tables {
        table.indexes.retain(|index| index.state != IndexState::Dropping);
    }
}

/// The tables of the schema with the numbers of their indexes.
pub(super) fn resolve(catalog: &Catalog, schema: Schema) -> Tables {
    Tables::new(schema.tables.into_iter().map(|table| {
        let number = |spec| Some(catalog.table(table.name)?.ready(spec)?.number);
        let own = table.indexes.iter().filter_map(|spec| {
            Some(Index {
                table: table.tag,
                number: number(spec)?,
                spec: *spec,
            })
        });
        let indexes = std::iter::once(Index::by_creation_time(table.tag))
            .chain(own)
            .collect();
        ResolvedTable {
            schema: table,
            indexes,
        }
    }))
}
