//! Instructions: request.

mod claim_expire;
mod licence_use_close;
mod request_claim;
mod request_close;
mod request_create;
mod request_refund;
mod result_finalize;
mod result_post;

pub use {
    claim_expire::*, licence_use_close::*, request_claim::*, request_close::*, request_create::*, request_refund::*,
    result_finalize::*, result_post::*,
};
