//! Prints the measured promises about the core, and its comparison with other autoscalers.

use std::fmt::Display;
use std::path::{Path, PathBuf};

use simulator::Scenario;
use simulator::promises::{self, comparison};

fn main() -> Result<(), String> {
    let shipped = shipped(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios"))?;
    println!("{}", promises::table(&promises::measure(&shipped)?));
    let contests = comparison::contests(&shipped).into_iter().map(comparison::Contest::play);
    let contests = contests.collect::<Result<Vec<_>, _>>()?;
    println!("{}", comparison::table(&contests));
    println!("{}", comparison::thrown_away(&contests));
    println!("Where ours is not better:\n\n{}", comparison::where_behind(&contests));
    Ok(())
}

fn shipped(folder: &Path) -> Result<Vec<Scenario>, String> {
    let unread = |error: std::io::Error| format!("{}: {error}", folder.display());
    let entries = std::fs::read_dir(folder).map_err(unread)?;
    let mut files: Vec<PathBuf> = entries.filter_map(|it| Some(it.ok()?.path())).collect();
    files.retain(|path| path.extension().is_some_and(|it| it == "yaml"));
    files.sort();
    let text = |path: &Path| std::fs::read_to_string(path).map_err(unread);
    let read = |path: &PathBuf| {
        let in_file = |error: &dyn Display| format!("{}: {error}", path.display());
        let scenario: Scenario = serde_yaml::from_str(&text(path)?).map_err(|it| in_file(&it))?;
        scenario.with_traces(|file| text(&folder.join(file))).map_err(|it| in_file(&it))
    };
    files.iter().map(read).collect()
}
