//! What a launch takes, a model with its token and its market, and how much of that is the luck of its addresses.

use anyhow::{Context, Result, ensure};
use modchains_sdk::{
    Pubkey, Signer, address,
    exchange::{ID, instructions::ModelRegisterArgs, seeds},
    instruction::exchange,
};
use modchains_tests::{
    chain::key,
    world::{Side, World, open_args, quote, register_args},
};
use sha2::{Digest, Sha256};

use crate::{
    output::{
        budgets,
        figures::Figures,
        table::{Table, code, number},
    },
    programs::{compute::last_of, trades},
};

const SIDE: Side = Side::A;
/// A URI of 60 bytes.
pub const IMAGE: &str = "https://models.example/tokens/images/digits-256x256-v001.png";
/// Charged by the runtime for each bump that is tried while an address is searched.
const TRY_UNITS: f64 = 1_500.0;
/// Addresses that a launch searches: model, mint, market, quote vault.
const SEARCHES: f64 = 4.0;
/// Models that are launched to see what luck does.
const LAUNCHES: usize = 200;
/// A budget.
const LAUNCH: &str = "cu.launch";

/// Measures launches. Compute units of every instruction were measured before.
pub fn measure(figures: &mut Figures) -> Result<Table> {
    let mut table = Table::new("Launch", text(), &["what", "CU", "budget", "bumps tried"]);
    let mut world = World::configured();
    world.enrol(SIDE.person("creator"));
    let [plain, image] =
        ["", IMAGE].map(|image| ModelRegisterArgs { image: image.to_owned(), ..register_args(&SIDE.model_name()) });
    let tries = tries(&SIDE.person("creator"), &SIDE.model_name());
    for (name, args) in [("model_register_without_image", plain), ("model_register_image", image)] {
        let register = exchange::model_register(&SIDE.person("creator"), args);
        let units = last_of(&mut world.clone().chain, &[register], name)?.units as f64;
        figures.set(format!("cu.{name}"), units)?;
        table.row([code(name), number(units), String::new(), number(tries.register)]);
    }
    let mut row = |figures: &Figures, name: &str, tries: f64| -> Result<()> {
        let units = figures.get(&format!("cu.{name}"))?;
        table.row([code(name), number(units), String::new(), number(tries)]);
        Ok(())
    };
    row(figures, "model_register", tries.register)?;
    row(figures, "market_open", tries.open)?;
    let opened = last_of(&mut trades::unopened().chain, &[trades::opening()], "market_open_protected")?;
    figures.set("cu.market_open_protected", opened.units as f64)?;
    row(figures, "market_open_protected", tries.open)?;

    let launch = figures.get("cu.model_register")? + figures.get("cu.market_open")?;
    figures.set(LAUNCH, launch)?;
    table.row([code("launch"), number(launch), budgets::cell(LAUNCH, launch), number(tries.register + tries.open)]);
    let average = launch + (2.0 * SEARCHES - tries.register - tries.open) * TRY_UNITS;
    figures.set("cu.launch_two_tries_each", average)?;
    table.row([
        "the same at two tries an address".to_owned(),
        number(average),
        budgets::cell(LAUNCH, average),
        number(2.0 * SEARCHES),
    ]);
    many(figures, &mut table)?;
    Ok(table)
}

fn text() -> String {
    format!(
        "The tests' model (name of 8 bytes, symbol of 5, URI of 34, image of {}): `model_register` and `market_open` \
         are the instructions above; *without_image* names no image, *image* one of {} bytes, *protected* opens with \
         launch protection. `launch` is register plus open. A launch searches the addresses of model, mint, market \
         and quote vault, 1,500 CU for each bump tried; a key decides how many: one with a chance of a half, two \
         with a quarter, and so on. The last rows are {LAUNCHES} launches by as many creators.",
        register_args("").image.len(),
        IMAGE.len()
    )
}

/// Bumps tried by the two instructions of a launch.
struct Tries {
    register: f64,
    open: f64,
}

fn tries(creator: &Pubkey, name: &str) -> Tries {
    let model = address::exchange::model(creator, name);
    let market = address::exchange::market(&model);
    let tried = |seeds: &[&[u8]]| 256.0 - f64::from(Pubkey::find_program_address(seeds, &ID).1);
    let digest = Sha256::digest(name);
    Tries {
        register: tried(&[seeds::MODEL, creator.as_ref(), &digest])
            + tried(&[seeds::MINT, model.as_ref()])
            + tried(&[seeds::MARKET, model.as_ref()]),
        open: tried(&[seeds::QUOTE_VAULT, market.as_ref()]),
    }
}

/// Launches by many creators: least, median, most, and how many keep the budget.
fn many(figures: &mut Figures, table: &mut Table) -> Result<()> {
    let world = World::configured();
    let name = SIDE.model_name();
    let mut units = Vec::with_capacity(LAUNCHES);
    let mut floors = Vec::with_capacity(LAUNCHES);
    for number in 0..LAUNCHES {
        let mut world = world.clone();
        let creator = key(&format!("creator {number} of many")).pubkey();
        world.enrol(creator);
        let model = address::exchange::model(&creator, &name);
        let register = exchange::model_register(&creator, register_args(&name));
        let open = exchange::market_open(&creator, &model, &quote(), open_args());
        let registered = last_of(&mut world.chain, &[register], "a registration of many")?.units;
        let opened = last_of(&mut world.chain, &[open], "an opening of many")?.units;
        let (total, tries) = ((registered + opened) as f64, tries(&creator, &name));
        units.push(total);
        floors.push(total - (tries.register + tries.open) * TRY_UNITS);
    }
    units.sort_unstable_by(f64::total_cmp);
    floors.sort_unstable_by(f64::total_cmp);
    let (least, most) = (floors.first().context("no launch")?, floors.last().context("no launch")?);
    ensure!(least == most, "launches differ by more than their bumps: {least} to {most} CU without");
    let within = units.iter().filter(|units| **units <= budget()).count() as f64 / LAUNCHES as f64;
    let median = units.get(LAUNCHES / 2).context("no launch")?;
    let (least, most) = (units.first().context("no launch")?, units.last().context("no launch")?);
    for (name, label, units) in [
        ("least", "the luckiest of many launches", least),
        ("median", "the median", median),
        ("most", "the unluckiest", most),
    ] {
        figures.set(format!("cu.launch_many_{name}"), *units)?;
        table.row([label.to_owned(), number(*units), String::new(), String::new()]);
    }
    figures.set("ratio.launches_within_budget", within)?;
    table.row(["share of them within the budget".to_owned(), number(within), String::new(), String::new()]);
    Ok(())
}

fn budget() -> f64 {
    modchains_tests::budgets::find(LAUNCH).unwrap_or(f64::INFINITY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_image_has_the_size_the_tables_say() {
        assert_eq!(IMAGE.len(), 60);
    }
}
