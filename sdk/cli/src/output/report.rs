//! What a command found, once: as a table for people or as JSON for scripts.

use comfy_table::{Table, presets};
use modchains_sdk::{Pubkey, client::Prepared, clock, decode::Receipt, terminal};
use serde_json::{Map, Value, json};

use crate::amount::{Amount, SignedAmount, percent};

/// Lists with more columns than this are shown as one block of facts for each entry.
const COLUMNS_MAX: usize = 6;

/// So much of an address is enough to name what it is of.
const ADDRESS_CHARACTERS: usize = 8;

/// Facts in the order in which they are shown. Keys are snake case; people see them with spaces.
#[derive(Debug, Default, Clone)]
pub struct Report {
    facts: Vec<Fact>,
}

#[derive(Debug, Clone)]
struct Fact {
    key: &'static str,
    shown: Shown,
}

#[derive(Debug, Clone)]
enum Shown {
    Value { text: String, json: Value },
    Group(Report),
    List(Vec<Report>),
    Table { columns: &'static [&'static str], entries: Vec<Report> },
    Drawing { drawing: String, entries: Value },
}

impl Report {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds text, or anything that has a text form.
    pub fn text(self, key: &'static str, value: impl ToString) -> Self {
        let text = value.to_string();
        let json = Value::String(text.clone());
        self.value(key, text, json)
    }

    /// Adds a number that JSON can hold.
    pub fn number(self, key: &'static str, value: impl Into<u64>) -> Self {
        let value: u64 = value.into();
        self.value(key, value.to_string(), json!(value))
    }

    /// Adds a flag.
    pub fn flag(self, key: &'static str, value: bool) -> Self {
        self.value(key, if value { "yes" } else { "no" }.to_owned(), json!(value))
    }

    /// Adds an amount with the symbol of its token.
    pub fn amount(self, key: &'static str, amount: Amount, symbol: &str) -> Self {
        let mut json = amount.json();
        json["symbol"] = json!(symbol);
        self.value(key, format!("{amount} {symbol}"), json)
    }

    /// Adds an amount that may be below zero; missing when there is none.
    pub fn signed(self, key: &'static str, amount: Option<SignedAmount>, symbol: &str) -> Self {
        let Some(amount) = amount else { return self.value(key, "-".to_owned(), Value::Null) };
        let mut json = amount.json();
        json["symbol"] = json!(symbol);
        self.value(key, format!("{amount} {symbol}"), json)
    }

    /// Adds amounts of several tokens, each with symbol and mint.
    pub fn amounts(self, key: &'static str, amounts: &[(Amount, &str, Pubkey)]) -> Self {
        let texts: Vec<String> = amounts.iter().map(|(amount, symbol, _)| format!("{amount} {symbol}")).collect();
        let jsons = amounts.iter().map(|(amount, symbol, mint)| {
            let mut json = amount.json();
            json["symbol"] = json!(symbol);
            json["mint"] = json!(mint.to_string());
            json
        });
        let json = jsons.collect();
        self.value(key, if texts.is_empty() { "-".to_owned() } else { texts.join(", ") }, json)
    }

    /// Adds an address of which people see the start, which is enough to name it.
    pub fn address(self, key: &'static str, address: &Pubkey) -> Self {
        let whole = address.to_string();
        self.value(key, whole.chars().take(ADDRESS_CHARACTERS).collect(), Value::String(whole))
    }

    /// Adds a price in a quote token; missing when there is none.
    pub fn price(self, key: &'static str, price: Option<String>, symbol: &str) -> Self {
        match price {
            Some(price) => self.value(key, format!("{price} {symbol}"), json!({ "amount": price, "symbol": symbol })),
            None => self.value(key, "-".to_owned(), Value::Null),
        }
    }

    /// Adds a share in parts of a million; missing when there is none.
    pub fn share(self, key: &'static str, ppm: Option<i64>) -> Self {
        match ppm {
            Some(ppm) => self.value(key, format!("{} %", percent(ppm)), json!({ "ppm": ppm, "percent": percent(ppm) })),
            None => self.value(key, "-".to_owned(), Value::Null),
        }
    }

    /// Adds a share in basis points.
    pub fn share_bps(self, key: &'static str, bps: u16) -> Self {
        self.share(key, Some(i64::from(bps) * 100))
    }

    /// Adds a unix time in seconds, which people see as local time with its distance from now; 0 means never.
    pub fn time(self, key: &'static str, at_seconds: i64, now_seconds: i64) -> Self {
        match at_seconds {
            0 => self.value(key, "-".to_owned(), Value::Null),
            _ => {
                let distance = clock::distance(at_seconds.saturating_sub(now_seconds));
                self.value(key, format!("{} ({distance})", clock::local(at_seconds)), json!(at_seconds))
            }
        }
    }

    /// Adds a unix time in seconds, which people see as local time.
    pub fn moment(self, key: &'static str, at_seconds: i64) -> Self {
        self.value(key, clock::local(at_seconds), json!(at_seconds))
    }

