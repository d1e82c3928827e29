use anchor_lang::prelude::*;
use modchains_core::request::ClaimTerms;

use crate::{
    errors::OracleError,
    events::{self, Change, RequestClaimed},
    state::{Operator, Request},
};

/// Which request the operator has looked at, and until when it wants it.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct RequestClaimArgs {
    /// When the request was created. A requester can close a settled request and create another at the same address; a
    /// claim that is still on its way must not fall on that one's terms.
    pub created_at_seconds: i64,
    /// Unix second from which the claim is refused. One that lands when no result can follow in time would only cost the
    /// operator its claim bond.
    pub land_until_seconds: i64,
}

/// Takes a request on and locks the bond of its result, part of which is the requester's if the result is late.
#[event_cpi]
#[derive(Accounts)]
pub struct RequestClaim<'info> {
    pub authority: Signer<'info>,
    #[account(mut, has_one = authority @ OracleError::NotOperatorAuthority)]
    pub operator: AccountLoader<'info, Operator>,
    #[account(
        mut, constraint = request.load()?.service == operator.load()?.service @ OracleError::OperatorOfOtherService,
    )]
    pub request: AccountLoader<'info, Request>,
}

impl<'info> RequestClaim<'info> {
    /// Locks the bond and starts the clock.
    pub fn handle(&mut self, args: RequestClaimArgs, now_seconds: i64) -> Result<()> {
        let event = {
            let mut request = self.request.load_mut()?;
            let mut operator = self.operator.load_mut()?;
            let before_atoms = operator.locked_atoms;
            let RequestClaimArgs { created_at_seconds, land_until_seconds } = args;
            let terms = ClaimTerms { created_at_seconds, land_until_seconds };
            request.claim(&self.operator.key(), &terms, now_seconds)?;
            operator.lock(request.result_bond_atoms)?;
            RequestClaimed {
                request: self.request.key(),
                service: request.service,
                operator: request.operator,
                locked: Change { before_atoms, after_atoms: operator.locked_atoms },
                claim_deadline_seconds: request.claim_deadline_seconds,
                at_seconds: now_seconds,
            }
        };
        events::emit(&self.event_authority, &event)
    }
}
