//! How numbers, times and texts are written.

/// Stands for a value that is not known.
pub const DASH: &str = "\u{2013}";

/// A value that may be unknown, as text; a dash for an unknown one.
pub fn or_dash<T>(value: Option<T>, text: impl Fn(T) -> String) -> String {
    value.map_or_else(|| DASH.to_owned(), text)
}

/// A count, with commas from 10,000 on.
pub fn count(value: u64) -> String {
    let digits = value.to_string();
    if digits.len() < 5 {
        return digits;
    }
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Seconds: 6.5 s, 75 s, 1,200 s.
pub fn seconds(value: f64) -> String {
    if value < 10.0 {
        format!("{value:.1} s")
    } else {
        format!("{} s", count(value.round() as u64))
    }
}

/// A log text in the words of the page: arrows, and "background" for that workload's name.
pub fn said(text: &str, backgrounds: &[String]) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let last = words.len() - 1;
    let word = |(i, word): (usize, &&str)| {
        let is_background = i < last && backgrounds.iter().any(|name| name == word);
        if is_background { "background".to_owned() } else { word.replace("->", "\u{2192}") }
    };
    words.iter().enumerate().map(word).collect::<Vec<_>>().join(" ")
}

/// A path or an address as one word of a shell.
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._/:@%+=,[]".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_numbers_have_commas_and_unknown_ones_are_dashes() {
        assert_eq!([0, 9999, 10_000, 1_234_567].map(count), ["0", "9999", "10,000", "1,234,567"]);
        assert_eq!(
            [0.0, 6.54, 75.4, 12_000.0].map(seconds),
            ["0.0 s", "6.5 s", "75 s", "12,000 s"]
        );
        assert_eq!(or_dash(None, count), DASH);
    }

    #[test]
    fn the_background_has_the_pages_name() {
        let names = ["remainder".to_owned()];
        let text = said("remainder 7 -> 2: gives way to consumer", &names);
        assert_eq!(text, "background 7 \u{2192} 2: gives way to consumer");
        assert_eq!(said("", &names), "");
    }

    #[test]
    fn a_path_is_one_word_of_a_shell() {
        assert_eq!(quoted("a/run.ndjson"), "a/run.ndjson");
        assert_eq!(quoted("my run's"), "'my run'\\''s'");
        assert_eq!(quoted("$(x)"), "'$(x)'");
    }
}
