use anchor_lang::prelude::*;
use modchains_core::request::Finality;
use modchains_program_kit::hash::sha256;

use crate::{
    errors::OracleError,
    events::{self, Change, ResultFinalized},
    instructions::roll,
    state::{FinalUse, Operator, Request, Service, Usage},
};

/// Makes a result final after its challenge window: everybody's share of the fee is theirs to claim, and the use is
/// counted. Anyone may. No tokens move, so nobody's token account can hold up another's share.
#[event_cpi]
#[derive(Accounts)]
pub struct ResultFinalize<'info> {
    #[account(
        mut, has_one = service @ OracleError::ServiceMismatch, has_one = operator @ OracleError::ClaimOfOtherOperator,
    )]
    pub request: AccountLoader<'info, Request>,
    #[account(mut, has_one = usage @ OracleError::ServiceMismatch)]
    pub service: AccountLoader<'info, Service>,
    #[account(mut)]
    pub usage: AccountLoader<'info, Usage>,
    #[account(mut)]
    pub operator: AccountLoader<'info, Operator>,
}

impl<'info> ResultFinalize<'info> {
    /// Splits the fee as the request was promised.
    pub fn handle(&mut self, now_seconds: i64) -> Result<()> {
        let rolled = roll(&self.usage, now_seconds)?;
        let event = self.apply(now_seconds)?;
        if let Some(rolled) = rolled {
            events::emit(&self.event_authority, &rolled)?;
        }
        events::emit(&self.event_authority, &event)
    }

    fn apply(&self, now_seconds: i64) -> Result<ResultFinalized> {
        let mut request = self.request.load_mut()?;
        let mut service = self.service.load_mut()?;
        let mut usage = self.usage.load_mut()?;
        let mut operator = self.operator.load_mut()?;
        let (earned_before, escrowed_before) = (operator.earned_atoms, service.escrowed_atoms);
        let non_recoverable_before = usage.non_recoverable_fees_total;
        let Finality { price_atoms, legs, answer_seconds, .. } = request.finalize(now_seconds)?;
        operator.finish_result(request.result_bond_atoms, legs.operator)?;
        service.accrue(price_atoms, &legs)?;
        usage.count(&FinalUse {
            fee_atoms: price_atoms,
            non_recoverable_atoms: legs.lost_atoms(),
            answer_seconds,
            requester_hash: requester_hash(&request),
        })?;
        Ok(ResultFinalized {
            request: self.request.key(),
            service: request.service,
            requester: request.requester,
            operator: request.operator,
            fee: legs.into(),
            tip_atoms: request.tip_atoms,
            earned: Change { before_atoms: earned_before, after_atoms: operator.earned_atoms },
            escrowed: Change { before_atoms: escrowed_before, after_atoms: service.escrowed_atoms },
            non_recoverable: Change {
                before_atoms: non_recoverable_before,
                after_atoms: usage.non_recoverable_fees_total,
            },
            at_seconds: now_seconds,
        })
    }
}

/// 64 bits that name the requester of one service.
///
/// A key is free to choose, so its own bytes could be ground to raise the estimate of distinct requesters for the
/// price of one. Hashed together with the service, a key that was ground for one service is worth nothing in
/// another; grinding for this one stays possible, but a forger who wants to look like many can as cheaply pay from
/// many fresh keys. Either way the counted value never exceeds the fees paid, of which the protocol's share is lost,
/// and that is what faking use costs.
fn requester_hash(request: &Request) -> u64 {
    let hash = sha256(&[request.service.as_ref(), request.requester.as_ref()]);
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&hash[..8]);
    u64::from_le_bytes(bytes)
}
