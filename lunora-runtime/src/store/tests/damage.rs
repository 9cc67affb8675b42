//! Damaged logs: a tail nobody was told about is dropped, anything else refuses the start.

use std::path::PathBuf;

use super::*;

/// A store whose commits 1 to `last` were acknowledged one by one, as a kill leaves it; and its first
/// segment.
fn killed(last: u64) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    for ts in 1..=last {
        put_durably(&store, ts, &format!("key {ts}"), "a value");
    }
    drop(store);
    let segment = dir.path().join("log/00000000000000000001.log");
    (dir, segment)
}

/// Bytes of one record of `killed`: header, two lengths, key, payload, padding.
pub(super) const RECORD: usize = 32 + 8 + 5 + 7 + 4;
pub(super) const FIRST: usize = 64;

/// The log without the seal behind its last record, which a kill right after the sync leaves out as well.
pub(super) fn without_seal(bytes: &mut [u8], last: usize) {
    let end = FIRST + last * RECORD;
    assert_ne!(bytes[end..end + 32], [0; 32], "there is a seal");
    bytes[end..].fill(0);
}

fn opened(dir: &Path) -> Result<u64, StoreError> {
    Ok(Embedded::open(dir, small())?.ordered().0)
}

#[test]
fn a_torn_last_record_is_dropped_wherever_it_was_torn() {
    let (dir, segment) = killed(3);
    let mut whole = fs::read(&segment).unwrap();
    without_seal(&mut whole, 3);
    let last = FIRST + 2 * RECORD;
    for torn in last..last + RECORD - 4 {
        let mut bytes = whole.clone();
        bytes[torn..].fill(0);
        fs::write(&segment, &bytes).unwrap();
        assert_eq!(opened(dir.path()).unwrap(), 2, "torn at {torn}");
    }
}

#[test]
fn after_a_torn_tail_the_log_goes_on() {
    let (dir, segment) = killed(3);
    let mut bytes = fs::read(&segment).unwrap();
    without_seal(&mut bytes, 3);
    bytes[FIRST + 2 * RECORD + 40] ^= 1;
    fs::write(&segment, &bytes).unwrap();
    let store = open(dir.path());
    put_durably(&store, 3, "key 3", "another");
    drop(store);
    let store = open(dir.path());
    assert_eq!(
        (store.ordered(), read(&store, "key 3").as_deref()),
        (Timestamp(3), Some("another"))
    );
}

#[test]
fn a_flipped_bit_is_never_taken_for_data() {
    let (dir, segment) = killed(4);
    let whole = fs::read(&segment).unwrap();
    for byte in 0..FIRST + 4 * RECORD + 32 {
        let mut bytes = whole.clone();
        bytes[byte] ^= 1 << (byte % 8);
        fs::write(&segment, &bytes).unwrap();
        match Embedded::open(dir.path(), small()) {
            // The padding behind a body, or the seal itself: nothing is missing.
            Ok(store) => {
                assert_eq!(store.ordered(), Timestamp(4), "bit in byte {byte}");
                assert_eq!(all(&*store.snapshot(Timestamp(4)).unwrap()).len(), 4);
                let padding = byte >= FIRST && (byte - FIRST) % RECORD >= RECORD - 4;
                assert!(
                    padding || byte >= FIRST + 4 * RECORD,
                    "the bit in byte {byte} went unnoticed"
                );
            }
            Err(StoreError::Damaged { file, .. }) => assert_eq!(file, segment),
            Err(other) => panic!("{other}"),
        }
        fs::write(&segment, &whole).unwrap();
    }
}

#[test]
fn damage_is_named_with_file_offset_and_what_to_do() {
    let (dir, segment) = killed(4);
    let mut bytes = fs::read(&segment).unwrap();
    bytes[FIRST + RECORD + 10] ^= 4;
    fs::write(&segment, &bytes).unwrap();
    let refused = opened(dir.path()).unwrap_err().to_string();
    for part in [
        "00000000000000000001.log",
        &(FIRST + RECORD).to_string(),
        "restore",
        "backup",
    ] {
        assert!(refused.contains(part), "{refused}");
    }
    assert_eq!(fs::read(&segment).unwrap(), bytes, "nothing was changed");
}

