//! What scenarios begin with.

use anchor_lang::prelude::Pubkey;
use modchains_sdk::instruction::exchange;
use solana_instruction::Instruction;
use solana_signer::Signer;

use crate::{
    chain::key,
    world::{Side, World},
};

pub(super) fn one(instruction: Instruction) -> [Instruction; 2] {
    [instruction.clone(), instruction]
}

pub(super) fn admin() -> Pubkey {
    key("admin").pubkey()
}

/// Each side's request 1 in the state that `prepare` leaves it in.
pub(super) fn with_requests(world: &mut World, prepare: impl Fn(&mut World, Side)) {
    Side::BOTH.into_iter().for_each(|side| prepare(world, side));
}

/// Everything, and stakers who refer traders.
pub(super) fn referred() -> World {
    let mut world = World::ready();
    for side in Side::BOTH {
        let staker = side.person("staker");
        world.chain.must(&[exchange::referral_open(&staker, &side.model(), &staker)]);
    }
    world
}

/// People, but nothing listed.
pub(super) fn enrolled() -> World {
    let mut world = World::configured();
    Side::BOTH.into_iter().for_each(|side| world.enrol(side.person("creator")));
    world
}

/// Models with a version, but no market.
pub(super) fn registered() -> World {
    listed(2)
}

/// Everything but vault and service.
pub(crate) fn traded() -> World {
    listed(3)
}

/// Everything but the service.
pub(super) fn vaulted() -> World {
    listed(4)
}

pub(super) fn listed(steps: usize) -> World {
    let mut world = enrolled();
    for side in Side::BOTH {
        for instruction in world.listing(side).into_iter().take(steps) {
            world.chain.must(&[instruction]);
        }
    }
    world
}
