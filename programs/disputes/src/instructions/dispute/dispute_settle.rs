use anchor_lang::prelude::*;
use modchains_core::{
    dispute::{Phase, Side, Verdict},
    request::{ChallengeOutcome, RequestStatus},
};
use modchains_program_interface::{
    disputes,
    oracle::{self, ChallengeSettle, Request, ResultOverturn},
};
use modchains_program_kit::{account, cpi};

use crate::{
    errors::DisputesError,
    events::{self, DisputeSettled},
    seeds,
    state::Dispute,
};

/// Tells the oracle how a dispute ended, and returns the account's rent to the challenger. A result that was proved wrong is
/// overturned; a dispute that another one overtook is moot. Anyone may.
#[event_cpi]
#[derive(Accounts)]
pub struct DisputeSettle<'info> {
    /// CHECK: the challenger's authority, compared with what the dispute says.
    #[account(mut)]
    pub player: UncheckedAccount<'info>,
    #[account(
        mut, close = player, has_one = player @ DisputesError::NotChallenger,
        has_one = challenger @ DisputesError::ChallengerMismatch,
    )]
    pub dispute: AccountLoader<'info, Dispute>,
    /// CHECK: compared with the dispute, and read as the oracle's.
    #[account(mut)]
    pub request: UncheckedAccount<'info>,
    /// CHECK: compared with the dispute.
    #[account(mut)]
    pub challenger: UncheckedAccount<'info>,
    /// CHECK: the operator account that gave the result; the oracle compares it with the request.
    #[account(mut)]
    pub operator: UncheckedAccount<'info>,
    /// CHECK: the oracle compares it with the request.
    #[account(mut)]
    pub service: UncheckedAccount<'info>,
    /// CHECK: this program's authority, by its address.
    #[account(address = disputes::AUTHORITY_AND_BUMP.0)]
    pub disputes_authority: UncheckedAccount<'info>,
    /// CHECK: the oracle refuses any other.
    pub oracle_event_authority: UncheckedAccount<'info>,
    /// CHECK: the oracle, which is called by its address.
    pub oracle_program: UncheckedAccount<'info>,
}

/// How a dispute ended.
struct Ending {
    verdict: Option<Verdict>,
    outcome: ChallengeOutcome,
    is_overturned: bool,
}

impl<'info> DisputeSettle<'info> {
    /// Has the oracle move what the verdict moves; the account is closed on the way out.
    pub fn handle(&mut self) -> Result<()> {
        let ending = self.ending()?;
        if ending.outcome == ChallengeOutcome::Proved && !ending.is_overturned {
            self.overturn()?;
        }
        self.settle(ending.outcome)?;
        let dispute = self.dispute.load()?;
        let event = DisputeSettled {
            dispute: self.dispute.key(),
            request: dispute.request,
            challenger: dispute.challenger,
            number: dispute.number,
            outcome: ending.outcome as u8,
            reason: ending.verdict.map_or(DisputeSettled::MOOT, |verdict| verdict.code()),
            word: match ending.verdict {
                Some(Verdict::Unequal { word }) => word,
                _ => 0,
            },
        };
        events::emit(&self.event_authority, &event)
    }

    fn ending(&self) -> Result<Ending> {
        let dispute = self.dispute.load()?;
        let request = account::view::<Request>(&self.request)?;
        dispute.require_of(self.request.key, &request)?;
        let is_overturned = request.status == RequestStatus::Overturned as u8;
        Ok(match dispute.game()?.phase {
            Phase::Over(verdict) => {
                let outcome = match verdict.loser() {
                    Side::Operator => ChallengeOutcome::Proved,
                    Side::Challenger => ChallengeOutcome::Lost,
                };
                Ending { verdict: Some(verdict), outcome, is_overturned }
            }
            _ if is_overturned => Ending { verdict: None, outcome: ChallengeOutcome::Moot, is_overturned },
            _ => return Err(DisputesError::DisputeRunning.into()),
        })
    }

    fn overturn(&self) -> Result<()> {
        let overturn = ResultOverturn {
            disputes_authority: self.disputes_authority.as_ref(),
            request: &self.request,
            operator: &self.operator,
            service: &self.service,
            event_authority: &self.oracle_event_authority,
            program: &self.oracle_program,
            created_at_seconds: self.dispute.load()?.created_at_seconds,
        };
        let signer_seeds: &[&[u8]] = &[seeds::AUTHORITY, &[disputes::AUTHORITY_AND_BUMP.1]];
        cpi::call(&oracle::ID, &overturn.parties(), &overturn.data(), &[signer_seeds])
    }

    fn settle(&self, outcome: ChallengeOutcome) -> Result<()> {
        let (created_at_seconds, number) = {
            let dispute = self.dispute.load()?;
            (dispute.created_at_seconds, dispute.number)
        };
        let settle = ChallengeSettle {
            disputes_authority: self.disputes_authority.as_ref(),
            request: &self.request,
            challenger: &self.challenger,
            operator: &self.operator,
            service: &self.service,
            event_authority: &self.oracle_event_authority,
            program: &self.oracle_program,
            created_at_seconds,
            number,
            outcome: outcome as u8,
        };
        let signer_seeds: &[&[u8]] = &[seeds::AUTHORITY, &[disputes::AUTHORITY_AND_BUMP.1]];
        cpi::call(&oracle::ID, &settle.parties(), &settle.data(), &[signer_seeds])
    }
}
