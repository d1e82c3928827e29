//! Instructions of the vault program about proposals and grants.

use modchains_vault::{
    ID, accounts, instruction as data,
    instructions::{ProposalExecuteArgs, ProposalVoteArgs},
    state::{Grant, Proposal, ProposalAction, ProposalContent},
};
use solana_instruction::Instruction;

use super::{Token, instruction};
use crate::{
    Pubkey, Result,
    address::{
        self, SYSTEM_PROGRAM,
        vault::{EVENT_AUTHORITY, grant, pool, pool_tokens, position, vault},
    },
    client::action_of,
};

/// Opens the vault's next proposal, whose number is one more than `last_index`, the vault's latest. The owner of a position
/// with 0.5 % of the stake signs and pays.
pub fn proposal_open(owner: &Pubkey, model: &Pubkey, last_index: u64, content: ProposalContent) -> Instruction {
    let vault = vault(model);
    let accounts = accounts::ProposalOpen {
        owner: *owner,
        vault,
        position: position(&vault, owner),
        mint: Token::of_model(model).mint,
        proposal: address::vault::proposal(&vault, last_index.saturating_add(1)),
        system_program: SYSTEM_PROGRAM,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::ProposalOpen { content })
}

/// Votes on the proposal number `index`. The owner of a position signs.
pub fn proposal_vote(owner: &Pubkey, model: &Pubkey, index: u64, args: ProposalVoteArgs) -> Instruction {
    let vault = vault(model);
    let accounts = accounts::ProposalVote {
        owner: *owner,
        vault,
        position: position(&vault, owner),
        proposal: address::vault::proposal(&vault, index),
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::ProposalVote { args })
}

/// Executes a proposal of `model`'s vault by the instruction for its action. `payer` signs and pays if it starts a grant; else
/// nobody signs. `quote` is what the model's market trades against, and the mint of the vault's first pool. `grant_pool` is
/// the pool of the grant, for a proposal that stops one.
///
/// # Errors
/// When the proposal's action cannot be read.
pub fn proposal_execute(
    payer: &Pubkey,
    model: &Pubkey,
    proposal: &Proposal,
    quote: &Token,
    grant_pool: Option<Pubkey>,
) -> Result<Instruction> {
    let args = ProposalExecuteArgs { payload_sha256: proposal.payload_sha256 };
    let (vault, event_authority, program) = (vault(model), EVENT_AUTHORITY, ID);
    let address = address::vault::proposal(&vault, proposal.index);
    Ok(match action_of(&address, proposal)? {
        ProposalAction::Signal | ProposalAction::TreasuryShare { .. } => {
            let accounts = accounts::ProposalExecute { vault, proposal: address, event_authority, program };
            instruction(ID, &accounts, &data::ProposalExecute { args })
        }
        ProposalAction::Grant { pool, .. } => {
            let accounts = accounts::GrantStart {
                payer: *payer,
                vault,
                proposal: address,
                pool,
                grant: grant(&address),
                system_program: SYSTEM_PROGRAM,
                event_authority,
                program,
            };
            instruction(ID, &accounts, &data::GrantStart { args })
        }
        ProposalAction::GrantStop { grant } => {
            let pool = grant_pool.unwrap_or_else(|| pool(&vault, &quote.mint));
            let accounts = accounts::GrantStop { vault, proposal: address, grant, pool, event_authority, program };
            instruction(ID, &accounts, &data::GrantStop { args })
        }
        ProposalAction::ReserveDeposit { .. } => {
            let (pool, market) = (pool(&vault, &quote.mint), address::exchange::market(model));
            let accounts = accounts::ReserveDeposit {
                vault,
                proposal: address,
                pool,
                pool_tokens: pool_tokens(&pool),
                market,
                quote_vault: address::exchange::quote_vault(&market),
                token_program: quote.program,
                exchange_event_authority: address::exchange::EVENT_AUTHORITY,
                exchange_program: modchains_exchange::ID,
                event_authority,
                program,
            };
            instruction(ID, &accounts, &data::ReserveDeposit { args })
        }
        ProposalAction::ServiceFee { .. } => {
            let accounts = accounts::ServiceFeeSet {
                vault,
                proposal: address,
                service: address::oracle::service(model),
                oracle_event_authority: address::oracle::EVENT_AUTHORITY,
                oracle_program: modchains_oracle::ID,
                event_authority,
                program,
            };
            instruction(ID, &accounts, &data::ServiceFeeSet { args })
        }
    })
}

/// Closes the proposal number `index`, which `proposer` opened and gets the rent of. Nobody signs.
pub fn proposal_close(model: &Pubkey, index: u64, proposer: &Pubkey) -> Instruction {
    let vault = vault(model);
    let accounts = accounts::ProposalClose {
        vault,
        proposal: address::vault::proposal(&vault, index),
        position: position(&vault, proposer),
        proposer: *proposer,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::ProposalClose {})
}

/// Pays what a grant has released to its payee's associated account, which must exist. Nobody signs.
pub fn grant_claim(address: &Pubkey, grant: &Grant, token_program: &Pubkey) -> Instruction {
    let revenue = Token { mint: grant.revenue_mint, program: *token_program };
    let accounts = accounts::GrantClaim {
        payee: grant.payee,
        grant: *address,
        pool: grant.pool,
        pool_tokens: pool_tokens(&grant.pool),
        payee_tokens: revenue.account_of(&grant.payee),
        token_program: *token_program,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::GrantClaim {})
}

/// Closes a grant of which nothing is left; its rent goes to `payer`, who paid it. Nobody signs.
pub fn grant_close(address: &Pubkey, payer: &Pubkey) -> Instruction {
    let accounts =
        accounts::GrantClose { grant: *address, payer: *payer, event_authority: EVENT_AUTHORITY, program: ID };
    instruction(ID, &accounts, &data::GrantClose {})
}
