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

/// A rate as sentences show it: in whole jobs, and below 2 in tenths, so that a slow rate never
/// looks like zero. The result does not change if it is rounded again.
pub(super) fn shown(a_second: f64) -> f64 {
    if a_second < 1.95 { (a_second * 10.0).round() / 10.0 } else { a_second.round() }
}

/// A rate in messages per second. Rates under 2 have a decimal, so that they never look like zero.
pub(super) fn rate(a_second: f64) -> String {
    let shown = shown(a_second);
    if shown < 2.0 { format!("{shown:.1}") } else { format!("{shown:.0}") }
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

    #[test]
    fn a_rounded_rate_stays_as_it_is() {
        for hundredths in 0..5000 {
            let once = shown(f64::from(hundredths) / 100.0);
            assert_eq!(shown(once), once, "{hundredths}");
        }
    }
}
