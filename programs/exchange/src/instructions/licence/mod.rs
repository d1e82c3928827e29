//! Instructions: licence.

mod licence_grant;
mod licence_revoke;

pub use {licence_grant::*, licence_revoke::*};
