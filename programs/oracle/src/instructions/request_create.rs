use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;
use modchains_program_kit::{account, hash::sha256, token};

use crate::{
    errors::OracleError,
    events::{self, Change, RequestCreated},
    seeds,
    state::{Request, RequestTerms, Service},
};

/// What the requester asks for and pays at most.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct RequestCreateArgs {
    /// The requester's number for the request, part of its address.
    pub nonce: u64,
    /// Bump of the request's address.
    pub bump: u8,
    /// Most the requester pays besides the tip, in atoms; the service's fee is what is taken.
    pub fee_max_atoms: u64,
    /// Extra for the operator, in atoms.
    pub tip_atoms: u64,
    /// What a wrong answer could cost, in atoms; the result's bond is at least this.
    pub value_at_risk_atoms: u64,
    /// How long to wait for a result, within the service's bounds.
    pub max_wait_seconds: u32,
    /// Keeps short inputs and outputs from being guessed by their hashes.
    pub salt: [u8; 16],
    /// The input, 1 to 700 bytes and at most what the service takes.
    pub input: Vec<u8>,
}

/// Asks a service for an inference and puts fee and tip in escrow.
#[event_cpi]
#[derive(Accounts)]
pub struct RequestCreate<'info> {
    /// Pays fee, tip and the account's rent.
    #[account(mut)]
    pub requester: Signer<'info>,
    /// CHECK: the token program refuses it unless the requester may spend from it and its mint is the escrow's.
    #[account(mut)]
    pub requester_tokens: UncheckedAccount<'info>,
    #[account(mut, has_one = escrow @ OracleError::ServiceMismatch)]
    pub service: AccountLoader<'info, Service>,
    /// CHECK: the service's own escrow, by `has_one`.
    #[account(mut)]
    pub escrow: UncheckedAccount<'info>,
    /// CHECK: created here at the address that its seeds give.
    #[account(mut)]
    pub request: UncheckedAccount<'info>,
    pub token_program: Interface<'info, TokenInterface>,
    pub system_program: Program<'info, System>,
}

impl<'info> RequestCreate<'info> {
    /// Writes the request and takes its price.
    pub fn handle(&mut self, args: RequestCreateArgs, now_seconds: i64) -> Result<()> {
        let terms = RequestTerms {
            nonce: args.nonce,
            fee_max_atoms: args.fee_max_atoms,
            tip_atoms: args.tip_atoms,
            value_at_risk_atoms: args.value_at_risk_atoms,
            max_wait_seconds: args.max_wait_seconds,
            salt: args.salt,
            input_hash: sha256(&[&args.salt, &args.input]),
            input_bytes: args.input.len(),
            bump: args.bump,
        };
        let (request, escrowed) = self.admit(&terms, now_seconds)?;
        self.create_account(&request, &args.input)?;
        token::transfer(
            &self.token_program,
            &self.requester_tokens,
            &self.escrow,
            &self.requester,
            request.price_atoms()?,
            &[],
        )?;
        let event = RequestCreated {
            request: self.request.key(),
            service: request.service,
            requester: request.requester,
            version_manifest_sha256: request.version_manifest_sha256,
            input_hash: request.input_hash,
            fee_atoms: request.fee_atoms,
            tip_atoms: request.tip_atoms,
            result_bond_atoms: request.result_bond_atoms,
            escrowed,
            deadline_seconds: request.deadline_seconds,
            at_seconds: now_seconds,
        };
        events::emit(&self.event_authority, &event)
    }

    fn admit(&self, terms: &RequestTerms, now_seconds: i64) -> Result<(Request, Change)> {
        let mut service = self.service.load_mut()?;
        let request = Request::open(self.service.key(), &service, self.requester.key(), terms, now_seconds)?;
        let before_atoms = service.escrowed_atoms;
        service.admit(request.price_atoms()?)?;
        Ok((request, Change { before_atoms, after_atoms: service.escrowed_atoms }))
    }

    fn create_account(&self, request: &Request, input: &[u8]) -> Result<()> {
        let signer_seeds: &[&[u8]] = &[
            seeds::REQUEST,
            request.service.as_ref(),
            request.requester.as_ref(),
            &request.nonce.to_le_bytes(),
            &[request.bump],
        ];
        let space = request.account_bytes();
        account::create(&self.requester, &self.request, space, &crate::ID, signer_seeds)?;
        let mut data = self.request.try_borrow_mut_data()?;
        data[..8].copy_from_slice(Request::DISCRIMINATOR);
        data[8..Request::INPUT_OFFSET].copy_from_slice(bytemuck::bytes_of(request));
        data[Request::INPUT_OFFSET..request.output_offset()].copy_from_slice(input);
        Ok(())
    }
}
