use core::cell::RefMut;

use anchor_lang::prelude::*;
use modchains_core::window::Moment;
use modchains_program_kit::account;

use crate::{
    errors::OracleError,
    events::{self, Change, RewardClaimed},
    state::{Operator, Request, Service},
};

/// Credits the reward of an overturned result to the earliest challenge that was not lost: once all are settled, or a day
/// after the proof. Anyone may. Whoever has closed its operator account before leaves it to the sink, so that nobody can hold
/// up the requester, whose refund waits for it.
#[event_cpi]
#[derive(Accounts)]
pub struct RewardClaim<'info> {
    #[account(mut, has_one = service @ OracleError::ServiceMismatch)]
    pub request: AccountLoader<'info, Request>,
    /// CHECK: the challenger's operator account, by the request; it may have been closed since.
    #[account(mut)]
    pub challenger: UncheckedAccount<'info>,
    #[account(mut)]
    pub service: AccountLoader<'info, Service>,
}

impl<'info> RewardClaim<'info> {
    /// Credits the reward.
    pub fn handle(&mut self, now: Moment) -> Result<()> {
        let event = {
            let mut request = self.request.load_mut()?;
            let mut service = self.service.load_mut()?;
            let before_atoms = service.escrowed_atoms;
            let reward_atoms = request.claim_reward(self.challenger.key, now)?;
            service.reward(reward_atoms)?;
            let challenger = operator_if_kept(&self.challenger)?;
            let is_credited = challenger.is_some();
            match challenger {
                Some(mut challenger) => challenger.earn(reward_atoms)?,
                None => service.sink(reward_atoms)?,
            }
            RewardClaimed {
                request: self.request.key(),
                service: request.service,
                challenger: self.challenger.key(),
                is_credited,
                escrowed: Change { before_atoms, after_atoms: service.escrowed_atoms },
                at_seconds: now.seconds,
            }
        };
        events::emit(&self.event_authority, &event)
    }
}

/// The operator at an address that was one's; none once its account is closed.
pub(crate) fn operator_if_kept<'a>(account: &'a AccountInfo) -> Result<Option<RefMut<'a, Operator>>> {
    let is_kept = *account.owner == crate::ID;
    is_kept.then(|| account::state_mut::<Operator>(account, &crate::ID)).transpose()
}
