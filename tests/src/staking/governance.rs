//! Proposals and grants: for each instruction a chain on which it succeeds, and what its tests share.

use anchor_lang::{InstructionData, ToAccountMetas, prelude::Pubkey};
use modchains_core::governance::{MILESTONES_MAX, VOTING_WINDOW_MAX_SECONDS};
use modchains_oracle::instructions::ServiceGovernArgs;
use modchains_sdk::{
    address,
    instruction::{governance, vault},
};
use modchains_vault::{
    instructions::{ProposalVoteArgs, TreasuryDepositArgs},
    state::{Grant, GrantMilestone, GrantSchedule, Proposal, ProposalAction, ProposalContent},
};
use solana_instruction::Instruction;

use crate::{
    row::{Row, both},
    world::{FEE_ATOMS, QUOTE, Side, World, quote},
};

/// Seconds from a proposal's opening to the first at which it can be executed: the window, and two days, which are more than
/// the vaults' cooldown.
pub const EXECUTABLE_AFTER_SECONDS: i64 = VOTING_WINDOW_MAX_SECONDS as i64 + 2 * 86_400;

/// What a grant of the tests pays.
pub const GRANT_ATOMS: u64 = QUOTE;

/// A proposal that does `action`.
pub fn content(action: ProposalAction) -> ProposalContent {
    ProposalContent { action, text_sha256: [3; 32], uri: "https://models.example/proposals/1".to_owned() }
}

/// Who gets the grants of a side.
pub fn payee(side: Side) -> Pubkey {
    side.person("operator")
}

/// A grant of a side to its payee.
pub fn grant_action(side: Side, schedule: GrantSchedule) -> ProposalAction {
    ProposalAction::Grant { pool: side.pool(), payee: payee(side), schedule }
}

/// A grant that flows for 100 seconds.
pub fn stream(side: Side) -> ProposalAction {
    grant_action(side, GrantSchedule::Stream { atoms: GRANT_ATOMS, seconds: 100 })
}

/// A grant of which `atoms` are paid at once.
pub fn at_once(side: Side, atoms: u64) -> ProposalAction {
    let mut milestones = [GrantMilestone::default(); MILESTONES_MAX];
    milestones[0].atoms = atoms;
    grant_action(side, GrantSchedule::Milestones { milestones })
}

impl Side {
    /// This side's proposal number `index`.
    pub fn proposal(self, index: u64) -> Pubkey {
        address::vault::proposal(&self.vault(), index)
    }

    /// The grant that this side's proposal number `index` opens.
    pub fn grant(self, index: u64) -> Pubkey {
        address::vault::grant(&self.proposal(index))
    }
}

impl World {
    /// Both sides complete, a treasury in each vault, and stakes that lie there since before this second.
    pub fn governed() -> Self {
        let mut world = Self::ready();
        for side in Side::BOTH {
            let args = TreasuryDepositArgs { revenue_atoms: 10 * QUOTE };
            world.chain.must(&[vault::treasury_deposit(&side.person("trader"), &side.model(), &quote(), args)]);
        }
        world.chain.advance(60);
        world
    }

    /// A side's proposal number `index`.
    pub fn proposal(&self, side: Side, index: u64) -> Proposal {
        self.chain.state(&side.proposal(index))
    }

    /// The grant of a side's proposal number `index`.
    pub fn grant(&self, side: Side, index: u64) -> Grant {
        self.chain.state(&side.grant(index))
    }

    /// The opening of a side's next proposal.
    pub fn propose_instruction(&self, side: Side, role: &str, action: ProposalAction) -> Instruction {
        let last_index = self.vault(side).last_proposal_index;
        governance::proposal_open(&side.person(role), &side.model(), last_index, content(action))
    }

    /// Opens a proposal. Returns its number.
    pub fn propose(&mut self, side: Side, role: &str, action: ProposalAction) -> u64 {
        let open = self.propose_instruction(side, role, action);
        self.chain.must(&[open]);
        self.vault(side).last_proposal_index
    }

    /// A vote on a side's proposal as it is.
    pub fn vote_instruction(&self, side: Side, role: &str, index: u64, is_for: bool) -> Instruction {
        let args = ProposalVoteArgs { payload_sha256: self.proposal(side, index).payload_sha256, is_for };
        governance::proposal_vote(&side.person(role), &side.model(), index, args)
    }

    /// Votes on a side's proposal.
    pub fn vote(&mut self, side: Side, role: &str, index: u64, is_for: bool) {
        let vote = self.vote_instruction(side, role, index, is_for);
        self.chain.must(&[vote]);
    }

    /// The execution of a side's proposal, paid by its trader.
    pub fn execute_instruction(&self, side: Side, index: u64) -> Instruction {
        let proposal = self.proposal(side, index);
        governance::proposal_execute(&side.person("trader"), &side.model(), &proposal, &quote(), None).unwrap()
    }

    /// Has a side's staker propose and approve; time passes until it can be executed. Returns its number.
    pub fn approve(&mut self, side: Side, action: ProposalAction) -> u64 {
        let index = self.propose(side, "staker", action);
        self.vote(side, "staker", index, true);
        self.chain.advance(EXECUTABLE_AFTER_SECONDS);
        index
    }

