//! Claims of many pools, over as many transactions as they need.

use solana_instruction::Instruction;

use super::{
    Token,
    budget::{COMPUTE_UNITS_MAX, compute_limit, compute_price},
    token::{create_account, unwrap_sol},
};
use crate::{
    Pubkey,
    pack::{TRANSACTION_BYTES_MAX, pack, transaction_bytes},
};

/// One pool's payment to an owner of stake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Whose stakers it pays.
    pub model: Pubkey,
    /// In what.
    pub revenue: Token,
    /// What pays it to the owner's associated account.
    pub instruction: Instruction,
}

/// Claims that fit one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimBatch {
    /// What it pays.
    pub claims: Vec<Claim>,
    /// The accounts that receive, created where they are missing; the payments; and wrapped SOL turned back into SOL, so
    /// that nothing is left wrapped when a later transaction fails.
    pub instructions: Vec<Instruction>,
}

/// Spreads claims of `owner`, who signs and pays, over few transactions. Those in one mint stay together, in their order.
pub fn claim_batches(owner: &Pubkey, claims: &[Claim]) -> Vec<ClaimBatch> {
    let mut sorted = claims.to_vec();
    sorted.sort_by_key(|claim| claim.revenue.mint);
    let groups = pack(sorted, |claims| fits(&instructions(owner, claims), owner));
    groups.into_iter().map(|claims| ClaimBatch { instructions: instructions(owner, &claims), claims }).collect()
}

/// Whether instructions fit a transaction together with a compute limit and a price.
fn fits(instructions: &[Instruction], payer: &Pubkey) -> bool {
    let budgeted = [&[compute_limit(COMPUTE_UNITS_MAX), compute_price(u64::MAX)], instructions].concat();
    transaction_bytes(&budgeted, payer) <= TRANSACTION_BYTES_MAX
}

fn instructions(owner: &Pubkey, claims: &[Claim]) -> Vec<Instruction> {
    let mut tokens: Vec<Token> = claims.iter().map(|claim| claim.revenue).collect();
    tokens.dedup();
    let unwraps = tokens.iter().any(Token::is_wrapped_sol);
    let creations = tokens.iter().map(|token| create_account(owner, owner, token));
    let payments = claims.iter().map(|claim| claim.instruction.clone());
    creations.chain(payments).chain(unwraps.then(|| unwrap_sol(owner))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        address,
        instruction::vault::{PoolPlace, revenue_claim},
    };

    fn claims(owner: &Pubkey, count: usize) -> Vec<Claim> {
        let dollars = Token { mint: Pubkey::new_unique(), program: address::TOKEN_PROGRAM };
        let of = |index: usize| {
            let (model, revenue) = (Pubkey::new_unique(), [Token::WRAPPED_SOL, dollars][index % 2]);
            Claim { model, revenue, instruction: revenue_claim(owner, &model, &revenue, PoolPlace::First) }
        };
        (0..count).map(of).collect()
    }

    #[test]
    fn every_claim_is_in_one_transaction_and_every_transaction_fits() {
        let owner = Pubkey::new_unique();
        for count in [0, 1, 2, 7, 40] {
            let all = claims(&owner, count);
            let batches = claim_batches(&owner, &all);
            let mut paid: Vec<Pubkey> =
                batches.iter().flat_map(|batch| &batch.claims).map(|claim| claim.model).collect();
            let mut asked: Vec<Pubkey> = all.iter().map(|claim| claim.model).collect();
            paid.sort_unstable();
            asked.sort_unstable();
            assert_eq!(paid, asked);
            assert!(batches.iter().all(|batch| fits(&batch.instructions, &owner)));
            assert!(batches.len() <= count.div_ceil(3), "{count} claims in {} transactions", batches.len());
            for batch in &batches {
                let sent = batch.claims.iter().filter(|claim| batch.instructions.contains(&claim.instruction));
                assert_eq!(sent.count(), batch.claims.len());
            }
        }
    }

    #[test]
    fn each_transaction_creates_what_it_pays_into_and_leaves_no_sol_wrapped() {
        let owner = Pubkey::new_unique();
        for batch in claim_batches(&owner, &claims(&owner, 12)) {
            let pays_sol = batch.claims.iter().any(|claim| claim.revenue.is_wrapped_sol());
            assert_eq!(batch.instructions.last() == Some(&unwrap_sol(&owner)), pays_sol);
            for claim in &batch.claims {
                let created = create_account(&owner, &owner, &claim.revenue);
                assert_eq!(batch.instructions.iter().filter(|instruction| **instruction == created).count(), 1);
            }
        }
    }
}
