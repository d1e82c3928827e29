//! What accounts cost: rent, which comes back when an account closes.

use anyhow::Result;
use modchains_tests::world::World;

use crate::{
    output::{
        budgets,
        figures::Figures,
        table::{Table, code, number},
    },
    programs::objects::Objects,
};

/// Lamports per byte seen on mainnet in September 2026; it falls in steps, from 6,960 to 696 (SIMD-0437).
const MAINNET_LAMPORTS_PER_BYTE: usize = 5_080;
/// Bytes that an account pays for beyond its data.
const ACCOUNT_OVERHEAD_BYTES: usize = 128;

/// What is paid together, and for which accounts.
const GROUPS: [(&str, &str, &[&str]); 17] = [
    ("model_and_mint", "`model_register`, no image", &["model", "mint"]),
    ("model_and_mint_image", "`model_register`, image of 60 bytes", &["model", "mint_image"]),
    ("model_version", "`model_version_publish`", &["model_version"]),
    ("market_and_quote_vault", "`market_open`", &["market", "quote_vault"]),
    ("vault", "`vault_open`", &["vault", "stake_tokens", "revenue_pool", "pool_tokens"]),
    ("service", "`service_open`", &["service", "escrow", "usage"]),
    ("holder_tokens", "first buy of a trader", &["holder_tokens"]),
    ("referral", "`referral_open`", &["referral"]),
    ("model_transfer", "`model_transfer_offer`, returned when it ends", &["model_transfer"]),
    ("contributors", "first `contributors_queue`", &["contributors"]),
    ("licence", "first `licence_grant` to somebody", &["licence"]),
    ("licence_use", "first request under a rate", &["licence_use"]),
    ("content", "`content_mint`, mint and token account", &["content_mint", "content_tokens"]),
    ("position", "first stake of a holder", &["position"]),
    ("operator", "`operator_register`", &["operator"]),
    ("share", "`pool_subscribe`, returned by `pool_unsubscribe`", &["share"]),
    ("request_digits", "a request, returned when it closes", &["request_digits"]),
];
/// Groups that open a market, and that list a model with everything.
const SUMS: [(&str, &str, &[&str]); 3] = [
    ("launch", "**a model with its token and market**", &["model_and_mint", "market_and_quote_vault"]),
    ("launch_image", "**the same with an image of 60 bytes**", &["model_and_mint_image", "market_and_quote_vault"]),
    (
        "listing",
        "**all of a listed model: version, market, vault, service**",
        &["model_and_mint", "model_version", "market_and_quote_vault", "vault", "service"],
    ),
];

/// Works out rents.
pub fn measure(figures: &mut Figures, objects: &Objects) -> Result<Table> {
    let header = ["object", "paid by", "bytes", "lamports", "budget", "lamports, local rent"];
    let mut table = Table::new("Rent", text(&objects.world), &header);
    for (name, payer, parts) in GROUPS {
        let (mut bytes, mut mainnet, mut local) = (0, 0, 0);
        for part in parts {
            let size = objects.bytes(part)?;
            bytes += size;
            mainnet += (size + ACCOUNT_OVERHEAD_BYTES) * MAINNET_LAMPORTS_PER_BYTE;
            local += objects.world.chain.svm.minimum_balance_for_rent_exemption(size);
        }
        add(figures, &mut table, (name, payer), number(bytes as f64), [mainnet as f64, local as f64])?;
    }
    for (name, what, groups) in SUMS {
        let sum = |figures: &Figures, suffix: &str| -> Result<f64> {
            groups.iter().map(|group| figures.get(&format!("lamports.{group}{suffix}"))).sum()
        };
        let lamports = [sum(figures, "")?, sum(figures, "_local_rent")?];
        add(figures, &mut table, (name, what), String::new(), lamports)?;
    }
    Ok(table)
}

fn add(
    figures: &mut Figures,
    table: &mut Table,
    (name, payer): (&str, &str),
    bytes: String,
    [mainnet, local]: [f64; 2],
) -> Result<()> {
    let figure = format!("lamports.{name}");
    figures.set(figure.as_str(), mainnet)?;
    figures.set(format!("{figure}_local_rent"), local)?;
    let budget = budgets::cell(&figure, mainnet);
    table.row([code(name), payer.to_owned(), bytes, number(mainnet), budget, number(local)]);
    Ok(())
}

fn text(world: &World) -> String {
    let empty = world.chain.svm.minimum_balance_for_rent_exemption(0);
    let local = empty / ACCOUNT_OVERHEAD_BYTES as u64;
    format!(
        "Deposits in lamports (a billionth of a SOL). Requests, offers and people's own token accounts can be closed, \
         which returns theirs; a listing stays. A model's mint pays for its texts: 5,080 lamports for each byte of \
         name, symbol, URI and image, and 13 bytes more for an image at all; the budget of `launch` is for a model \
         without one. `lamports.<object>` is at the rate seen on mainnet in September 2026, {} \
         lamports a byte for data plus {ACCOUNT_OVERHEAD_BYTES} bytes; `lamports.<object>_local_rent` is at the Rent \
         sysvar of LiteSVM, {} lamports a byte, which is also what the local network takes. The programs read the \
         sysvar, so they follow the cluster.",
        number(MAINNET_LAMPORTS_PER_BYTE as f64),
        number(local as f64)
    )
}
