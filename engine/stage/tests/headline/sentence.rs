//! Parses a sentence.

#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// "Consumers 3 -> 8 in 2.5 s, taken from background"
    Change { name: String, from: u32, to: u32, how: How, others: Vec<String> },
    /// "200 jobs at once"
    Burst,
    /// "Consumer-1 was killed"
    Killed,
    /// "1 consumer died"
    Died,
    /// "Background paused at 5"
    Paused(String, u32),
    /// "Background is scaled again"
    Resumed(String),
    /// "Scaling resumed"
    LetGo,
    /// "3 jobs wait for a consumer"
    Waits(u64, String),
    /// Something about an unread queue.
    Unread(String),
    /// The present state.
    Stands { way: Way, parts: Vec<String> },
}

/// The progress of a change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum How {
    Took(f64),
    Ready(u32),
    Leaving(u32),
    Unsaid,
}

/// The present state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Way {
    NobodyScales,
    AtLimit,
    Over(u64),
    Within(u64),
    /// A metric's value, and what each container should have of it.
    Shared {
        value: f64,
        each: f64,
    },
    Quiet,
}

/// The sentences of a headline.
pub fn sentences(text: &str) -> Vec<String> {
    text.split_inclusive(". ").map(|it| it.trim_end().trim_end_matches('.').to_owned()).collect()
}

pub fn read(text: &str) -> Option<Said> {
    if let Some((name, rest)) = text.split_once(" -> ") {
        return change(name, rest);
    }
    let number = || text.split(' ').next()?.parse::<u64>().ok();
    if text.ends_with("jobs at once") || text == "1 job added" {
        return Some(Said::Burst);
    }
    if text.ends_with(" was killed") {
        return Some(Said::Killed);
    }
    if text.ends_with(" died") {
        return Some(Said::Died);
    }
    if text == "Scaling resumed" {
        return Some(Said::LetGo);
    }
    if let Some(name) = text.strip_suffix(" is scaled again") {
        return Some(Said::Resumed(name.to_owned()));
    }
    if let Some((_, name)) = text.split_once(" wait for a ").or(text.split_once(" waits for a ")) {
        return Some(Said::Waits(number()?, name.to_owned()));
    }
    if let Some((name, at)) = text.split_once(" paused at ")
        && !name.contains(' ')
    {
        return Some(Said::Paused(name.to_owned(), at.parse().ok()?));
    }
    if text.starts_with("Kept at ") || text.starts_with("Waiting for ") {
        return Some(Said::Unread(text.to_owned()));
    }
    if text.ends_with("before a second reading") {
        return Some(Said::Unread(text.to_owned()));
    }
    stands(text)
}

fn change(name: &str, rest: &str) -> Option<Said> {
    let (name, from) = name.rsplit_once(' ')?;
    let (rest, others) = match rest.split_once(", taken from ").or(rest.split_once(", given to ")) {
        Some((rest, others)) => (rest, list(others)),
        None => (rest, Vec::new()),
    };
    let to = rest.split([' ', ',']).next()?;
    let how = match rest[to.len()..].trim_start_matches([',', ' ']) {
        "" => How::Unsaid,
        how if how.starts_with("in ") => How::Took(how[3..].strip_suffix(" s")?.parse().ok()?),
        how if how.ends_with(" ready") => How::Ready(how[..how.len() - 6].parse().ok()?),
        how => How::Leaving(how.strip_suffix(" leaving")?.parse().ok()?),
    };
    let (from, to) = (from.parse().ok()?, to.parse().ok()?);
    Some(Said::Change { name: name.to_owned(), from, to, how, others })
}

fn stands(text: &str) -> Option<Said> {
    let target = |text: &str| -> Option<u64> { text.rsplit(' ').next()?.parse().ok() };
    if let Some((head, rest)) = text.split_once(": ") {
        let way = match head {
            "Scaling is held" => Way::NobodyScales,
            "At the limit" => Way::AtLimit,
            "All quiet" => Way::Quiet,
            head if head.contains("is over its target of ") => Way::Over(target(head)?),
            _ => return None,
        };
        return Some(Said::Stands { way, parts: parts(rest) });
    }
    let parts = parts(text);
    let shared = |it: &&String| it.starts_with("metric ") && it.ends_with(" a container");
    if let Some(part) = parts.iter().find(shared) {
        let (_, numbers) = part.strip_suffix(" a container")?.rsplit_once(" is ")?;
        let (value, each) = numbers.split_once(", target ")?;
        let way = Way::Shared { value: value.parse().ok()?, each: each.parse().ok()? };
        return Some(Said::Stands { way, parts });
    }
    let within = parts.iter().find(|it| it.contains("is within its target of "))?;
    Some(Said::Stands { way: Way::Within(target(within)?), parts })
}

fn parts(text: &str) -> Vec<String> {
    text.split("; ").map(str::to_owned).collect()
}

/// "a, b and c"
pub fn list(text: &str) -> Vec<String> {
    text.split(" and ").flat_map(|it| it.split(", ")).map(str::to_owned).collect()
}
