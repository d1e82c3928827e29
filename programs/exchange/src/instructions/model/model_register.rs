use anchor_lang::prelude::*;
use anchor_spl::token_2022::Token2022;
use modchains_program_kit::{account, hash::sha256, mint_creation::MintCreation};

use crate::{
    errors::ExchangeError,
    events::{self, ModelRegistered},
    seeds,
    state::{Market, Model, NAME_BYTES_MAX, SYMBOL_BYTES_MAX, TOKEN_DECIMALS, require_text, require_uri},
};

/// The model's name and how wallets show its token.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct ModelRegisterArgs {
    /// Name of model and token, 1 to 32 bytes, unique per creator.
    pub name: String,
    /// Symbol of the token, 1 to 10 bytes.
    pub symbol: String,
    /// Where the token's metadata JSON lives, 1 to 200 bytes.
    pub uri: String,
    /// Where the token's picture lives, up to 200 bytes; empty for none.
    pub image: String,
}

/// Lists a model and creates its token with metadata on the mint. Nothing can be minted before its market opens.
#[event_cpi]
#[derive(Accounts)]
pub struct ModelRegister<'info> {
    #[account(mut)]
    pub creator: Signer<'info>,
    /// CHECK: created here at the address of creator and name.
    #[account(mut)]
    pub model: UncheckedAccount<'info>,
    /// CHECK: created here at the address of the model's token.
    #[account(mut)]
    pub mint: UncheckedAccount<'info>,
    /// CHECK: the market this model will have, by address; it alone may mint.
    pub market: UncheckedAccount<'info>,
    pub token_program: Program<'info, Token2022>,
    pub system_program: Program<'info, System>,
}

impl<'info> ModelRegister<'info> {
    /// Writes the model, the mint and its metadata.
    pub fn handle(&mut self, args: ModelRegisterArgs, now_seconds: i64) -> Result<()> {
        require_text(&args.name, NAME_BYTES_MAX, ExchangeError::NameEmpty, ExchangeError::NameTooLong)?;
        require_text(&args.symbol, SYMBOL_BYTES_MAX, ExchangeError::SymbolEmpty, ExchangeError::SymbolTooLong)?;
        require_uri(&args.uri)?;
        let fields: &[_] = if args.image.is_empty() { &[] } else { &[("image", args.image.as_str())] };
        fields.iter().try_for_each(|(_, image)| require_uri(image))?;

        let (creator, model_key) = (self.creator.key(), self.model.key());
        let name_hash = sha256(&[args.name.as_bytes()]);
        let bump = account::canonical_bump(&self.model, &[seeds::MODEL, creator.as_ref(), &name_hash], &crate::ID)?;
        let mint_bump = account::canonical_bump(&self.mint, &[seeds::MINT, model_key.as_ref()], &crate::ID)?;
        let market_bump = account::canonical_bump(&self.market, &[seeds::MARKET, model_key.as_ref()], &crate::ID)?;

        let model = Model::register(creator, self.mint.key(), market_bump, bump, now_seconds)?;
        let model_seeds: &[&[u8]] = &[seeds::MODEL, creator.as_ref(), &name_hash, &[bump]];
        account::create_state(&self.creator, &self.model, &crate::ID, model_seeds, &model)?;
        MintCreation {
            payer: &self.creator,
            mint: &self.mint,
            authority: &self.market,
            token_program: &self.token_program,
            decimals: TOKEN_DECIMALS,
            texts: [&args.name, &args.symbol, &args.uri],
            fields,
        }
        .invoke(&[seeds::MINT, model_key.as_ref(), &[mint_bump]], &Market::signer_seeds(&model_key, &[market_bump]))?;
        let ModelRegisterArgs { name, symbol, uri, image } = args;
        let event = ModelRegistered { model: model_key, mint: model.mint, creator, name, symbol, uri, image };
        events::emit(&self.event_authority, &event)
    }
}
