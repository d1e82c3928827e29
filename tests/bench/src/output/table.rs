//! A section of `BENCHMARKS.md`: a heading, a paragraph, a table.

use std::fmt::Write as _;

/// One section.
pub struct Table {
    title: &'static str,
    text: String,
    header: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A section without rows. The first column holds words, all others are set to the right.
    pub fn new(title: &'static str, text: impl Into<String>, header: &[&'static str]) -> Self {
        Self { title, text: text.into(), header: header.to_vec(), rows: Vec::new() }
    }

    /// Adds a row.
    pub fn row<const COLUMNS: usize>(&mut self, cells: [String; COLUMNS]) {
        self.rows.push(cells.to_vec());
    }

    /// The section in Markdown.
    pub fn to_markdown(&self) -> String {
        let mut text = format!("## {}\n{}\n\n| {} |\n", self.title, self.text, self.header.join(" | "));
        let rule: Vec<&str> = (0..self.header.len()).map(|column| if column == 0 { "---" } else { "---:" }).collect();
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| {} |", rule.join(" | "));
        for row in &self.rows {
            let _ = writeln!(text, "| {} |", row.join(" | "));
        }
        text
    }
}

/// A figure for people: thousands apart, two decimals where there is a fraction, three below one.
pub fn number(value: f64) -> String {
    let decimals = match value {
        _ if value.fract() == 0.0 => 0,
        _ if value.abs() < 1.0 => 3,
        _ if value.abs() < 1_000.0 => 2,
        _ => 0,
    };
    let plain = format!("{value:.decimals$}");
    let (whole, fraction) = plain.split_once('.').map_or((plain.as_str(), ""), |(whole, fraction)| (whole, fraction));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) && !grouped.ends_with('-') {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if fraction.is_empty() { grouped } else { format!("{grouped}.{fraction}") }
}

/// A code span.
pub fn code(name: &str) -> String {
    format!("`{name}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        let expected = [
            (0.0, "0"),
            (999.0, "999"),
            (1_000.0, "1,000"),
            (-123_456.0, "-123,456"),
            (1_234_567.0, "1,234,567"),
            (0.123_4, "0.123"),
            (12.345, "12.35"),
            (1_234.5, "1,234"),
        ];
        for (value, text) in expected {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn a_table_is_markdown() {
        let mut table = Table::new("Title", "Text.", &["name", "value"]);
        table.row(["a".to_owned(), "1".to_owned()]);
        assert_eq!(table.to_markdown(), "## Title\nText.\n\n| name | value |\n| --- | ---: |\n| a | 1 |\n");
    }
}
