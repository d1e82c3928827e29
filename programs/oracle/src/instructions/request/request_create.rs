use core::cell::RefMut;

use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;
use modchains_core::{
    commitment::commit,
    licence::{Admission, Grant, LicenceKind, Licensing, RateWindows},
    request::{Opening, RequestOrder},
};
use modchains_program_interface::exchange::{self, Licence, Model};
use modchains_program_kit::{account, hash::sha256, token};

use crate::{
    errors::{OracleError, ensure},
    events::{self, Change, RequestCreated},
    seeds,
    state::{LicenceUse, Request, RequestDetails, Service},
};

/// What the requester asks for and pays at most.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct RequestCreateArgs {
    /// The service's count of changes when the requester looked at it. Version, split and whatever else the request would
    /// copy are the ones that were seen, or the request is refused.
    pub terms_counter: u32,
    /// The requester's number for the request, part of its address.
    pub nonce: u64,
    /// Bump of the request's address.
    pub bump: u8,
    /// Most the requester pays besides the tip, in atoms. What is taken is the service's fee or, if that is more, the
    /// price of the requester's licence.
    pub fee_max_atoms: u64,
    /// Most that minting the result as a token may cost, in atoms; paid when it is minted, and looked at where `uses` names
    /// that use.
    pub content_fee_max_atoms: u64,
    /// Extra for the operator, in atoms.
    pub tip_atoms: u64,
    /// What a wrong answer could cost, in atoms; the result's bond is at least this.
    pub value_at_risk_atoms: u64,
    /// How long to wait for a result, within the service's bounds.
    pub max_wait_seconds: u32,
    /// What the result is to be used for, at least one: a set of the `USE_` bits of the core's licences.
    pub uses: u16,
    /// Keeps short inputs and outputs from being guessed by their hashes.
    pub salt: [u8; 16],
    /// The input, 1 to 599 bytes and at most what the service takes.
    pub input: Vec<u8>,
}

impl RequestCreateArgs {
    /// What is asked for, in the form that the core's rules take.
    pub fn order(&self) -> RequestOrder {
        RequestOrder {
            terms_counter: self.terms_counter,
            fee_max_atoms: self.fee_max_atoms,
            content_fee_max_atoms: self.content_fee_max_atoms,
            tip_atoms: self.tip_atoms,
            value_at_risk_atoms: self.value_at_risk_atoms,
            max_wait_seconds: self.max_wait_seconds,
            uses: self.uses,
            input_bytes: self.input.len(),
        }
    }
}

/// Asks a service for an inference and puts fee and tip in escrow, if the requester's licence allows it.
///
/// The place of the requester's licence is always shown. So a grant that was revoked cannot be left out to fall back on the
/// model's default terms, which hold only where there is none.
#[event_cpi]
#[derive(Accounts)]
pub struct RequestCreate<'info> {
    /// Pays fee, tip and the account's rent.
    #[account(mut)]
    pub requester: Signer<'info>,
    /// CHECK: the token program refuses it unless the requester may spend from it and its mint is the escrow's.
    #[account(mut)]
    pub requester_tokens: UncheckedAccount<'info>,
    #[account(
        mut, has_one = escrow @ OracleError::ServiceMismatch, has_one = model @ OracleError::ServiceMismatch,
    )]
    pub service: AccountLoader<'info, Service>,
    /// CHECK: the service's own escrow, by `has_one`.
    #[account(mut)]
    pub escrow: UncheckedAccount<'info>,
    /// CHECK: created here at the address that its seeds give.
    #[account(mut)]
    pub request: UncheckedAccount<'info>,
    /// CHECK: the service's model, by `has_one`; read as an account of the exchange.
    pub model: UncheckedAccount<'info>,
    /// CHECK: read as a licence of the exchange, checked by owner, discriminator, model and grantee; what is no account of
    /// the exchange must be at the address that the licence would have.
    pub licence: UncheckedAccount<'info>,
    /// CHECK: where the licence limits the rate, checked to be the requester's counter or created at its address.
    #[account(mut)]
    pub licence_use: Option<UncheckedAccount<'info>>,
    pub token_program: Interface<'info, TokenInterface>,
    pub system_program: Program<'info, System>,
}

