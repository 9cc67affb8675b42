//! What the store knows of its own schema: tables, the numbers and states of their indexes, and the key of cursors.

use lunora_core::{
    document::{decode_object, encode_object},
    table::IndexSpec,
    value::{Value, from_value, to_value},
};
use serde::{Deserialize, Serialize};

use super::cursor::KEY_BYTES;

/// Name of the catalog's record.
pub(super) const CATALOG: &str = "catalog";

/// The catalog, one record in the system's keyspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Catalog {
    pub(super) cursor_key: [u8; KEY_BYTES],
    pub(super) tables: Vec<CatalogTable>,
}

/// One table. A table that leaves the schema stays here, so that its documents are still known when it returns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct CatalogTable {
    pub(super) name: String,
    pub(super) fingerprint: String,
    /// Numbers are never used twice, so that what is left of a dropped index is never read as another's.
    pub(super) next_index: u32,
    pub(super) indexes: Vec<CatalogIndex>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct CatalogIndex {
    pub(super) number: u32,
    pub(super) name: String,
    pub(super) fields: Vec<Vec<String>>,
    pub(super) unique: bool,
    pub(super) state: IndexState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum IndexState {
    /// Entries are being added. Never read; an interrupted one is dropped and begun again under another number.
    Building,
    /// Complete.
    Ready,
    /// Entries are being removed.
    Dropping,
}

impl Catalog {
    pub(super) fn new(cursor_key: [u8; KEY_BYTES]) -> Self {
        Self {
            cursor_key,
            tables: Vec::new(),
        }
    }

    pub(super) fn encode(&self) -> Result<Vec<u8>, String> {
        let Ok(Value::Object(object)) = to_value(self) else {
            return Err("it cannot be encoded".to_owned());
        };
        let mut bytes = Vec::new();
        encode_object(&object, &mut bytes);
        Ok(bytes)
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, String> {
        let object = decode_object(bytes).map_err(|error| error.to_string())?;
        from_value(Value::Object(object)).map_err(|error| error.to_string())
    }

    pub(super) fn table(&self, name: &str) -> Option<&CatalogTable> {
        self.tables.iter().find(|table| table.name == name)
    }

    pub(super) fn table_mut(&mut self, name: &str) -> Option<&mut CatalogTable> {
        self.tables.iter_mut().find(|table| table.name == name)
    }
}

impl CatalogTable {
    pub(super) fn new(name: &str, fingerprint: &str) -> Self {
        // Number 0 is the order by creation time, which every table has.
        Self {
            name: name.to_owned(),
            fingerprint: fingerprint.to_owned(),
            next_index: 1,
            indexes: Vec::new(),
        }
    }

    /// Adds an index under a number of its own.
    pub(super) fn add(&mut self, spec: &IndexSpec, state: IndexState) -> u32 {
        let number = self.next_index;
        self.next_index += 1;
        let fields = spec
            .fields
            .iter()
            .map(|path| path.iter().map(|name| (*name).to_owned()).collect());
        self.indexes.push(CatalogIndex {
            number,
            name: spec.name.to_owned(),
            fields: fields.collect(),
            unique: spec.unique,
            state,
        });
        number
    }

    /// The complete index that is exactly this one.
    pub(super) fn ready(&self, spec: &IndexSpec) -> Option<&CatalogIndex> {
        self.indexes
            .iter()
            .find(|index| index.state == IndexState::Ready && index.is(spec))
    }
}

impl CatalogIndex {
    fn is(&self, spec: &IndexSpec) -> bool {
        let same_path = |(ours, theirs): (&Vec<String>, &&[&str])| ours.iter().eq(theirs.iter());
        self.name == spec.name
            && self.unique == spec.unique
            && self.fields.len() == spec.fields.len()
            && self.fields.iter().zip(spec.fields).all(same_path)
    }
}
