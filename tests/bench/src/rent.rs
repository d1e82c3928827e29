//! What accounts cost: rent, which comes back when an account closes.

use anyhow::{Context, Result};
use modchains_tests::world::World;

use crate::{
    figures::Figures,
    sizes::{bytes_of, objects, request_of_a_digit},
    table::{Table, code, number},
};

/// Lamports per byte seen on mainnet in September 2026; it falls in steps, from 6,960 to 696 (SIMD-0437).
const MAINNET_LAMPORTS_PER_BYTE: usize = 5_080;
/// Bytes that an account pays for beyond its data.
const ACCOUNT_OVERHEAD_BYTES: usize = 128;

/// What is paid together, and for which accounts.
const GROUPS: [(&str, &str, &[&str]); 9] = [
    ("model_and_mint", "`model_register`", &["model", "mint"]),
    ("model_version", "`model_version_publish`", &["model_version"]),
    ("market_and_quote_vault", "`market_open`", &["market", "quote_vault"]),
    ("vault", "`vault_open`", &["vault", "stake_tokens", "revenue_pool", "pool_tokens"]),
    ("service", "`service_open`", &["service", "escrow", "usage"]),
    ("holder_tokens", "first buy of a trader", &["holder_tokens"]),
    ("position", "first stake of a holder", &["position"]),
    ("operator", "`operator_register`", &["operator", "operator_tokens"]),
    ("request_digits", "a request, returned when it closes", &["request_digits"]),
];
/// Groups that open a market, and that list a model with everything.
const SUMS: [(&str, &str, &[&str]); 2] = [
    ("launch", "**a model with its token and market**", &["model_and_mint", "market_and_quote_vault"]),
    (
        "listing",
        "**all of a listed model: version, market, vault, service**",
        &["model_and_mint", "model_version", "market_and_quote_vault", "vault", "service"],
    ),
];

/// Measures rents.
pub fn measure(figures: &mut Figures) -> Result<Table> {
    let mut world = World::ready();
    let digit = request_of_a_digit(&mut world)?;
    let mut accounts = objects();
    accounts.push(("request_digits", digit));
    let mut table =
        Table::new("Rent", text(&world), &["object", "paid by", "bytes", "lamports", "lamports, local rent"]);
    for (name, payer, parts) in GROUPS {
        let (mut bytes, mut mainnet, mut local) = (0, 0, 0);
        for part in parts {
            let (_, address) =
                accounts.iter().find(|(account, _)| account == part).with_context(|| format!("no account {part}"))?;
            let size = bytes_of(&world, part, address)?;
            bytes += size;
            mainnet += (size + ACCOUNT_OVERHEAD_BYTES) * MAINNET_LAMPORTS_PER_BYTE;
            local += world.chain.svm.minimum_balance_for_rent_exemption(size);
        }
        figures.set(format!("lamports.{name}"), mainnet as f64)?;
        figures.set(format!("lamports.{name}_local_rent"), local as f64)?;
        let numbers = [bytes as f64, mainnet as f64, local as f64].map(number);
        let [bytes, mainnet, local] = numbers;
        table.row([code(name), payer.to_owned(), bytes, mainnet, local]);
    }
    for (name, what, groups) in SUMS {
        let sum = |figures: &Figures, suffix: &str| -> Result<f64> {
            groups.iter().map(|group| figures.get(&format!("lamports.{group}{suffix}"))).sum()
        };
        let (mainnet, local) = (sum(figures, "")?, sum(figures, "_local_rent")?);
        figures.set(format!("lamports.{name}"), mainnet)?;
        figures.set(format!("lamports.{name}_local_rent"), local)?;
        table.row([code(name), what.to_owned(), String::new(), number(mainnet), number(local)]);
    }
    Ok(table)
}

fn text(world: &World) -> String {
    let empty = world.chain.svm.minimum_balance_for_rent_exemption(0);
    let local = empty / ACCOUNT_OVERHEAD_BYTES as u64;
    format!(
        "Deposits in lamports (a billionth of a SOL). Requests and people's own token accounts can be closed, which \
         returns theirs; a listing stays. `lamports.<object>` is at the rate seen on mainnet in September 2026, {} \
         lamports a byte for data plus {ACCOUNT_OVERHEAD_BYTES} bytes; `lamports.<object>_local_rent` is at the Rent \
         sysvar of LiteSVM, {} lamports a byte, which is also what the local network takes. The programs read the \
         sysvar, so they follow the cluster.",
        number(MAINNET_LAMPORTS_PER_BYTE as f64),
        number(local as f64)
    )
}
