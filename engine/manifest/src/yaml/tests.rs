use std::collections::BTreeMap;

use serde::Deserialize;
use serde_yaml::Value;

use super::*;

fn all(text: &str) -> Result<Vec<Document>, Bad> {
    documents(text).collect()
}

fn one(text: &str) -> Document {
    all(text).unwrap().remove(0)
}

fn value(text: &str) -> Value {
    serde_yaml::from_str(text).unwrap()
}

fn refusal(text: &str) -> String {
    let Bad { line, text } = all(text).unwrap_err();
    format!("line {line}: {text}")
}

#[test]
fn a_merge_means_the_same_as_written_out() {
    let cases = [
        ("{a: &a {x: 1, y: 2}, b: {<<: *a, y: 3}}", "{a: {x: 1, y: 2}, b: {x: 1, y: 3}}"),
        ("{a: &a {x: 1}, b: {y: 3, <<: *a}}", "{a: {x: 1}, b: {x: 1, y: 3}}"),
        ("{<<: {x: 1}, y: 2}", "{x: 1, y: 2}"),
        ("{<<: [{x: 1}, {x: 2, y: 2}], z: 3}", "{x: 1, y: 2, z: 3}"),
        ("{<<: [], x: 1}", "{x: 1}"),
        // A merged map may itself have merge keys, at any depth and also in a list.
        ("{<<: {<<: {<<: {x: 1, y: 1}, y: 2}, z: 3}}", "{x: 1, y: 2, z: 3}"),
        ("{<<: [{<<: {x: 1}}, {y: 2}]}", "{x: 1, y: 2}"),
        ("[[{a: {<<: {x: {<<: {y: 1}}}}}]]", "[[{a: {x: {y: 1}}}]]"),
        // Values of keys are not merged: if both maps have a key, one of the values is kept whole.
        ("{<<: {x: {a: 1}}, x: {b: 2}}", "{x: {b: 2}}"),
        // A `<<` in quotes is an ordinary key, even beside a `<<` without quotes.
        ("{\"<<\": {x: 1}}", "{\"<<\": {x: 1}}"),
        ("{a: {'<<': 5}, b: {<<: {x: 1}}}", "{a: {'<<': 5}, b: {x: 1}}"),
        ("{a: &a [1, 2], b: *a, c: !mine 5, d: !!str 5}", "{a: [1, 2], b: [1, 2], c: 5, d: '5'}"),
    ];
    for (text, meant) in cases {
        assert_eq!(one(text).value, value(meant), "{text}");
    }
}

#[test]
fn invalid_yaml_is_refused_with_its_line() {
    let cases = [
        ("a: 1\nb:\n  <<: 5\n", "line 3: << must be followed by a map"),
        ("a: 1\nb:\n  <<: [{}, 5]\n", "line 3: << must be followed by a map"),
        ("a: 1\nb:\n  <<:\n", "line 3: << must be followed by a map"),
        ("<<: {a: 1}\n<<: {b: 1}\n", "line 1: << occurs twice"),
        ("a: 1\nb: 2\na: 3\n", "line 1: the key a occurs twice"),
        ("a: *b\n", "line 1: unknown anchor"),
        ("a: 1\nb: [\n", "line 3: did not find"),
    ];
    for (text, begins) in cases {
        let refused = refusal(text);
        assert!(refused.starts_with(begins), "{refused}");
        assert!(!refused.contains('\n'), "{refused}");
    }
}

#[test]
fn aliases_that_expand_to_too_many_values_are_refused_early() {
    let laughs = (1..30).fold("- &a0 [1, 2]\n".to_owned(), |text, n| {
        format!("{text}- &a{n} [*a{0}, *a{0}, *a{0}]\n", n - 1)
    });
    let flat = format!("- &a [{}]\n- [{}]\n", "1,".repeat(20_000), "*a,".repeat(20_000));
    let merges = (1..30).fold("- &a0 {x: 1}\n".to_owned(), |text, n| {
        format!("{text}- &a{n} {{<<: [*a{0}, *a{0}], k{n}: *a{0}}}\n", n - 1)
    });
    for text in [laughs, flat, merges] {
        let refused = refusal(&text);
        assert!(
            refused.contains("when aliases") || refused.contains("repetition limit"),
            "{refused}"
        );
    }
}

#[test]
fn each_value_has_its_line_also_if_it_was_merged() {
    let text = "# 1\na: &a\n  x: 1\n  l:\n    - 5\n    - {y: 6}\n---\nb: 1\n---\n\
                c: &c\n  x: 1\nd:\n  <<: [*c, {z: 1}]\n  y:\n    2\n";
    let documents = all(text).unwrap();
    let cases: [(usize, &[Step], usize); 9] = [
        (0, &["a".into()], 2),
        (0, &["a".into(), "x".into()], 3),
        (0, &["a".into(), "l".into(), 1.into(), "y".into()], 6),
        (0, &["a".into(), "l".into(), 9.into()], 4),
        (1, &["b".into()], 8),
        (2, &["d".into(), "x".into()], 11),
        (2, &["d".into(), "z".into()], 13),
        (2, &["d".into(), "y".into()], 14),
        (2, &["d".into(), "missing".into()], 12),
    ];
    for (document, path, line) in cases {
        assert_eq!(documents[document].line(path), line, "{path:?}");
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)] // only read
struct Thing {
    name: String,
    #[serde(default)]
    count: u32,
    #[serde(default)]
    share: f64,
    #[serde(default)]
    on: bool,
    #[serde(default)]
    notes: BTreeMap<String, String>,
    #[serde(default)]
    list: Vec<String>,
}

#[test]
fn a_misfit_is_reported_with_its_path_and_the_fix() {
    let cases = [
        ("name: 5\n", "line 1: name is 5; it must be text: write \"5\" in quotes"),
        ("name:\n", "line 1: name is empty; it must be text: write \"\" for no text"),
        ("name: {a: 1}\n", "line 1: name is a map; it must be text"),
        (
            "name: a\nnotes:\n  x: true\n",
            "line 3: notes.x is true; it must be text: write \"true\" in quotes",
        ),
        (
            "name: a\ncount: \"3\"\n",
            "line 2: count is \"3\"; it must be a whole number, 0 or more: write 3 without quotes",
        ),
        ("name: a\ncount: 1.5\n", "line 2: count is 1.5; it must be a whole number, 0 or more"),
        ("name: a\ncount: -1\n", "line 2: count is -1; it must be a whole number, 0 or more"),
        ("name: a\nshare: \"x\"\n", "line 2: share is \"x\"; it must be a number"),
        (
            "name: a\n\"on\": \"true\"\n",
            "line 2: on is \"true\"; it must be true or false: write true without quotes",
        ),
        ("name: a\nlist: {a: 1}\n", "line 2: list is a map; it must be a list"),
        ("name: a\nlist:\n- 5\n", "line 3: list[0] is 5; it must be text: write \"5\" in quotes"),
        ("name: a\nnotes: []\n", "line 2: notes is a list; it must be a map"),
        ("# 1\ncount: 1\n", "line 2: the key name is missing"),
        ("name: a\nnaem: b\n", "line 2: naem: unknown field `naem`, expected one of"),
        ("5\n", "line 1: is 5; it must be a map"),
    ];
    for (text, begins) in cases {
        let Bad { line, text } = one(text).typed::<Thing>().unwrap_err();
        let refused = format!("line {line}: {text}");
        assert!(refused.starts_with(begins), "{refused:?} and not {begins:?}");
    }
}
