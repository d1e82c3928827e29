use anchor_lang::prelude::*;

use crate::{
    errors::OracleError,
    events::{self, ResultPosted},
    state::{Operator, PostedResult, Request},
};

/// What the operator answers, with its bond behind it.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct ResultPostArgs {
    /// When the request was created that it answers. Another one at the same address is not answered.
    pub created_at_seconds: i64,
    /// How it may be compared; must be the request's class: 0 exact, 1 tolerant.
    pub numeric_class: u8,
    /// Root of the activation trace that backs it; zero for none.
    pub trace_root: [u8; 32],
    /// The output, 1 to 824 bytes and at most what the request has room for.
    pub output: Vec<u8>,
}

/// Answers a claimed request. The bond that the claim locked stays so until the result is final.
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
    /// Writes the output.
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
        let result = PostedResult {
            created_at_seconds: args.created_at_seconds,
            numeric_class: args.numeric_class,
            trace_root: args.trace_root,
            output: &args.output,
        };
        request.post(&operator_key, &result, now_seconds)?;
        operator.keep_claim()?;
        let event = ResultPosted {
            request: self.request.key(),
            service: request.service,
            operator: operator_key,
            output_hash: request.output_hash,
            trace_root: args.trace_root,
            challenge_until_seconds: request.challenge_until_seconds,
            at_seconds: now_seconds,
        };
        Ok((event, request.output_offset()))
    }
}
