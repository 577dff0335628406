//! The table in the docs, which is made from the results: a row for each claim, a column for each
//! kind of upstream.

use std::path::Path;

use anyhow::{Context, ensure};

use crate::claims::CLAIMS;
use crate::server::Kind;
use crate::verdict::{Differs, Holds, Results};

const BEGIN: &str = "<!-- conformance: scripts/conformance --write -->";
const END: &str = "<!-- /conformance -->";

/// Compares the page's columns of these kinds with the results, or writes them.
///
/// # Errors
/// When the page cannot be read, or has other results.
pub(crate) fn bring(file: &Path, columns: &[(Kind, Results)], write: bool) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let (head, rest) = text.split_once(BEGIN).context("the page has no place for the table")?;
    let (old, tail) = rest.split_once(END).context("the table of the page has no end")?;
    let mut table = Table::read(old);
    for (kind, results) in columns {
        table.put(kind.title(), results);
    }
    let new = format!("{head}{BEGIN}\n{}{END}{tail}", table.lines());
    if write {
        return Ok(std::fs::write(file, new)?);
    }
    let page = file.display();
    ensure!(
        new == text,
        "the table in {page} is not what came out; run scripts/conformance --write"
    );
    Ok(())
}

/// Cells by column; each column has the cells of all claims.
#[derive(Debug, PartialEq, Eq)]
struct Table {
    columns: Vec<(String, Vec<String>)>,
}

impl Table {
    fn read(text: &str) -> Table {
        let cells = |line: &str| -> Vec<String> {
            line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
        };
        let mut lines = text.lines().filter(|line| line.starts_with('|')).map(cells);
        let titles = lines.next().unwrap_or_default();
        let rows: Vec<Vec<String>> = lines.skip(1).collect();
        // By the claims' names, because claims may have been added or moved.
        let cell = |claim: &str, column: usize| {
            let row = rows.iter().find(|row| row.first().is_some_and(|it| it == claim));
            row.and_then(|row| row.get(column)).cloned().unwrap_or_default()
        };
        let column = |(number, title): (usize, &String)| {
            (title.clone(), CLAIMS.iter().map(|claim| cell(claim.name, number)).collect())
        };
        Table { columns: titles.iter().enumerate().skip(1).map(column).collect() }
    }

    fn put(&mut self, title: &str, results: &Results) {
        let cells = results.iter().map(|(_, verdict)| match verdict {
            Holds => "yes".to_owned(),
            Differs(how) => how.replace('|', "/"),
        });
        let cells = cells.collect();
        match self.columns.iter_mut().find(|(known, _)| known == title) {
            Some((_, old)) => *old = cells,
            None => self.columns.push((title.to_owned(), cells)),
        }
    }

    fn lines(&self) -> String {
        let titles: Vec<&str> = self.columns.iter().map(|(title, _)| title.as_str()).collect();
        let mut text =
            format!("| | {} |\n|---|{}\n", titles.join(" | "), "---|".repeat(titles.len()));
        for (row, claim) in CLAIMS.iter().enumerate() {
            let cells: Vec<&str> = self.columns.iter().map(|(_, it)| it[row].as_str()).collect();
            text += &format!("| {} | {} |\n", claim.name, cells.join(" | "));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn results(of: fn(usize) -> bool) -> Results {
        let verdict = |row| if of(row) { Holds } else { Differs("a | b".to_owned()) };
        CLAIMS.iter().enumerate().map(|(row, claim)| (claim.name, verdict(row))).collect()
    }

    #[test]
    fn a_table_is_read_as_it_was_written_and_other_columns_stay() {
        let mut table = Table { columns: Vec::new() };
        table.put("One", &results(|_| true));
        table.put("Two", &results(|row| row % 2 == 0));
        let read = Table::read(&table.lines());
        assert_eq!(read, table);
        let mut changed = read;
        changed.put("Two", &results(|_| true));
        assert_eq!((changed.columns.len(), &changed.columns[0]), (2, &table.columns[0]));
        assert!(table.lines().contains(" a / b |"));
    }
}
