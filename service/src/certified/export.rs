//! The register as a table for a spreadsheet: nothing in it is ever taken for a formula.

use std::borrow::Cow;

use csv::{Terminator, WriterBuilder};
use domain::access::Actor;
use domain::certification::Standing;
use domain::refusal::{Fault, Refusal};

use super::{Query, Register, Row};
use crate::Services;

/// Rows that are read at once.
const PIECE: u64 = 500;
/// Rows that an export may have: several times the staff of a city.
const MOST_ROWS: usize = 50_000;
/// Says that the file is UTF-8; without it spreadsheets guess.
const MARK: &str = "\u{feff}";

/// The register as CSV: the same people as in the list, all pages. `header` names the ten columns: name,
/// personnel number, okrug, unit, position, standing, from, until, badge serial, badge number; `word` puts a
/// standing into words.
///
/// # Errors
/// A refusal when the actor may not see results; a conflict when it would be too long.
pub async fn export_csv(
    s: &Services,
    actor: &Actor,
    query: &Query,
    header: Vec<String>,
    word: impl Fn(Standing) -> String + Send + Sync,
) -> Result<String, Refusal> {
    let register = Register::open(s, actor).await?;
    let mut filter = register.filter(s, query);
    let mut lines = vec![header];
    loop {
        let page = register.piece(s, &filter, PIECE).await?;
        lines.extend(page.rows.into_iter().map(|row| cells(row, &word)));
        if page.next.is_none() {
            break;
        }
        if lines.len() > MOST_ROWS {
            return Err(Refusal::Conflict("export_too_long"));
        }
        filter.after = page.next;
    }
    Ok(table(&lines)?)
}

fn cells(row: Row, word: impl Fn(Standing) -> String) -> Vec<String> {
    let certified = row.certified;
    let (serial, number) = certified.badge.map_or_else(Default::default, |(s, n)| (s, n.to_string()));
    vec![
        certified.name.full(),
        certified.personnel_number,
        row.okrug.unwrap_or_default(),
        certified.unit_name,
        certified.position_title,
        word(row.standing),
        certified.from.to_string(),
        certified.until.to_string(),
        serial,
        number,
    ]
}

/// Lines as CSV. Semicolons and the mark: so a spreadsheet in Russian opens it by a double click.
fn table(lines: &[Vec<String>]) -> Result<String, Fault> {
    let mut out = WriterBuilder::new()
        .delimiter(b';')
        .terminator(Terminator::CRLF)
        .flexible(true)
        .from_writer(MARK.as_bytes().to_vec());
    for line in lines {
        out.write_record(line.iter().map(|cell| guarded(cell).into_owned()))
            .map_err(|error| Fault::new("writing a table", error))?;
    }
    let bytes = out.into_inner().map_err(|error| Fault::new("writing a table", error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| Fault::new("writing a table", error))
}

/// A cell that a spreadsheet would take for a formula gets an apostrophe in front.
fn guarded(cell: &str) -> Cow<'_, str> {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(lines: &[&[&str]]) -> Vec<Vec<String>> {
        lines.iter().map(|line| line.iter().map(|cell| (*cell).to_owned()).collect()).collect()
    }

    #[test]
    fn nothing_in_a_cell_becomes_a_formula() {
        for (cell, written) in [
            ("=1+1", "'=1+1"),
            ("+7 495 000-00-00", "'+7 495 000-00-00"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("\r=1", "'\r=1"),
            ("Иванова-Петрова", "Иванова-Петрова"),
            ("1=1", "1=1"),
            ("", ""),
        ] {
            assert_eq!(guarded(cell), written, "{cell:?}");
        }
    }

    #[test]
    fn a_table_opens_in_a_spreadsheet() {
        let written = table(&lines(&[&["Имя", "Номер"], &["Ёлкина; «Анна»", "=0001"]])).unwrap();
        assert_eq!(written, "\u{feff}Имя;Номер\r\n\"Ёлкина; «Анна»\";'=0001\r\n");
    }

    #[test]
    fn a_formula_behind_a_separator_or_a_quote_stays_in_its_cell() {
        let written = table(&lines(&[&["a\";=1+1", "b\n=2"]])).unwrap();
        assert_eq!(written, "\u{feff}\"a\"\";=1+1\";\"b\n=2\"\r\n");
    }
}