#[test]
fn damage_below_the_checkpoint_loses_nothing() {
    let (dir, segment) = killed(4);
    open(dir.path()).checkpoint().unwrap();
    let store = open(dir.path());
    put_durably(&store, 5, "key 5", "a value");
    drop(store);
    let mut bytes = fs::read(&segment).unwrap();
    bytes[FIRST + RECORD + 10] ^= 4;
    fs::write(&segment, &bytes).unwrap();
    let store = open(dir.path());
    assert_eq!(all(&*store.snapshot(Timestamp(5)).unwrap()).len(), 5);
}

#[test]
fn a_missing_middle_segment_refuses_the_start() {
    let (dir, _) = killed(200);
    let middle = dir.path().join("log/00000000000000000002.log");
    fs::remove_file(&middle).unwrap();
    assert!(matches!(opened(dir.path()), Err(StoreError::Damaged { .. })));
}

#[test]
fn a_segment_of_another_store_is_refused() {
    let ((dir, segment), (_other, stranger)) = (killed(2), killed(2));
    fs::copy(stranger, segment).unwrap();
    assert!(
        opened(dir.path())
            .unwrap_err()
            .to_string()
            .contains("belongs to another store")
    );
}

#[test]
fn a_flipped_bit_in_any_segment_is_refused_or_harmless() {
    let (dir, first) = killed(250);
    let segments = || (1..=4).map(|number| first.with_file_name(format!("{number:020}.log")));
    assert!(segments().all(|segment| segment.exists()));
    for (round, segment) in segments().cycle().take(80).enumerate() {
        let whole = fs::read(&segment).unwrap();
        let mut bytes = whole.clone();
        // A step that shares no factor with the length of a record.
        let byte = (round * 397) % bytes.len();
        bytes[byte] ^= 1 << (round % 8);
        fs::write(&segment, &bytes).unwrap();
        match Embedded::open(dir.path(), small()) {
            Ok(store) => assert_eq!(
                all(&*store.snapshot(Timestamp(250)).unwrap()).len(),
                250,
                "byte {byte}"
            ),
            Err(StoreError::Damaged { .. }) => {}
            Err(other) => panic!("{other}"),
        }
        fs::write(&segment, &whole).unwrap();
    }
}

#[test]
fn a_segment_that_was_cut_off_is_refused_and_not_taken_for_a_torn_tail() {
    let (dir, segment) = killed(3);
    let whole = fs::read(&segment).unwrap();
    // In front of the records, between them, in the last one, and behind them all.
    let behind = FIRST + 3 * RECORD + 32;
    for len in (FIRST..=behind).step_by(4).chain([whole.len() - 1]) {
        fs::write(&segment, &whole[..len]).unwrap();
        let refused = opened(dir.path()).unwrap_err();
        assert!(
            matches!(&refused, StoreError::Damaged { file, offset, .. } if *file == segment && *offset == len as u64),
            "{refused}"
        );
        assert!(refused.to_string().contains("cut off"), "{refused}");
        assert_eq!(fs::read(&segment).unwrap(), whole[..len], "nothing was changed");
    }
    fs::write(&segment, &whole).unwrap();
    assert_eq!(opened(dir.path()).unwrap(), 3);
}

#[test]
fn a_crash_while_a_segment_is_prepared_does_not_hinder_the_start() {
    let (dir, segment) = killed(3);
    let whole = fs::read(&segment).unwrap();
    for len in [0, 10, FIRST, 1000] {
        fs::write(segment.with_file_name("next.tmp"), &whole[..len]).unwrap();
        assert_eq!(opened(dir.path()).unwrap(), 3);
    }
}

#[test]
fn segments_of_another_size_are_still_read() {
    let (dir, _) = killed(100);
    for segment_bytes in [1 << 14, 1 << 12] {
        let options = Options {
            segment_bytes,
            ..small()
        };
        let store = Embedded::open(dir.path(), options).unwrap();
        let next = store.ordered().0 + 1;
        put_durably(&store, next, "large", &"v".repeat(1 << 15));
        put_durably(&store, next + 1, "small", "v");
    }
    assert_eq!(opened(dir.path()).unwrap(), 104);
}