    /// Adds something that may be missing.
    pub fn maybe(self, key: &'static str, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.text(key, value),
            None => self.value(key, "-".to_owned(), Value::Null),
        }
    }

    /// Adds a fact whose text and JSON differ.
    pub fn value(mut self, key: &'static str, text: String, json: Value) -> Self {
        self.facts.push(Fact { key, shown: Shown::Value { text, json } });
        self
    }

    /// Adds the facts of another report.
    pub fn and(mut self, other: Self) -> Self {
        self.facts.extend(other.facts);
        self
    }

    /// Adds facts that belong together.
    pub fn group(mut self, key: &'static str, group: Self) -> Self {
        self.facts.push(Fact { key, shown: Shown::Group(group) });
        self
    }

    /// Adds a list whose entries all have the same keys.
    pub fn list(mut self, key: &'static str, entries: Vec<Self>) -> Self {
        self.facts.push(Fact { key, shown: Shown::List(entries) });
        self
    }

    /// Adds a list of which people see these columns as a table, and scripts everything.
    pub fn table(mut self, key: &'static str, columns: &'static [&'static str], entries: Vec<Self>) -> Self {
        self.facts.push(Fact { key, shown: Shown::Table { columns, entries } });
        self
    }

    /// Adds a list that scripts get and people see as a drawing.
    pub fn drawing(self, key: &'static str, drawing: String, entries: Vec<Self>) -> Self {
        let entries = entries.iter().map(Self::json).collect();
        let mut report = self;
        report.facts.push(Fact { key, shown: Shown::Drawing { drawing, entries } });
        report
    }

    /// Adds what sending a transaction will cost.
    pub fn costs(self, prepared: &Prepared) -> Self {
        self.amount("network_fee", Amount::sol(prepared.base_lamports), "SOL").amount(
            "priority_fee",
            Amount::sol(prepared.priority_lamports),
            "SOL",
        )
    }

    /// Adds where a transaction landed and what it cost.
    pub fn receipt(self, receipt: &Receipt) -> Self {
        self.text("signature", receipt.signature)
            .number("slot", receipt.slot)
            .amount("network_fee", Amount::sol(receipt.fee_lamports), "SOL")
            .number("compute_units", receipt.compute_units)
    }

    /// Whether there is nothing to show: the command has shown it already.
    pub const fn is_empty(&self) -> bool {
        self.facts.is_empty()
    }

    /// For scripts.
    pub fn json(&self) -> Value {
        let entries = self.facts.iter().map(|fact| {
            let json = match &fact.shown {
                Shown::Value { json, .. } => json.clone(),
                Shown::Group(group) => group.json(),
                Shown::List(entries) | Shown::Table { entries, .. } => entries.iter().map(Self::json).collect(),
                Shown::Drawing { entries, .. } => entries.clone(),
            };
            (fact.key.to_owned(), json)
        });
        Value::Object(entries.collect::<Map<_, _>>())
    }

    /// For people: the facts, then each list and drawing, without characters that steer a terminal.
    pub fn render(&self) -> String {
        let mut parts = Parts::default();
        self.collect("", &mut parts);
        let facts = (!parts.rows.is_empty()).then(|| render_facts(parts.rows));
        facts.into_iter().chain(parts.blocks).collect::<Vec<_>>().join("\n\n")
    }

    fn collect(&self, prefix: &str, parts: &mut Parts) {
        for fact in &self.facts {
            let label = format!("{prefix}{}", fact.key.replace('_', " "));
            match &fact.shown {
                Shown::Value { text, .. } => parts.rows.push([label, terminal::escaped(text).into_owned()]),
                Shown::Group(group) => group.collect(&format!("{label}: "), parts),
                Shown::List(entries) => parts.blocks.push(render_list(&label, entries)),
                Shown::Table { columns, entries } => parts.blocks.push(render_table(&label, columns, entries)),
                Shown::Drawing { drawing, .. } => parts.blocks.push(terminal::escaped_lines(drawing)),
            }
        }
    }

    fn cells(&self) -> (Vec<String>, Vec<String>) {
        let mut parts = Parts::default();
        self.collect("", &mut parts);
        parts.rows.into_iter().map(|[label, text]| (label, text)).unzip()
    }
}

/// A report on its way to people.
#[derive(Default)]
struct Parts {
    rows: Vec<[String; 2]>,
    blocks: Vec<String>,
}

/// Two columns without lines.
fn render_facts(rows: Vec<[String; 2]>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).add_rows(rows);
    if let Some(label) = table.column_mut(0) {
        label.set_padding((0, 1));
    }
    table.trim_fmt()
}

fn render_list(title: &str, entries: &[Report]) -> String {
    let Some(first) = entries.first() else { return format!("{title}: none") };
    let (header, _) = first.cells();
    if header.len() > COLUMNS_MAX {
        let blocks: Vec<String> = entries.iter().map(Report::render).collect();
        return format!("{title}:\n{}", blocks.join("\n\n"));
    }
    framed(title, header, entries.iter().map(|entry| entry.cells().1))
}

