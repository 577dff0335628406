//! The scenarios: those that are shipped, and random ones.

use std::path::{Path, PathBuf};

use simulator::Scenario;
use stage::presenter::file::{parse, read};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios")
}

pub fn shipped() -> Vec<Scenario> {
    let all = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let yaml = all.filter(|path| path.extension().is_some_and(|it| it == "yaml"));
    yaml.map(|path| read(&path).unwrap()).collect()
}

/// The demo with a presenter who does something random every few seconds.
pub fn restless(seed: u64) -> Scenario {
    let mut number = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut draw = |most: u64| {
        number ^= number << 13;
        number ^= number >> 7;
        number ^= number << 17;
        number % most
    };
    let mut text = std::fs::read_to_string(folder().join("first-five-minutes.yaml")).unwrap();
    let from = text.find("steps:").unwrap();
    let to = text.find("workloads:").unwrap();
    let mut steps = "steps:\n".to_owned();
    let mut together = 0;
    for _ in 0..40 {
        let action = match draw(8) {
            0 => format!("burst: {{jobs: {}}}", 1 + draw(300)),
            1 => "kill: consumer".to_owned(),
            2 => format!("pause: {{remainder: {}}}", draw(2) == 0),
            3 => format!("pause: {{consumer: {}}}", draw(2) == 0),
            4 => format!("hold: {}", draw(3) == 0),
            _ => format!("load: {{producer: {}}}", draw(6)),
        };
        let lasts = 200 + 100 * draw(140);
        together += lasts;
        steps += &format!("  - {{caption: x, for: {lasts}ms, do: [{action}]}}\n");
    }
    text.replace_range(from..to, &steps);
    let text = text.replace("duration: 60s", &format!("duration: {}ms", together + 10_000));
    parse(&text, |_| Err("no file is read".to_owned())).unwrap()
}