impl<'info> RequestCreate<'info> {
    /// Writes the request and takes its price.
    pub fn handle(&mut self, args: RequestCreateArgs, now_seconds: i64) -> Result<()> {
        let order = args.order();
        let details = RequestDetails {
            nonce: args.nonce,
            salt: args.salt,
            input_hash: commit(sha256, &args.salt, &args.input),
            content_fee_atoms: account::view::<Model>(&self.model)?.content_fee_atoms,
            bump: args.bump,
        };
        let (request, escrowed) = self.open(&order, &details, now_seconds)?;
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
            licence_uses: request.licence_uses,
            fee_atoms: request.fee_atoms,
            tip_atoms: request.tip_atoms,
            result_bond_atoms: request.result_bond_atoms,
            escrowed,
            deadline_seconds: request.deadline_seconds,
            at_seconds: now_seconds,
        };
        events::emit(&self.event_authority, &event)
    }

    /// Opens the request if the service takes it and the licence allows it, and takes it and its price into account.
    fn open(&self, order: &RequestOrder, details: &RequestDetails, now_seconds: i64) -> Result<(Request, Change)> {
        let mut licensing = self.licensing(now_seconds)?;
        let counter = if licensing.terms().rate_max > 0 { self.counter()? } else { None };
        licensing.windows = counter.as_deref().map(LicenceUse::windows).unwrap_or_default();
        let mut service = self.service.load_mut()?;
        let opening = service.offer().accept(&licensing, order).map_err(OracleError::from)?;
        let Opening { terms, admission } = opening;
        let (service_key, requester) = (self.service.key(), self.requester.key());
        let request = Request::open(service_key, &service, requester, &terms, order, details);
        let before_atoms = service.escrowed_atoms;
        service.admit(request.price_atoms()?)?;
        if admission.is_counted() {
            self.count(counter, &admission)?;
        }
        Ok((request, Change { before_atoms, after_atoms: service.escrowed_atoms }))
    }

    /// What the requester's licence says, or without one what the model says to everybody. Nothing is counted yet.
    fn licensing(&self, now_seconds: i64) -> Result<Licensing> {
        let grant = self.grant()?;
        let model = account::view::<Model>(&self.model)?;
        Ok(Licensing {
            kind: LicenceKind::from_code(model.licence_kind).map_err(OracleError::from)?,
            default_terms: model.licence_terms(),
            content_fee_atoms: model.content_fee_atoms,
            grant,
            windows: RateWindows::default(),
            now_seconds,
        })
    }

    /// What the creator granted the requester, if anything. The exchange keeps one licence for each pair, so one of its own
    /// that is for the model and the requester is the one; that there is none only the right address can show.
    fn grant(&self) -> Result<Option<Grant>> {
        let (model, requester) = (self.model.key, self.requester.key);
        if *self.licence.owner != exchange::ID {
            let licence_seeds = [exchange::seeds::LICENCE, model.as_ref(), requester.as_ref()];
            account::canonical_bump(&self.licence, &licence_seeds, &exchange::ID)?;
            return Ok(None);
        }
        let licence = account::view::<Licence>(&self.licence)?;
        ensure(licence.model == *model, OracleError::LicenceOfOtherModel)?;
        ensure(licence.grantee == *requester, OracleError::LicenceOfOtherRequester)?;
        Ok(Some(licence.grant()))
    }

    /// The requester's counter for the model; none before the first request that is counted.
    fn counter(&self) -> Result<Option<RefMut<'_, LicenceUse>>> {
        let Some(counter) = self.licence_use.as_deref().filter(|counter| *counter.owner == crate::ID) else {
            return Ok(None);
        };
        let counter = account::state_mut::<LicenceUse>(counter, &crate::ID)?;
        counter.require_of(self.model.key, self.requester.key)?;
        Ok(Some(counter))
    }

    /// Keeps the requests counted with this one.
    ///
    /// The first request creates the counter, at the only address it can have: with a bump of the requester's choice
    /// there could be several counters, and with each of them the whole rate again.
    fn count(&self, counter: Option<RefMut<LicenceUse>>, admission: &Admission) -> Result<()> {
        if let Some(mut counter) = counter {
            counter.store(admission);
            return Ok(());
        }
        let counter = self.licence_use.as_ref().ok_or(OracleError::LicenceUseMissing)?;
        let (model, requester) = (self.model.key, self.requester.key);
        let counter_seeds = [seeds::LICENCE_USE, model.as_ref(), requester.as_ref()];
        let bump = account::canonical_bump(counter, &counter_seeds, &crate::ID)?;
        let mut first = LicenceUse::new(*model, *requester, bump);
        first.store(admission);
        let signer_seeds: &[&[u8]] = &[seeds::LICENCE_USE, model.as_ref(), requester.as_ref(), &[bump]];
        account::create_state(&self.requester, counter, &crate::ID, signer_seeds, &first)
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
