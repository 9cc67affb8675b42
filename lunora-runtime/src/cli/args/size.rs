//! Sizes, as people write them.

/// Bytes, or KiB, MiB or GiB of them.
pub(super) fn size(text: &str) -> Result<usize, String> {
    let expected = || "expected a size such as 512MiB or 2GiB".to_owned();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let shift = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 0,
        "k" | "kb" | "kib" => 10,
        "m" | "mb" | "mib" => 20,
        "g" | "gb" | "gib" => 30,
        _ => return Err(expected()),
    };
    let number: usize = number.parse().map_err(|_| expected())?;
    number.checked_mul(1 << shift).ok_or_else(expected)
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_have_units() {
        let sizes = ["7", "7KiB", "7 m", "2GiB", "2gb"].map(|text| size(text).unwrap());
        assert_eq!(sizes, [7, 7 << 10, 7 << 20, 2 << 30, 2 << 30]);
        for text in [
            "",
            "MiB",
            "1.5GiB",
            "-1",
            "7TiB",
            "é",
            "99999999999999999999",
            "99999999999GiB",
        ] {
            assert!(size(text).is_err(), "{text}");
        }
    }
}
