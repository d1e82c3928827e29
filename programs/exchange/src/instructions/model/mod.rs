//! Instructions: model.

mod content_mint;
mod model_account_close;
mod model_register;
mod model_terms_set;
mod model_transfer_accept;
mod model_transfer_cancel;
mod model_transfer_offer;
mod model_version_publish;

pub use {
    content_mint::*, model_account_close::*, model_register::*, model_terms_set::*, model_transfer_accept::*,
    model_transfer_cancel::*, model_transfer_offer::*, model_version_publish::*,
};
