use anchor_lang::{
    prelude::*,
    system_program::{self, Transfer},
};
use anchor_spl::{
    token_2022::Token2022,
    token_2022_extensions::{TokenMetadataInitialize, token_metadata_initialize},
    token_interface::Mint,
};
use modchains_program_kit::hash::sha256;

use crate::{
    errors::ExchangeError,
    events::{self, ModelRegistered},
    seeds,
    state::{Model, NAME_BYTES_MAX, SYMBOL_BYTES_MAX, TOKEN_DECIMALS, URI_BYTES_MAX, require_text},
};

/// Bytes that the metadata adds to the mint besides its three texts: type and length (4), update authority and mint
/// (64), a length for each text (12), and the empty list of further fields (4).
const METADATA_BYTES_FIXED: usize = 4 + 64 + 12 + 4;

/// The model's name and how wallets show its token.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct ModelRegisterArgs {
    /// Name of model and token, 1 to 32 bytes, unique per creator.
    pub name: String,
    /// Symbol of the token, 1 to 10 bytes.
    pub symbol: String,
    /// Where the token's metadata JSON lives, 1 to 200 bytes.
    pub uri: String,
}

/// Lists a model and creates its token with metadata on the mint. Nothing can be minted before its market opens.
#[event_cpi]
#[derive(Accounts)]
#[instruction(args: ModelRegisterArgs)]
pub struct ModelRegister<'info> {
    #[account(mut)]
    pub creator: Signer<'info>,
    #[account(
        init, payer = creator, space = 8 + size_of::<Model>(),
        seeds = [seeds::MODEL, creator.key().as_ref(), &sha256(&[args.name.as_bytes()])], bump,
    )]
    pub model: AccountLoader<'info, Model>,
    #[account(
        init, payer = creator, seeds = [seeds::MINT, model.key().as_ref()], bump,
        mint::decimals = TOKEN_DECIMALS, mint::authority = market, mint::token_program = token_program,
        extensions::metadata_pointer::authority = market, extensions::metadata_pointer::metadata_address = mint,
    )]
    pub mint: Box<InterfaceAccount<'info, Mint>>,
    /// CHECK: the market this model will have; it alone may mint.
    #[account(seeds = [seeds::MARKET, model.key().as_ref()], bump)]
    pub market: UncheckedAccount<'info>,
    pub token_program: Program<'info, Token2022>,
    pub system_program: Program<'info, System>,
}

impl<'info> ModelRegister<'info> {
    /// Writes the model and the mint's metadata.
    pub fn handle(&mut self, args: ModelRegisterArgs, bumps: &ModelRegisterBumps, now_seconds: i64) -> Result<()> {
        require_text(&args.name, NAME_BYTES_MAX, ExchangeError::NameEmpty, ExchangeError::NameTooLong)?;
        require_text(&args.symbol, SYMBOL_BYTES_MAX, ExchangeError::SymbolEmpty, ExchangeError::SymbolTooLong)?;
        require_text(&args.uri, URI_BYTES_MAX, ExchangeError::UriEmpty, ExchangeError::UriTooLong)?;
        {
            let mut model = self.model.load_init()?;
            model.creator = self.creator.key();
            model.mint = self.mint.key();
            model.name_hash = sha256(&[args.name.as_bytes()]);
            model.registered_at_seconds = now_seconds;
            model.bump = bumps.model;
            model.invariant()?;
        }
        self.write_metadata(&args, bumps.market)?;
        let event = ModelRegistered {
            model: self.model.key(),
            mint: self.mint.key(),
            creator: self.creator.key(),
            name: args.name,
            symbol: args.symbol,
            uri: args.uri,
        };
        events::emit(&self.event_authority, &event)
    }

    fn write_metadata(&self, args: &ModelRegisterArgs, market_bump: u8) -> Result<()> {
        let mint = self.mint.to_account_info();
        let text_bytes = args.name.len() + args.symbol.len() + args.uri.len();
        let rent_lamports = Rent::get()?.minimum_balance(mint.data_len() + METADATA_BYTES_FIXED + text_bytes);
        let missing_lamports = rent_lamports.saturating_sub(mint.lamports());
        let transfer = Transfer { from: self.creator.to_account_info(), to: mint.clone() };
        system_program::transfer(CpiContext::new(system_program::ID, transfer), missing_lamports)?;

        let market = self.market.to_account_info();
        let accounts = TokenMetadataInitialize {
            program_id: self.token_program.to_account_info(),
            metadata: mint.clone(),
            update_authority: market.clone(),
            mint_authority: market,
            mint,
        };
        let model_key = self.model.key();
        let market_seeds: &[&[u8]] = &[seeds::MARKET, model_key.as_ref(), &[market_bump]];
        token_metadata_initialize(
            CpiContext::new_with_signer(self.token_program.key(), accounts, &[market_seeds]),
            args.name.clone(),
            args.symbol.clone(),
            args.uri.clone(),
        )
    }
}
