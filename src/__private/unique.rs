//! No two items of an application have one wire name; found while the application is compiled.

use lunora_runtime::functions::Listing;

/// The same entries. Two of one name fail the build.
#[track_caller]
pub const fn unique<const N: usize>(entries: [Listing; N]) -> [Listing; N] {
    let mut names = [""; N];
    let mut at = 0;
    while at < N {
        names[at] = entries[at].name();
        at += 1;
    }
    assert_unique(&names);
    entries
}

/// Panics, and so fails the build, when two of `names` are equal.
///
/// Names are compared by their hashes, sorted: comparing each with each would be too much for the compiler from about
/// a thousand names on (`long_running_const_eval`).
#[track_caller]
const fn assert_unique<const N: usize>(names: &[&str; N]) {
    let mut hashes = [(0_u64, 0_usize); N];
    let mut at = 0;
    while at < N {
        hashes[at] = (hash(names[at]), at);
        at += 1;
    }
    sort(&mut hashes);
    let mut at = 1;
    while at < N {
        if hashes[at - 1].0 == hashes[at].0 {
            refuse(names[hashes[at - 1].1]);
        }
        at += 1;
    }
}

#[track_caller]
const fn refuse(name: &str) -> ! {
    let (before, name, after) = match name.as_bytes() {
        [b't', b'a', b'b', b'l', b'e', b' ', ..] => (
            "two tables are called `",
            name.split_at("table ".len()).1,
            "`; give one of them another name: `#[table(\"name\")]`",
        ),
        [b'h', b't', b't', b'p', b' ', ..] => (
            "two HTTP actions answer to `",
            name.split_at("http ".len()).1,
            "`; give one of them another path or method (the names of parameters tell no two paths apart)",
        ),
        b"crons" => (
            "two functions are lists of `",
            name,
            "`; an application has one: let its function put them together",
        ),
        _ => (
            "two functions have the wire name `",
            name,
            "`; give one of them another: `rename = \"wireName\"` in its attribute",
        ),
    };
    let mut text = [0; 1024];
    let end = append(&mut text, 0, before);
    let end = append(&mut text, end, name);
    let end = append(&mut text, end, after);
    let (text, _) = text.split_at(end);
    match std::str::from_utf8(text) {
        Ok(text) => panic!("{}", text),
        Err(_) => panic!("two functions or two tables have one name"),
    }
}

const fn append(text: &mut [u8; 1024], start: usize, more: &str) -> usize {
    let more = more.as_bytes();
    let mut at = 0;
    while at < more.len() && start + at < text.len() {
        text[start + at] = more[at];
        at += 1;
    }
    start + at
}

/// FNV-1a, 64 bits.
const fn hash(name: &str) -> u64 {
    let bytes = name.as_bytes();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut at = 0;
    while at < bytes.len() {
        hash = (hash ^ bytes[at] as u64).wrapping_mul(0x0100_0000_01b3);
        at += 1;
    }
    hash
}

/// Shell sort with Ciura's gaps (2001), continued by a factor of 2.25.
const fn sort(hashes: &mut [(u64, usize)]) {
    let gaps = [4025, 1789, 796, 354, 157, 57, 23, 10, 4, 1];
    let mut which = 0;
    while which < gaps.len() {
        insertion_sort(hashes, gaps[which]);
        which += 1;
    }
}

const fn insertion_sort(hashes: &mut [(u64, usize)], gap: usize) {
    let mut start = gap;
    while start < hashes.len() {
        let moving = hashes[start];
        let mut at = start;
        while at >= gap && hashes[at - gap].0 > moving.0 {
            hashes[at] = hashes[at - gap];
            at -= gap;
        }
        hashes[at] = moving;
        start += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_names_pass() {
        assert_unique(&[]);
        assert_unique(&["a:b", "a:c", "table a", "b:b"]);
    }

    #[test]
    #[should_panic(expected = "two functions have the wire name `a:c`; give")]
    fn equal_names_do_not() {
        assert_unique(&["a:c", "a:b", "z", "a:c"]);
    }

    #[test]
    #[should_panic(expected = "two tables are called `rows`; give")]
    fn nor_do_equal_names_of_tables() {
        assert_unique(&["table rows", "a:b", "table rows"]);
    }

    #[test]
    #[should_panic(expected = "two HTTP actions answer to `GET /a/{}`; give")]
    fn nor_do_equal_routes() {
        assert_unique(&["http GET /a/{}", "a:b", "http POST /a/{}", "http GET /a/{}"]);
    }

    #[test]
    fn the_sort_sorts() {
        let mut hashes: Vec<_> = (0..5000_u64)
            .map(|at| (at.wrapping_mul(0x9e37_79b9_7f4a_7c15), 0))
            .collect();
        sort(&mut hashes);
        assert!(hashes.is_sorted());
    }
}
