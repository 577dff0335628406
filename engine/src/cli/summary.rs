//! The results of a play.

use service::output::print;

#[derive(Debug)]
pub(super) struct Summary {
    pub(super) text: String,
    /// Names a promise that was broken; the program then ends with this text as its error.
    pub(super) wrong: Option<String>,
}

impl Summary {
    pub(super) async fn print(self) -> anyhow::Result<()> {
        let printed = print(&self.text).await;
        match self.wrong {
            Some(wrong) => anyhow::bail!(wrong),
            None => Ok(printed?),
        }
    }

    /// The summary of a scenario that is over, in which `lost` jobs were lost.
    pub(super) fn of(lost: Option<u64>) -> Summary {
        let lost_text = lost.map_or("not known".to_owned(), |lost| lost.to_string());
        let wrong =
            lost.is_some_and(|lost| lost > 0).then(|| format!("{lost_text} jobs were lost"));
        Summary { text: format!("  ended; jobs lost: {lost_text}"), wrong }
    }
}
