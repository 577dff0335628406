//! Parses Kubernetes quantities: "100m", "1.5", "128Mi", "2G", "1e3".

/// Parses a quantity in thousandths (millicores of CPU), rounded up as Kubernetes does.
///
/// # Errors
/// When the text is not a quantity, is negative, or is too large.
pub fn thousandths(text: &str) -> Result<u64, String> {
    counted(text, 3)
}

/// Parses a quantity in whole units (bytes of memory), rounded up.
///
/// # Errors
/// As for [`thousandths`].
pub fn whole(text: &str) -> Result<u64, String> {
    counted(text, 0)
}

/// Parses a quantity and multiplies it by ten to the power of `finer`, rounded up.
fn counted(text: &str, finer: i32) -> Result<u64, String> {
    if text.starts_with('-') {
        return Err(format!("{text:?} is negative"));
    }
    let unsigned = text.strip_prefix('+').unwrap_or(text);
    let end = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(unsigned.len());
    let (number, suffix) = unsigned.split_at(end);
    let (integer, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = format!("{integer}{fraction}");
    let unit = unit(suffix).filter(|_| !digits.is_empty() && !fraction.contains('.'));
    let Some((factor, tens)) = unit else { return Err(no_quantity(text)) };
    let places = i32::try_from(fraction.len()).unwrap_or(i32::MAX);
    let tens = (tens + finer).saturating_sub(places);
    let counted = digits.parse().ok().and_then(|digits| shifted(digits, factor, tens));
    counted.ok_or_else(|| format!("{text:?} is too large"))
}

/// The value of a suffix such as `Ki`: a factor, and the power of ten by which to multiply it.
fn unit(suffix: &str) -> Option<(u128, i32)> {
    Some(match suffix {
        "" => (1, 0),
        "n" => (1, -9),
        "u" => (1, -6),
        "m" => (1, -3),
        "k" => (1, 3),
        "M" => (1, 6),
        "G" => (1, 9),
        "T" => (1, 12),
        "P" => (1, 15),
        "E" => (1, 18),
        "Ki" => (1 << 10, 0),
        "Mi" => (1 << 20, 0),
        "Gi" => (1 << 30, 0),
        "Ti" => (1 << 40, 0),
        "Pi" => (1 << 50, 0),
        "Ei" => (1 << 60, 0),
        exponent => (1, exponent.strip_prefix(['e', 'E'])?.parse::<i16>().ok()?.into()),
    })
}

fn shifted(digits: u128, factor: u128, tens: i32) -> Option<u64> {
    let product = digits.checked_mul(factor)?;
    let power = 10_u128.checked_pow(tens.unsigned_abs());
    let counted = match power {
        // A result between 0 and 1 is rounded up to 1.
        None if tens < 0 || product == 0 => product.min(1),
        None => return None,
        Some(power) if tens < 0 => product.div_ceil(power),
        Some(power) => product.checked_mul(power)?,
    };
    counted.try_into().ok()
}

fn no_quantity(text: &str) -> String {
    format!("{text:?} is not a quantity; write it like 100m, 1.5, 128Mi or 2G")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_of_kubernetes_is_parsed() {
        let cases = [
            ("100m", 100),
            ("1.5", 1500),
            ("2", 2000),
            (".5", 500),
            ("1.", 1000),
            ("+3", 3000),
            ("1e3", 1_000_000),
            ("5E-1", 500),
            ("0", 0),
            ("1k", 1_000_000),
            ("1Ki", 1_024_000),
        ];
        for (text, expected) in cases {
            assert_eq!(thousandths(text), Ok(expected), "{text}");
        }
        let bytes = [
            ("128Mi", 128 << 20),
            ("2G", 2_000_000_000),
            ("1.5Gi", 3 << 29),
            ("123456789", 123_456_789),
            ("1E", 1_000_000_000_000_000_000),
            ("7Ei", 7 << 60),
            ("12884901888000m", 12_884_901_888),
        ];
        for (text, expected) in bytes {
            assert_eq!(whole(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn a_fraction_of_the_unit_is_rounded_up() {
        assert_eq!(thousandths("1n"), Ok(1));
        assert_eq!(thousandths("1500u"), Ok(2));
        assert_eq!(thousandths("0n"), Ok(0));
        assert_eq!(whole("100m"), Ok(1));
        assert_eq!(whole("1e-300"), Ok(1));
    }

    #[test]
    fn invalid_quantities_are_refused_with_a_message() {
        for text in ["", "m", ".", "1.2.3", "1 Gi", "1KiB", "1mi", "0x10", "1e", "e3", "ten", "1m2"]
        {
            let refusal = thousandths(text).unwrap_err();
            assert_eq!(refusal, no_quantity(text));
        }
        assert_eq!(thousandths("-1"), Err("\"-1\" is negative".to_owned()));
        for text in ["1e99", "16Ei", "99999999999999999999999999999999999999999"] {
            assert_eq!(whole(text), Err(format!("{text:?} is too large")));
        }
    }
}
