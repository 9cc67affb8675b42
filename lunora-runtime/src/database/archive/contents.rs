//! Going through the documents of an export, and looking at all of them before anything is made of one.

use std::io::Read;

use lunora_core::{
    id::{DocumentId, RANDOM_BYTES, TableTag},
    value::{Value, ValueError},
};

use super::{
    super::{
        document::{StoredDocument, check_fields},
        error::CorruptReason,
        progress::{Progress, Step},
        schema::{Schema, TableSchema},
    },
    documents,
    error::ImportError,
    manifest::{Manifest, TableEntry},
    reader::{ArchiveReader, Fingerprint},
};

const REPORT_EVERY: u64 = 1000;

/// What an export is read for.
pub(super) struct Purpose<'a> {
    pub(super) schema: &'a Schema,
    /// Tables that are in no export.
    pub(super) private: &'a [&'static str],
    pub(super) step: Step<'static>,
    pub(super) progress: &'a mut (dyn FnMut(Progress<'_>) + Send),
}

/// Checks every byte of an export, and every document against the application's tables.
///
/// Whether unique indexes hold shows when they are built.
pub(super) fn verify(input: impl Read, purpose: Purpose<'_>) -> Result<(Manifest, Fingerprint), ImportError> {
    walk(input, purpose, &mut |place, document| {
        check(place, &document).map_err(|reason| ImportError::Document {
            table: place.name().to_owned(),
            id: document.id,
            reason,
        })
    })
}

/// Where a document of an export belongs.
#[derive(Clone, Copy)]
pub(super) enum Place<'a> {
    /// In a table of the application.
    Known(&'a TableSchema),
    /// In one of an earlier version of the application, in case that a later one has it again.
    Former(&'a TableEntry),
}

impl<'a> Place<'a> {
    fn of(entry: &'a TableEntry, schema: &'a Schema, private: &[&str]) -> Result<Self, ImportError> {
        if private.contains(&&*entry.name) {
            return Err(ImportError::Private(entry.name.clone()));
        }
        match schema.tables.iter().find(|table| table.name == entry.name) {
            Some(table) => Ok(Self::Known(table)),
            None if !entry.in_schema || entry.documents == 0 => Ok(Self::Former(entry)),
            None => Err(ImportError::UnknownTable {
                table: entry.name.clone(),
                documents: entry.documents,
            }),
        }
    }

    pub(super) fn name(self) -> &'a str {
        match self {
            Self::Known(table) => table.name,
            Self::Former(entry) => &entry.name,
        }
    }
}

/// Gives every document of an export to `visit`, in the order of tables and ids.
pub(super) fn walk(
    input: impl Read,
    purpose: Purpose<'_>,
    visit: &mut dyn FnMut(Place<'_>, StoredDocument) -> Result<(), ImportError>,
) -> Result<(Manifest, Fingerprint), ImportError> {
    let (mut reader, manifest) = ArchiveReader::begin(input)?;
    let places = manifest
        .tables
        .iter()
        .map(|entry| Place::of(entry, purpose.schema, purpose.private))
        .collect::<Result<Vec<_>, _>>()?;
    let mut walk = Walk {
        manifest: &manifest,
        found: vec![0; places.len()],
        last: None,
        step: purpose.step,
        progress: purpose.progress,
    };
    while let Some((table, payload)) = reader.next()? {
        for packed in documents::all(&payload) {
            let (random, stored) = packed.map_err(|_| contradiction("a document in it ends too early"))?;
            let id = walk.pass(table, random)?;
            let place = places[table];
            visit(place, decode(place, id, stored)?)?;
        }
    }
    walk.end()?;
    Ok((manifest.clone(), reader.fingerprint()))
}

/// How far a walk has come.
struct Walk<'a> {
    manifest: &'a Manifest,
    /// Documents of each table so far.
    found: Vec<u64>,
    last: Option<(usize, [u8; RANDOM_BYTES])>,
    step: Step<'static>,
    progress: &'a mut (dyn FnMut(Progress<'_>) + Send),
}

impl Walk<'_> {
    /// Goes on to the next document.
    fn pass(&mut self, table: usize, random: [u8; RANDOM_BYTES]) -> Result<DocumentId, ImportError> {
        let Some(entry) = self.manifest.tables.get(table) else {
            return Err(contradiction("a document in it belongs to no table"));
        };
        let tag = TableTag::of(&entry.name);
        let (id, here) = (DocumentId { table: tag, random }, Some((table, random)));
        if self.last == here {
            return Err(ImportError::Twice {
                table: entry.name.clone(),
                id,
                place: "both are in the export",
            });
        }
        if self.last > here {
            return Err(contradiction("its documents are not in order"));
        }
        self.last = here;
        self.found[table] += 1;
        self.report(entry, self.found[table]);
        Ok(id)
    }

    fn report(&mut self, entry: &TableEntry, done: u64) {
        if done.is_multiple_of(REPORT_EVERY) || done == entry.documents {
            (self.progress)(Progress {
                table: &entry.name,
                step: self.step,
                done,
                total: entry.documents,
            });
        }
    }

    /// All that the manifest says has come.
    fn end(&self) -> Result<(), ImportError> {
        let expected = self.manifest.tables.iter().map(|entry| entry.documents);
        if self.found.iter().copied().eq(expected) {
            Ok(())
        } else {
            Err(contradiction(
                "a table has not as many documents as its manifest says",
            ))
        }
    }
}

/// Written anew, so that the store gets its own encoding whoever made the export.
fn decode(place: Place<'_>, id: DocumentId, stored: &[u8]) -> Result<StoredDocument, ImportError> {
    let read =
        StoredDocument::decode(id, stored.to_vec().into()).map_err(|reason| ImportError::Document {
            table: place.name().to_owned(),
            id,
            reason,
        })?;
    Ok(StoredDocument::encode(id, read.creation_time, read.fields))
}

fn check(place: Place<'_>, document: &StoredDocument) -> Result<(), CorruptReason> {
    if !document.creation_time.is_finite() {
        let error = ValueError::new("its creation time is not a number");
        return Err(CorruptReason::Type(error));
    }
    check_fields(&document.fields).map_err(CorruptReason::Type)?;
    match place {
        Place::Known(table) => {
            (table.decodes)(Value::Object(document.fields.clone())).map_err(CorruptReason::Type)
        }
        Place::Former(_) => Ok(()),
    }
}

fn contradiction(what: &'static str) -> ImportError {
    ImportError::Contradiction(what)
}

/// What [`verify`] says, for tests.
#[cfg(test)]
pub(in crate::database) fn look_through(input: &[u8], schema: &Schema) -> Result<Manifest, ImportError> {
    let purpose = Purpose {
        schema,
        private: &[],
        step: Step::Inspect,
        progress: &mut |_| (),
    };
    verify(input, purpose).map(|(manifest, _)| manifest)
}