fn render_table(title: &str, columns: &[&str], entries: &[Report]) -> String {
    if entries.is_empty() {
        return format!("{title}: none");
    }
    let cell = |entry: &Report, column: &&str| {
        let shown = entry.facts.iter().find(|fact| fact.key == *column).map(|fact| &fact.shown);
        match shown {
            Some(Shown::Value { text, .. }) => terminal::escaped(text).into_owned(),
            _ => String::new(),
        }
    };
    let rows = entries.iter().map(|entry| columns.iter().map(|column| cell(entry, column)).collect());
    framed(title, columns.iter().map(|column| column.replace('_', " ")).collect(), rows)
}

fn framed(title: &str, header: Vec<String>, rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_header(header).add_rows(rows);
    format!("{title}:\n{table}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        Report::new()
            .text("model", "M")
            .number("epoch", 7_u32)
            .flag("open", true)
            .amount("reserve", Amount::sol(1_500_000_000), "SOL")
            .time("synced_at", 90, 100)
            .time("closed_at", 0, 100)
            .price("spot_price", Some("0.5".to_owned()), "SOL")
            .price("backing", None, "SOL")
            .group("fee", Report::new().share_bps("vault_part", 2_500))
            .list("pools", vec![Report::new().number("index", 0_u8).text("mint", "S")])
    }

    #[test]
    fn json_keeps_types_nesting_and_nulls() {
        let expected = json!({
            "model": "M",
            "epoch": 7,
            "open": true,
            "reserve": { "atoms": "1500000000", "decimals": 9, "amount": "1.5", "symbol": "SOL" },
            "synced_at": 90,
            "closed_at": null,
            "spot_price": { "amount": "0.5", "symbol": "SOL" },
            "backing": null,
            "fee": { "vault_part": { "ppm": 250_000, "percent": "25" } },
            "pools": [{ "index": 0, "mint": "S" }],
        });
        assert_eq!(report().json(), expected);
    }

    #[test]
    fn people_see_every_fact_with_its_distance_in_time() {
        let shown = report().render();
        for part in
            ["1.5 SOL", &format!("{} (10 s ago)", clock::local(90)), "fee: vault part", "25 %", "pools:", "index"]
        {
            assert!(shown.contains(part), "{part} in\n{shown}");
        }
    }

    #[test]
    fn what_others_wrote_cannot_steer_the_terminal() {
        let name = "a\u{1b}[2K\nforged  row\u{202e}";
        let report = Report::new().text("name", name).list("models", vec![Report::new().text("symbol", name)]);
        let shown = report.drawing("moments", format!("price in\n{}", name.replace('\n', "")), Vec::new()).render();
        assert!(!shown.contains(['\u{1b}', '\u{202e}']) && shown.contains("a\\u{1b}[2K\\nforged"), "{shown:?}");
    }

    #[test]
    fn a_wide_list_is_shown_in_blocks() {
        let keys = ["a", "b", "c", "d", "e", "f", "g"];
        let wide = || keys.into_iter().fold(Report::new(), |report, key| report.text(key, "x"));
        let narrow = Report::new().list("entries", vec![Report::new().text("a", "x")]).render();
        let shown = Report::new().list("entries", vec![wide(), wide()]).render();
        assert!(narrow.contains('\u{2502}'), "{narrow}");
        assert!(!shown.contains('\u{2502}'), "{shown}");
        assert_eq!(shown.matches("g ").count(), 2, "{shown}");
    }

    #[test]
    fn a_table_shows_some_columns_to_people_and_everything_to_scripts() {
        let mint = Pubkey::new_from_array([7; 32]);
        let entry = Report::new()
            .address("model", &mint)
            .text("vault", "V")
            .signed("profit", Some(SignedAmount { atoms: -15, decimals: 1 }), "S\u{1b}")
            .signed("none", None, "S")
            .amounts("claimable", &[(Amount::sol(5), "SOL", mint), (Amount::sol(7), "B", mint)]);
        let report = Report::new().table("positions", &["profit", "model", "claimable"], vec![entry]);
        let shown = report.render();
        let start = &mint.to_string()[..8];
        for part in ["-1.5 S\\u{1b}", start, "0.000000005 SOL, 0.000000007 B", "profit", "\u{2502}"] {
            assert!(shown.contains(part), "{part} in\n{shown}");
        }
        assert!(!shown.contains("vault") && !shown.contains(&mint.to_string()), "{shown}");
        let json = &report.json()["positions"][0];
        assert_eq!((&json["vault"], &json["model"]), (&json!("V"), &json!(mint.to_string())));
        assert_eq!((&json["profit"]["amount"], &json["none"]), (&json!("-1.5"), &Value::Null));
        assert_eq!(json["claimable"][1]["mint"], mint.to_string());
        assert_eq!(Report::new().table("positions", &["model"], Vec::new()).render(), "positions: none");
    }

    #[test]
    fn an_empty_list_says_so() {
        let report = Report::new().list("models", Vec::new());
        assert_eq!(report.render(), "models: none");
        assert_eq!(report.json(), json!({ "models": [] }));
    }
}
