//! What stakers send, by how many positions their vault has.

use std::panic::catch_unwind;

use anyhow::{Result, anyhow, ensure};
use modchains_sdk::{
    instruction::vault::{self, PoolPlace},
    vault::instructions::UnstakeArgs,
};
use modchains_tests::{
    staking::crowded,
    world::{Side, quote, revenue_mints, stake_args},
};

use crate::{
    output::{
        figures::Figures,
        table::{Table, code, number},
    },
    programs::compute::last_of,
};

/// How many positions the vaults have beside the one that is measured.
const POSITIONS: [u64; 2] = [10, 100_000];

/// Measures a claim, a stake and an unstake in a small vault and in a large one.
pub fn measure(figures: &mut Figures) -> Result<Table> {
    let text = "A vault with one revenue pool, 3,600 seconds into a stream, with so many positions on the chain beside the one \
                that acts; the stake of all others is the same in sum. CU, exact.";
    let mut table = Table::new("A vault's crowd", text, &["instruction", "10 positions", "100,000 positions"]);
    let (side, model) = (Side::A, Side::A.model());
    let staker = side.person("staker");
    let steps = [
        ("revenue_claim", vault::revenue_claim(&staker, &model, &quote(), PoolPlace::First)),
        ("stake", vault::stake(&staker, &model, revenue_mints(), stake_args(1_000_000))),
        ("unstake", vault::unstake(&staker, &model, revenue_mints(), UnstakeArgs { token_atoms: 1_000_000 })),
    ];
    let mut units = Vec::new();
    for positions in POSITIONS {
        let mut world = catch_unwind(|| crowded(positions))
            .map_err(|_| anyhow!("the vault could not be set up; the reason is above"))?;
        let mut of_world = Vec::new();
        for (name, step) in &steps {
            let ran = last_of(&mut world.chain, std::slice::from_ref(step), name)?;
            figures.set(format!("cu.{name}_of_{positions}_positions"), ran.units as f64)?;
            of_world.push(ran.units);
        }
        units.push(of_world);
    }
    ensure!(units[0] == units[1], "the cost depends on the number of positions: {units:?}");
    for (at, (name, _)) in steps.iter().enumerate() {
        table.row([code(name), number(units[0][at] as f64), number(units[1][at] as f64)]);
    }
    Ok(table)
}
