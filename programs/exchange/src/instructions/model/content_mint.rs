use anchor_lang::prelude::*;
use anchor_spl::token_2022::Token2022;
use modchains_core::licence::{LicenceTerms, USE_CONTENT};
use modchains_program_interface::oracle::{Request, Service};
use modchains_program_kit::{
    account,
    mint_creation::MintCreation,
    text::{address, hex},
    token,
};

use crate::{
    errors::{ExchangeError, ensure},
    events::{self, ContentMinted, TradeFee},
    instructions::MarketPayout,
    seeds,
    state::{Market, Model, NAME_BYTES_MAX, NUMERIC_CLASS_EXACT, require_text, require_uri},
};

/// Symbol of every content token.
const SYMBOL: &str = "CONTENT";

/// How wallets show the content, and what it may cost.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct ContentMintArgs {
    /// Name of the token, 1 to 32 bytes.
    pub name: String,
    /// Where the token's metadata JSON lives, 1 to 200 bytes.
    pub uri: String,
    /// Most that the requester pays, quote atoms; the model's fee is what is taken.
    pub fee_max_atoms: u64,
}

/// Mints a final result as a token of its own, of which there is one. Its metadata names model, version, request and
/// hashes, for good; the fee goes through the market's split.
#[event_cpi]
#[derive(Accounts)]
pub struct ContentMint<'info> {
    #[account(mut)]
    pub requester: Signer<'info>,
    pub model: AccountLoader<'info, Model>,
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// CHECK: the oracle's service of this model, checked by owner, discriminator and model.
    pub service: UncheckedAccount<'info>,
    /// CHECK: a request to that service, checked by owner, discriminator, service, requester and status.
    pub request: UncheckedAccount<'info>,
    /// CHECK: created here at the address of the request's content.
    #[account(mut)]
    pub content_mint: UncheckedAccount<'info>,
    /// CHECK: created here; the associated token program refuses it unless it is the requester's.
    #[account(mut)]
    pub owner_tokens: UncheckedAccount<'info>,
    /// CHECK: the token program refuses it unless the requester may spend from it and its mint is the vault's.
    #[account(mut)]
    pub requester_quote: UncheckedAccount<'info>,
    /// CHECK: the market's own quote vault, checked by its address.
    #[account(mut)]
    pub quote_vault: UncheckedAccount<'info>,
    /// CHECK: must own the quote vault.
    pub quote_token_program: UncheckedAccount<'info>,
    pub token_program: Program<'info, Token2022>,
    /// CHECK: called at its fixed address, whatever stands here.
    pub associated_token_program: UncheckedAccount<'info>,
    pub system_program: Program<'info, System>,
}

impl<'info> ContentMint<'info> {
    /// Takes the fee, creates the token and hands it to the requester.
    pub fn handle(&mut self, args: ContentMintArgs, now_seconds: i64) -> Result<()> {
        require_text(&args.name, NAME_BYTES_MAX, ExchangeError::NameEmpty, ExchangeError::NameTooLong)?;
        require_uri(&args.uri)?;
        let result = self.result()?;
        let (fee, fee_atoms, royalty_bps, payout) = self.charge(result.content_fee_atoms, args.fee_max_atoms)?;
        if fee_atoms > 0 {
            let (from, to) = (&self.requester_quote, &self.quote_vault);
            token::transfer(&self.quote_token_program, from, to, &self.requester, fee_atoms, &[])?;
        }
        self.mint(&args, &result, royalty_bps, &payout)?;
        let event = ContentMinted {
            model: self.model.key(),
            request: self.request.key(),
            mint: self.content_mint.key(),
            owner: self.requester.key(),
            fee,
            royalty_bps,
            name: args.name,
            uri: args.uri,
            at_seconds: now_seconds,
        };
        events::emit(&self.event_authority, &event)
    }

    /// The result, unless the signer may not mint it.
    fn result(&self) -> Result<Request> {
        let service = account::view::<Service>(&self.service)?;
        ensure(service.model == self.model.key(), ExchangeError::RequestMismatch)?;
        let result = *account::view::<Request>(&self.request)?;
        ensure(result.service == self.service.key(), ExchangeError::RequestMismatch)?;
        ensure(result.status == Request::STATUS_FINALIZED, ExchangeError::ResultNotFinal)?;
        ensure(result.requester == *self.requester.key, ExchangeError::NotRequester)?;
        let declared = LicenceTerms { uses: result.licence_uses, price_atoms: 0, rate_max: 0, rate_window_seconds: 0 };
        declared.check_uses(USE_CONTENT).map_err(ExchangeError::from)?;
        Ok(result)
    }

    /// Records the model's fee in the market: the present one or, if that is less, the one when the result was asked for.
    fn charge(&self, asked_atoms: u64, fee_max_atoms: u64) -> Result<(TradeFee, u64, u16, MarketPayout)> {
        let (fee_atoms, royalty_bps) = {
            let model = self.model.load()?;
            (model.content_fee_atoms.min(asked_atoms), model.content_royalty_bps)
        };
        ensure(fee_atoms <= fee_max_atoms, ExchangeError::InputAboveLimit)?;
        let mut market = self.market.load_mut()?;
        ensure(market.model == self.model.key(), ExchangeError::ModelMismatch)?;
        ensure(market.quote_vault == self.quote_vault.key(), ExchangeError::QuoteVaultMismatch)?;
        let legs = market.deposit(0, 0, fee_atoms)?;
        Ok((legs.into(), fee_atoms, royalty_bps, MarketPayout::of(&market)))
    }

    fn mint(&self, args: &ContentMintArgs, result: &Request, royalty_bps: u16, payout: &MarketPayout) -> Result<()> {
        let request = self.request.key();
        let bump = account::canonical_bump(&self.content_mint, &[seeds::CONTENT, request.as_ref()], &crate::ID)?;
        ensure(self.content_mint.owner != self.token_program.key, ExchangeError::ContentMintedBefore)?;
        let class = if result.numeric_class == NUMERIC_CLASS_EXACT { "exact" } else { "tolerant" };
        let creation = MintCreation {
            payer: &self.requester,
            mint: &self.content_mint,
            authority: self.market.as_ref(),
            token_program: &self.token_program,
            decimals: 0,
            texts: [&args.name, SYMBOL, &args.uri],
            fields: &[
                ("model", &address(self.model.as_ref().key)),
                ("version", &hex(&result.version_manifest_sha256)),
                ("request", &address(&request)),
                ("input", &hex(&result.input_hash)),
                ("output", &hex(&result.output_hash)),
                ("numeric_class", class),
                ("royalty_bps", &royalty_bps.to_string()),
            ],
        };
        let signer_seeds = payout.signer_seeds();
        creation.invoke(&[seeds::CONTENT, request.as_ref(), &[bump]], &signer_seeds)?;
        let (mint, owner_tokens) = (&self.content_mint, &self.owner_tokens);
        let (system_program, token_program) = (&self.system_program, &self.token_program);
        token::create_associated(&self.requester, owner_tokens, mint, system_program, token_program)?;
        token::mint_to(&self.token_program, mint, owner_tokens, self.market.as_ref(), 1, &[&signer_seeds])?;
        creation.seal(&signer_seeds)
    }
}
