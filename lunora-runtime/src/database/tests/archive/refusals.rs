//! Files that are no whole export.

use miniz_oxide::{deflate::compress_to_vec, inflate::decompress_to_vec};

use super::super::fixture::{insert, item, items_schema};
use super::*;
use crate::database::ArchiveError;

const HEAD: usize = 12;
const BLOCK_HEAD: usize = 13;

fn small_export() -> Vec<u8> {
    let dir = tempfile::tempdir().unwrap();
    let source = open_in(dir.path(), items_schema());
    insert(&source.database, ["a", "b", "c"].map(|key| item(1.0, 2.0, key)));
    export(&source.database)
}

/// Why `file` is not imported into a store that stays as it is.
#[track_caller]
fn refusal(file: &[u8]) -> ImportError {
    let dir = tempfile::tempdir().unwrap();
    let refused = try_import(
        dir.path(),
        items_schema(),
        file,
        import_options(ImportMode::IntoEmpty),
    );
    let refused = refused.expect_err("a file that is no whole export was imported");
    assert!(!dir.path().join("next").exists() && !dir.path().join("ready").exists());
    refused
}

/// Looks at the file alone, which is faster than to make a store for each.
fn archive_error(file: &[u8]) -> Option<ArchiveError> {
    let schema = items_schema();
    match crate::database::archive::look_through(file, &schema) {
        Ok(_) => None,
        Err(ImportError::Archive(error)) => Some(error),
        Err(other) => panic!("{other}"),
    }
}

/// The number of each block, with where it begins and ends.
fn blocks(file: &[u8]) -> Vec<std::ops::Range<usize>> {
    let (mut at, mut blocks) = (HEAD, Vec::new());
    while at < file.len() {
        let stored = u32::from_le_bytes(file[at + 1..at + 5].try_into().unwrap()) as usize;
        blocks.push(at..at + BLOCK_HEAD + stored);
        at += BLOCK_HEAD + stored;
    }
    blocks
}

/// The export with another payload in one block, and checksums that fit it but for that of the whole.
fn with_payload(file: &[u8], number: usize, change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let block = blocks(file)[number].clone();
    let mut payload = decompress_to_vec(&file[block.start + BLOCK_HEAD..block.end]).unwrap();
    change(&mut payload);
    let stored = compress_to_vec(&payload, 1);
    let mut head = file[block.start..block.start + 9].to_vec();
    head[1..5].copy_from_slice(&u32::try_from(stored.len()).unwrap().to_le_bytes());
    head[5..9].copy_from_slice(&u32::try_from(payload.len()).unwrap().to_le_bytes());
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&(number as u64).to_le_bytes());
    hasher.update(&head);
    hasher.update(&stored);
    head.extend_from_slice(&hasher.finalize().to_le_bytes());
    [&file[..block.start], &head, &stored, &file[block.end..]].concat()
}

#[test]
fn cut_off_anywhere_it_is_refused() {
    let file = small_export();
    assert!(archive_error(&file).is_none());
    for length in 0..file.len() {
        match archive_error(&file[..length]) {
            Some(ArchiveError::CutOff { at }) if length >= 8 => assert!(at <= length as u64),
            Some(ArchiveError::NotAnExport) if length < 8 => {}
            other => panic!("cut off after {length} bytes: {other:?}"),
        }
    }
    let text = refusal(&file[..file.len() / 2]).to_string();
    assert!(text.contains("not finished"), "{text}");
}

#[test]
fn with_any_bit_flipped_it_is_refused() {
    let file = small_export();
    for at in 0..file.len() {
        for bit in 0..8 {
            let mut flipped = file.clone();
            flipped[at] ^= 1 << bit;
            assert!(archive_error(&flipped).is_some(), "byte {at}, bit {bit}");
        }
    }
    let mut flipped = file.clone();
    flipped[file.len() / 2] ^= 1;
    let text = refusal(&flipped).to_string();
    assert!(
        text.contains("damaged at byte") && text.contains("Take another copy"),
        "{text}"
    );
}

#[test]
fn something_else_is_no_export() {
    for file in [
        &b""[..],
        b"LUNORLOG and more of it",
        b"{\"tables\":[]}",
        &[0; 4096],
    ] {
        let text = refusal(file).to_string();
        assert!(text.contains("no export of a Lunora store"), "{text}");
    }
}

#[test]
fn a_newer_format_is_named() {
    let mut file = small_export();
    file[8] = 2;
    let text = refusal(&file).to_string();
    assert!(
        text.contains("format 2") && text.contains("reads format 1"),
        "{text}"
    );
}

#[test]
fn blocks_that_were_moved_lost_or_added_are_found_out() {
    let file = small_export();
    let blocks = blocks(&file);
    let [manifest, documents, end] = [0, 1, 2].map(|number| &file[blocks[number].clone()]);
    let head = &file[..HEAD];
    for parts in [
        &[head, documents, manifest, end][..],
        &[head, manifest, end],
        &[head, manifest, documents, documents, end],
        &[head, manifest, documents],
        &[head, manifest, documents, end, end],
        &[head, manifest, documents, end, b"x"],
    ] {
        assert!(archive_error(&parts.concat()).is_some());
    }
}

/// Even with the right checksum of each block, the whole has to be the one that was written.
#[test]
fn a_block_of_another_export_does_not_fit() {
    let file = small_export();
    let changed = with_payload(&file, 1, |payload| *payload.last_mut().unwrap() ^= 1);
    assert!(matches!(
        refusal(&changed),
        ImportError::Archive(_) | ImportError::Document { .. }
    ));
    let other = with_payload(&file, 0, |manifest| {
        let text = String::from_utf8(std::mem::take(manifest)).unwrap();
        *manifest = text.replace(r#""documents":3"#, r#""documents":2"#).into_bytes();
    });
    let text = refusal(&other).to_string();
    assert!(text.contains("checksum of the whole"), "{text}");
}

#[test]
fn a_block_that_lies_about_its_size_costs_no_memory() {
    let mut file = small_export();
    for field in [HEAD + 1, HEAD + 5] {
        file[field..field + 4].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(matches!(archive_error(&file), Some(ArchiveError::Damaged { .. })));
    }
    let mut file = small_export();
    file[HEAD + 1..HEAD + 5].copy_from_slice(&(1_u32 << 30).to_le_bytes());
    assert!(matches!(archive_error(&file), Some(ArchiveError::CutOff { .. })));
}
