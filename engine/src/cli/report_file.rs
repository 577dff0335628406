//! The new file that gets a report.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::Engine;
use super::summary::Summary;

/// A new file, which is removed again if no report is written to it.
#[derive(Debug)]
pub(super) struct ReportFile {
    file: File,
    pub(super) path: PathBuf,
    is_written: bool,
}

impl ReportFile {
    /// Creates the file before the run, so that nobody plays a run whose report cannot be written.
    ///
    /// # Errors
    /// When the file exists already or cannot be created.
    pub(super) fn create(path: &Path) -> anyhow::Result<ReportFile> {
        let file = File::create_new(path).with_context(|| {
            format!("cannot write a report to {}; name a new file with --report", path.display())
        })?;
        Ok(ReportFile { file, path: path.to_owned(), is_written: false })
    }

    /// Writes the report.
    ///
    /// # Errors
    /// When the disk takes no more.
    pub(super) fn write(mut self, html: &str) -> anyhow::Result<()> {
        let written = self.file.write_all(html.as_bytes()).and_then(|()| self.file.sync_all());
        written.with_context(|| format!("the report {} is not whole", self.path.display()))?;
        self.is_written = true;
        Ok(())
    }
}

/// Writes the report of a play that is over, if a file is wanted, and names it in the summary. A
/// failure does not take the summary away: it becomes the summary's error. `since` is the time of
/// the engine's run at which the play began; `None` if the play is the whole run.
pub(super) async fn reported(
    engine: &Engine,
    file: Option<ReportFile>,
    since: Option<f64>,
    mut summary: Summary,
) -> Summary {
    let Some(file) = file else { return summary };
    let path = file.path.clone();
    let written = match engine.report(since).await {
        Ok(html) => file.write(&html),
        Err(error) => Err(error),
    };
    match written {
        Ok(()) => summary.text += &format!("\n  report                   {}", path.display()),
        Err(error) => {
            summary.wrong.get_or_insert(format!("{error:#}"));
        }
    }
    summary
}

impl Drop for ReportFile {
    fn drop(&mut self) {
        if !self.is_written {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_report_is_removed_and_no_file_is_overwritten() {
        let name = format!("report-file-{}.html", std::process::id());
        let path = std::env::temp_dir().join(name);
        drop(ReportFile::create(&path).unwrap());
        assert!(!path.exists(), "nothing was written");
        ReportFile::create(&path).unwrap().write("<!doctype html>").unwrap();
        let again = ReportFile::create(&path).unwrap_err();
        assert!(again.to_string().ends_with("name a new file with --report"), "{again}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "<!doctype html>");
        std::fs::remove_file(&path).unwrap();
    }
}
