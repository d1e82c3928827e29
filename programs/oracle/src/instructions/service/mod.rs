//! Instructions: service.

mod fees_claim;
mod fees_distribute;
mod market_fees_distribute;
mod service_close;
mod service_configure;
mod service_govern;
mod service_open;
mod service_split_apply;
mod usage_roll;

pub use {
    fees_claim::*, fees_distribute::*, market_fees_distribute::*, service_close::*, service_configure::*,
    service_govern::*, service_open::*, service_split_apply::*, usage_roll::*,
};
