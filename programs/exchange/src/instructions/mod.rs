//! One file per instruction: arguments, accounts, handler.

mod config_change_apply;
mod config_change_queue;
mod config_initialize;
mod content_mint;
mod contributor_claim;
mod contributors_apply;
mod contributors_queue;
mod fees_claim;
mod fees_distribute;
mod licence_grant;
mod licence_revoke;
mod market_deposit;
mod market_open;
mod market_pause;
mod market_sync;
mod market_trade;
mod model_register;
mod model_terms_set;
mod model_transfer_accept;
mod model_transfer_cancel;
mod model_transfer_offer;
mod model_version_publish;
mod payout;
mod quote_mint_allow;
mod referral_claim;
mod referral_open;

pub use {
    config_change_apply::*, config_change_queue::*, config_initialize::*, content_mint::*, contributor_claim::*,
    contributors_apply::*, contributors_queue::*, fees_claim::*, fees_distribute::*, licence_grant::*,
    licence_revoke::*, market_deposit::*, market_open::*, market_pause::*, market_sync::*, market_trade::*,
    model_register::*, model_terms_set::*, model_transfer_accept::*, model_transfer_cancel::*, model_transfer_offer::*,
    model_version_publish::*, payout::*, quote_mint_allow::*, referral_claim::*, referral_open::*,
};