    /// Has a side's staker propose, approve and execute. Returns the proposal's number.
    pub fn decide(&mut self, side: Side, action: ProposalAction) -> u64 {
        let index = self.approve(side, action);
        let execute = self.execute_instruction(side, index);
        self.chain.must(&[execute, governance::proposal_close(&side.model(), index, &side.person("staker"))]);
        index
    }

    /// The payment of what the grant of a side's proposal has released.
    pub fn grant_claim_instruction(&self, side: Side, index: u64) -> Instruction {
        governance::grant_claim(&side.grant(index), &self.grant(side, index), &quote().program)
    }
}

/// A change of the fee of a side's service, which its vault would sign.
pub fn govern_instruction(side: Side, fee_atoms: u64) -> Instruction {
    let accounts = modchains_oracle::accounts::ServiceGovern {
        vault: side.vault(),
        service: side.service(),
        event_authority: address::oracle::EVENT_AUTHORITY,
        program: modchains_oracle::ID,
    };
    let data = modchains_oracle::instruction::ServiceGovern { args: ServiceGovernArgs { fee_atoms } };
    Instruction { program_id: modchains_oracle::ID, accounts: accounts.to_account_metas(None), data: data.data() }
}

/// The executions of proposals that do what `action` says for each side, both approved at the same time.
fn approved(world: &mut World, action: impl Fn(Side) -> ProposalAction) -> [Instruction; 2] {
    let indices = Side::BOTH.map(|side| {
        let index = world.propose(side, "staker", action(side));
        world.vote(side, "staker", index, true);
        index
    });
    world.chain.advance(EXECUTABLE_AFTER_SECONDS);
    let [a, b] = indices;
    [world.execute_instruction(Side::A, a), world.execute_instruction(Side::B, b)]
}

/// The numbers of grants of both sides that started at the same time.
fn granted(world: &mut World, action: impl Fn(Side) -> ProposalAction) -> [u64; 2] {
    let executions = approved(world, action);
    world.chain.must(&executions);
    Side::BOTH.map(|side| {
        let index = world.vault(side).last_proposal_index;
        world.chain.must(&[governance::proposal_close(&side.model(), index, &side.person("staker"))]);
        index
    })
}

/// Rows of [`crate::scenario`] of the vault.
pub(crate) fn builds() -> Vec<Row> {
    let mut rows = proposal_builds();
    rows.extend(grant_builds());
    rows
}

/// Rows of [`crate::scenario`] of the oracle.
pub(crate) fn oracle_builds() -> Vec<Row> {
    vec![("service_govern", World::governed, |_| both(|side| govern_instruction(side, 2 * FEE_ATOMS)))]
}

fn proposal_builds() -> Vec<Row> {
    vec![
        ("proposal_open", World::governed, |world| {
            both(|side| world.propose_instruction(side, "staker", stream(side)))
        }),
        ("proposal_vote", World::governed, |world| {
            both(|side| {
                let index = world.propose(side, "staker", stream(side));
                world.vote_instruction(side, "staker", index, true)
            })
        }),
        ("proposal_execute", World::governed, |world| {
            approved(world, |_| ProposalAction::TreasuryShare { treasury_bps: 1_000 })
        }),
        ("grant_start", World::governed, |world| approved(world, stream)),
        ("grant_stop", World::governed, |world| {
            let slow = |side| grant_action(side, GrantSchedule::Stream { atoms: GRANT_ATOMS, seconds: 10_000_000 });
            let indices = granted(world, slow);
            approved(world, |side| {
                let index = if side == Side::A { indices[0] } else { indices[1] };
                ProposalAction::GrantStop { grant: side.grant(index) }
            })
        }),
        ("reserve_deposit", World::governed, |world| {
            approved(world, |_| ProposalAction::ReserveDeposit { reserve_atoms: QUOTE })
        }),
        ("service_fee_set", World::governed, |world| {
            approved(world, |_| ProposalAction::ServiceFee { fee_atoms: 2 * FEE_ATOMS })
        }),
        ("proposal_close", World::governed, |world| {
            let executions = approved(world, |_| ProposalAction::Signal);
            world.chain.must(&executions);
            both(|side| {
                let index = world.vault(side).last_proposal_index;
                governance::proposal_close(&side.model(), index, &side.person("staker"))
            })
        }),
    ]
}

fn grant_builds() -> Vec<Row> {
    vec![
        ("grant_claim", World::governed, |world| {
            let [a, b] = granted(world, stream);
            world.chain.advance(50);
            [world.grant_claim_instruction(Side::A, a), world.grant_claim_instruction(Side::B, b)]
        }),
        ("grant_close", World::governed, |world| {
            let indices = granted(world, |side| at_once(side, GRANT_ATOMS));
            let [a, b] = indices;
            let claims = [world.grant_claim_instruction(Side::A, a), world.grant_claim_instruction(Side::B, b)];
            world.chain.must(&claims);
            [Side::A, Side::B].map(|side| {
                let index = if side == Side::A { a } else { b };
                governance::grant_close(&side.grant(index), &side.person("trader"))
            })
        }),
    ]
}
