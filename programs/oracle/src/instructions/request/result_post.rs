use anchor_lang::prelude::*;

use crate::{
    errors::OracleError,
    events::{self, Change, ResultPosted},
    state::{Operator, Request},
};

/// What the operator answers, with its bond behind it.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct ResultPostArgs {
    /// How it may be compared; must be the request's class: 0 exact, 1 tolerant.
    pub numeric_class: u8,
    /// Root of the activation trace that backs it; zero for none.
    pub trace_root: [u8; 32],
    /// The output, 1 to 807 bytes and at most what the request has room for.
    pub output: Vec<u8>,
}

/// Answers a claimed request. The claim bond is freed and the result bond locked until the result is final.
#[event_cpi]
#[derive(Accounts)]
pub struct ResultPost<'info> {
    pub authority: Signer<'info>,
    #[account(mut, has_one = authority @ OracleError::NotOperatorAuthority)]
    pub operator: AccountLoader<'info, Operator>,
    #[account(mut)]
    pub request: AccountLoader<'info, Request>,
}

impl<'info> ResultPost<'info> {
    /// Writes the output and locks the bond.
    pub fn handle(&mut self, args: ResultPostArgs, now_seconds: i64) -> Result<()> {
        let (event, output_offset) = self.apply(&args, now_seconds)?;
        {
            let mut data = self.request.as_ref().try_borrow_mut_data()?;
            // arith-safety: an offset below 2^17 plus a length that fits a transaction.
            let room = data.get_mut(output_offset..output_offset + args.output.len());
            room.ok_or(OracleError::OutputTooLong)?.copy_from_slice(&args.output);
        }
        events::emit(&self.event_authority, &event)
    }

    fn apply(&self, args: &ResultPostArgs, now_seconds: i64) -> Result<(ResultPosted, usize)> {
        let mut request = self.request.load_mut()?;
        let mut operator = self.operator.load_mut()?;
        let operator_key = self.operator.key();
        let before_atoms = operator.locked_atoms;
        request.post(&operator_key, args.numeric_class, &args.output, args.trace_root, now_seconds)?;
        operator.lock_result(request.claim_bond_atoms, request.result_bond_atoms)?;
        let event = ResultPosted {
            request: self.request.key(),
            service: request.service,
            operator: operator_key,
            output_hash: request.output_hash,
            trace_root: args.trace_root,
            locked: Change { before_atoms, after_atoms: operator.locked_atoms },
            challenge_until_seconds: request.challenge_until_seconds,
            at_seconds: now_seconds,
        };
        Ok((event, request.output_offset()))
    }
}
