//! Instructions: fees.

mod fees_claim;
mod fees_distribute;
mod payout;
mod referral_claim;
mod referral_close;
mod referral_open;

pub use {fees_claim::*, fees_distribute::*, payout::*, referral_claim::*, referral_close::*, referral_open::*};
