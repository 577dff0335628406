//! How a sentence writes names and numbers.

/// A Deployment's name in the singular or plural: 1 consumer, 2 consumers.
pub fn plural(name: &str, count: u32) -> String {
    let hisses = ["ch", "sh", "x"].iter().any(|end| name.ends_with(end));
    match count {
        1 => name.to_owned(),
        _ if name.ends_with('s') => name.to_owned(),
        _ if hisses => format!("{name}es"),
        _ => format!("{name}s"),
    }
}

/// The text with its first letter in upper case.
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Names as a list: "a", "a and b", "a, b and c".
pub fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// A rate in messages per second. Rates under 2 have a decimal, so that they never look like zero.
pub(super) fn rate(a_second: f64) -> String {
    if a_second < 2.0 { format!("{a_second:.1}") } else { format!("{a_second:.0}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_a_plural() {
        let said = ["batch", "consumer", "jobs"].map(|name| plural(name, 2));
        assert_eq!(said, ["batches", "consumers", "jobs"]);
        assert_eq!(plural("batch", 1), "batch");
    }

    #[test]
    fn a_list_ends_with_and() {
        let names = |count: usize| listed(&["a", "b", "c"].map(str::to_owned)[..count]);
        assert_eq!([0, 1, 2, 3].map(names), ["", "a", "a and b", "a, b and c"]);
    }

    #[test]
    fn a_slow_rate_is_not_written_as_zero() {
        assert_eq!([0.0, 0.36, 9.6, 49.7].map(rate), ["0.0", "0.4", "10", "50"]);
    }
}
