//! A portfolio as comma-separated values, for spreadsheets and tax offices. The columns are documented in the help.

use std::{borrow::Cow, path::Path};

use csv::Writer;
use modchains_sdk::{
    Pubkey,
    clock::utc,
    portfolio::{Act, Entry, Portfolio},
    terminal::escaped,
};

use super::line::{Line, Tokens};
use crate::{amount::Amount, connection::TokenView};

const MODELS: [&str; 20] = [
    "model",
    "token",
    "mint",
    "currency",
    "in_wallet",
    "staked",
    "cooling",
    "held",
    "without_purchase",
    "cost",
    "average_cost",
    "value_at_bid",
    "value_at_spot",
    "unrealised",
    "realised",
    "sold_without_purchase_brought",
    "transferred_away",
    "transferred_away_cost",
    "claimable",
    "claimed",
];

const EVENTS: [&str; 13] = [
    "time",
    "unix_seconds",
    "event",
    "model",
    "token",
    "tokens",
    "currency",
    "amount",
    "cost",
    "profit",
    "without_purchase",
    "without_purchase_brought",
    "signature",
];

/// Writes a line for each model.
pub fn write_models(lines: &[Line], tokens: &Tokens, now_seconds: i64, path: &Path) -> Result<(), String> {
    let rows: Vec<_> = lines.iter().map(|line| model_row(line, tokens, now_seconds)).collect();
    write(path, &MODELS, &rows)
}

/// Writes a line for each trade and claim.
pub fn write_events(portfolio: &Portfolio, lines: &[Line], tokens: &Tokens, path: &Path) -> Result<(), String> {
    let rows: Vec<_> = portfolio.entries.iter().map(|entry| event_row(entry, lines, tokens)).collect();
    write(path, &EVENTS, &rows)
}

fn write<const N: usize>(path: &Path, header: &[&str; N], rows: &[[String; N]]) -> Result<(), String> {
    let written = || -> csv::Result<()> {
        let mut writer = Writer::from_path(path)?;
        writer.write_record(header)?;
        rows.iter().try_for_each(|row| writer.write_record(row))?;
        writer.flush()?;
        Ok(())
    };
    written().map_err(|error| error.to_string())
}

fn model_row(line: &Line, tokens: &Tokens, now_seconds: i64) -> [String; 20] {
    let (asset, held) = (line.asset, &line.held);
    let (staked_atoms, cooling_atoms) = line.staked_and_cooling();
    let counted = |atoms| line.token.amount(atoms).to_string();
    let money = |atoms| line.quote.amount(atoms).to_string();
    [
        asset.model().to_string(),
        text(&line.token.symbol),
        asset.market.value.mint.to_string(),
        text(&line.quote.symbol),
        counted(asset.token_atoms),
        counted(staked_atoms),
        counted(cooling_atoms),
        counted(asset.held_atoms()),
        counted(held.unbought_atoms),
        money(held.bought.quote_atoms),
        line.average_cost().unwrap_or_default(),
        line.worth.bid_atoms.map(money).unwrap_or_default(),
        money(line.worth.spot_atoms),
        line.unrealised().map(|amount| amount.to_string()).unwrap_or_default(),
        line.realised().to_string(),
        money(asset.cost.sold_unbought.quote_atoms),
        counted(held.gone.token_atoms),
        money(held.gone.quote_atoms),
        several(&line.claimable(tokens, now_seconds)),
        several(&line.claimed(tokens)),
    ]
}

fn event_row(entry: &Entry, lines: &[Line], tokens: &Tokens) -> [String; 13] {
    let line = lines.iter().find(|line| Some(*line.asset.model()) == entry.model);
    let (token, quote) = (line.map(|line| line.token), line.map(|line| line.quote));
    let activity = &entry.activity;
    let amount =
        |token: Option<&TokenView>, atoms| token.map(|token| token.amount(atoms).to_string()).unwrap_or_default();
    let (event, token_atoms, currency, atoms) = match activity.act {
        Act::Bought { token_atoms, quote_atoms, .. } => ("bought", Some(token_atoms), quote, quote_atoms),
        Act::Sold { token_atoms, quote_atoms, .. } => ("sold", Some(token_atoms), quote, quote_atoms),
        Act::Claimed { revenue_mint, revenue_atoms, .. } => ("claimed", None, tokens.get(&revenue_mint), revenue_atoms),
    };
    let sale = entry.sale.as_ref();
    let profit = |atoms| quote.map(|quote| quote.signed(atoms).to_string());
    [
        activity.at_seconds.map(utc).unwrap_or_default(),
        activity.at_seconds.map(|at_seconds| at_seconds.to_string()).unwrap_or_default(),
        event.to_owned(),
        entry.model.map(|model| model.to_string()).unwrap_or_default(),
        token.map(|token| text(&token.symbol)).unwrap_or_default(),
        token_atoms.map(|atoms| amount(token, atoms)).unwrap_or_default(),
        currency.map(|token| text(&token.symbol)).unwrap_or_default(),
        amount(currency, atoms),
        sale.map(|sale| amount(quote, sale.bought.quote_atoms)).unwrap_or_default(),
        sale.and_then(|sale| profit(sale.profit_atoms())).unwrap_or_default(),
        sale.map(|sale| amount(token, sale.unbought.token_atoms)).unwrap_or_default(),
        sale.map(|sale| amount(quote, sale.unbought.quote_atoms)).unwrap_or_default(),
        activity.signature.to_string(),
    ]
}

fn several(amounts: &[(Amount, &str, Pubkey)]) -> String {
    let texts: Vec<String> =
        amounts.iter().map(|(amount, symbol, _)| format!("{amount} {}", escaped(symbol))).collect();
    texts.join("; ")
}

/// What others wrote. A spreadsheet takes no text for a formula whose first character is an apostrophe.
fn text(foreign: &str) -> String {
    let shown: Cow<str> = escaped(foreign);
    if shown.starts_with(['=', '+', '-', '@']) { format!("'{shown}") } else { shown.into_owned() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    #[test]
    fn a_symbol_is_no_formula_and_steers_nothing() {
        for (symbol, written) in [
            ("DIGIT", "DIGIT"),
            ("=HYPERLINK(\"http://x\")", "'=HYPERLINK(\"http://x\")"),
            ("-1+2", "'-1+2"),
            ("@A", "'@A"),
            ("a\u{1b}\n", "a\\u{1b}\\n"),
        ] {
            assert_eq!(text(symbol), written);
        }
    }

    #[test]
    fn fields_with_commas_quotes_and_line_ends_come_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.csv");
        let row = ["a,b".to_owned(), "say \"x\"".to_owned(), "two\nlines".to_owned()];
        write(&path, &["one", "two", "three"], std::slice::from_ref(&row)).unwrap();
        let mut reader = csv::Reader::from_path(&path).unwrap();
        assert_eq!(reader.headers().unwrap(), vec!["one", "two", "three"]);
        let read = reader.records().next().unwrap().unwrap();
        assert_eq!(read.iter().collect::<Vec<_>>(), row);
        assert!(write(Path::new("/proc/nowhere/rows.csv"), &["one"], &[]).is_err());
    }
}
