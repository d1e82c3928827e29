//! Instructions of the exchange about listing and trading.

use modchains_exchange::{
    ID, accounts, instruction as data,
    instructions::{MarketDepositArgs, MarketOpenArgs, ModelRegisterArgs, ModelVersionPublishArgs},
    state::{FeeBeneficiary, MarketTradeArgs},
};
use solana_instruction::Instruction;

pub use super::authority::exchange::*;
use super::{Payee, Token, instruction};
use crate::{
    Pubkey,
    address::{
        self, INSTRUCTIONS_SYSVAR, SYSTEM_PROGRAM, TOKEN_2022_PROGRAM,
        exchange::{EVENT_AUTHORITY, config, market, mint, quote_vault, referral, version},
        vault,
    },
};

/// Lists a model and creates its token. The creator signs and pays.
pub fn model_register(creator: &Pubkey, args: ModelRegisterArgs) -> Instruction {
    let model = address::exchange::model(creator, &args.name);
    let accounts = accounts::ModelRegister {
        creator: *creator,
        model,
        mint: mint(&model),
        market: market(&model),
        token_program: TOKEN_2022_PROGRAM,
        system_program: SYSTEM_PROGRAM,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::ModelRegister { args })
}

/// Adds version `index`, which must be the model's version count plus one. The creator signs and pays.
pub fn model_version_publish(
    creator: &Pubkey,
    model: &Pubkey,
    index: u32,
    args: ModelVersionPublishArgs,
) -> Instruction {
    let accounts = accounts::ModelVersionPublish {
        creator: *creator,
        model: *model,
        version: version(model, index),
        system_program: SYSTEM_PROGRAM,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::ModelVersionPublish { args })
}

/// Opens a model's market on a quote token. The creator signs and pays.
pub fn market_open(creator: &Pubkey, model: &Pubkey, quote: &Token, args: MarketOpenArgs) -> Instruction {
    let market = market(model);
    let accounts = accounts::MarketOpen {
        creator: *creator,
        model: *model,
        config: config(),
        quote_mint: quote.mint,
        market,
        quote_vault: quote_vault(&market),
        instructions: INSTRUCTIONS_SYSVAR,
        quote_token_program: quote.program,
        system_program: SYSTEM_PROGRAM,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::MarketOpen { args })
}

/// What a trade names besides its parties.
#[derive(Debug, Clone, Copy, Default)]
pub struct TradeRoute {
    /// Who gets a part of the fee. The referrer's account in the market must exist; see [`referral_open`].
    pub referrer: Option<Pubkey>,
    /// Whether to name the instructions sysvar, which a buy needs during the launch and which does no harm later.
    pub launch: bool,
}

/// Buys a model's tokens with quote tokens, between the associated accounts of `trader`, who signs. Both must exist.
pub fn market_buy(
    trader: &Pubkey,
    model: &Pubkey,
    quote: &Token,
    args: MarketTradeArgs,
    route: TradeRoute,
) -> Instruction {
    instruction(ID, &trade_accounts(trader, model, quote, route), &data::MarketBuy { args })
}

/// Sells a model's tokens for quote tokens, between the associated accounts of `trader`, who signs. Both must exist.
pub fn market_sell(
    trader: &Pubkey,
    model: &Pubkey,
    quote: &Token,
    args: MarketTradeArgs,
    route: TradeRoute,
) -> Instruction {
    instruction(ID, &trade_accounts(trader, model, quote, route), &data::MarketSell { args })
}

fn trade_accounts(trader: &Pubkey, model: &Pubkey, quote: &Token, route: TradeRoute) -> accounts::MarketTrade {
    let (market, token) = (market(model), Token::of_model(model));
    accounts::MarketTrade {
        trader: *trader,
        market,
        mint: token.mint,
        quote_vault: quote_vault(&market),
        trader_quote: quote.account_of(trader),
        trader_tokens: token.account_of(trader),
        quote_token_program: quote.program,
        token_program: token.program,
        referral: route.referrer.map(|referrer| referral(&market, &referrer)),
        instructions: route.launch.then_some(INSTRUCTIONS_SYSVAR),
        event_authority: EVENT_AUTHORITY,
        program: ID,
    }
}

/// Opens the account in which `referrer` earns in a model's market. `payer` signs and pays.
pub fn referral_open(payer: &Pubkey, model: &Pubkey, referrer: &Pubkey) -> Instruction {
    let market = market(model);
    let accounts = accounts::ReferralOpen {
        payer: *payer,
        referrer: *referrer,
        market,
        referral: referral(&market, referrer),
        system_program: SYSTEM_PROGRAM,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::ReferralOpen {})
}

/// Pays what a referrer, the payee, has earned in a model's market.
pub fn referral_claim(model: &Pubkey, quote: &Token, referrer: impl Into<Payee>) -> Instruction {
    let (market, payee) = (market(model), referrer.into());
    let accounts = accounts::ReferralClaim {
        market,
        referral: referral(&market, &payee.owner()),
        referrer: payee.owner(),
        quote_vault: quote_vault(&market),
        destination: payee.account_for(quote),
        token_program: quote.program,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    payee.sign(instruction(ID, &accounts, &data::ReferralClaim {}))
}

/// Moves a model's curve by its usage. Nobody signs.
pub fn market_sync(model: &Pubkey) -> Instruction {
    let accounts = accounts::MarketSync {
        market: market(model),
        usage: address::oracle::usage(model),
        service: address::oracle::service(model),
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::MarketSync {})
}

/// Pays quote tokens of `depositor`, who signs, into a model's market.
pub fn market_deposit(depositor: &Pubkey, model: &Pubkey, quote: &Token, args: MarketDepositArgs) -> Instruction {
    let market = market(model);
    let accounts = accounts::MarketDeposit {
        depositor: *depositor,
        depositor_tokens: quote.account_of(depositor),
        market,
        quote_vault: quote_vault(&market),
        token_program: quote.program,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::MarketDeposit { args })
}

/// Closes the account of `referrer` in a model's market, which must owe nothing. The referrer signs; the rent goes to
/// `paid_by`, who paid it.
pub fn referral_close(referrer: &Pubkey, model: &Pubkey, paid_by: &Pubkey) -> Instruction {
    let accounts = accounts::ReferralClose {
        referrer: *referrer,
        referral: referral(&market(model), referrer),
        paid_by: *paid_by,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::ReferralClose {})
}

/// Moves the stakers' accrued trade fees into the model's vault. Nobody signs.
pub fn fees_distribute(model: &Pubkey, quote: &Token) -> Instruction {
    let (market, vault) = (market(model), vault::vault(model));
    let pool = vault::pool(&vault, &quote.mint);
    let accounts = accounts::FeesDistribute {
        market,
        quote_vault: quote_vault(&market),
        vault,
        pool,
        pool_tokens: vault::pool_tokens(&pool),
        token_program: quote.program,
        vault_event_authority: vault::EVENT_AUTHORITY,
        vault_program: modchains_vault::ID,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::FeesDistribute {})
}

/// Pays accrued trade fees to the payee, the model's creator or the treasury.
pub fn fees_claim(model: &Pubkey, quote: &Token, owner: impl Into<Payee>, beneficiary: FeeBeneficiary) -> Instruction {
    let (market, payee) = (market(model), owner.into());
    let accounts = accounts::FeesClaim {
        market,
        model: *model,
        config: config(),
        owner: payee.owner(),
        quote_vault: quote_vault(&market),
        destination: payee.account_for(quote),
        token_program: quote.program,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    payee.sign(instruction(ID, &accounts, &data::FeesClaim { beneficiary }))
}
