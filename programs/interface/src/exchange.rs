//! The exchange: models, their versions, markets and licences, and paying into a market.

use anchor_lang::prelude::Pubkey;
use bytemuck::{Pod, Zeroable};
use modchains_core::licence::{Grant, LicenceTerms};

use crate::{Party, View, readonly, writable};

/// The exchange.
pub const ID: Pubkey = Pubkey::from_str_const(modchains_core::ids::EXCHANGE);

/// Seeds of addresses that others derive.
pub mod seeds {
    /// A grantee's licence of a model: `[LICENCE, model, grantee]`.
    pub const LICENCE: &[u8] = b"licence";
}

/// A listed model and its token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Model {
    /// Opens market, vault, pools and service; changes when an offer of the model is accepted.
    pub creator: Pubkey,
    /// The model's token, Token-2022.
    pub mint: Pubkey,
    /// Least that a request under the default licence pays when the licence is paid, quote atoms.
    pub licence_price_atoms: u64,
    /// What minting a result as content costs, quote atoms.
    pub content_fee_atoms: u64,
    /// When the model was registered, unix seconds.
    pub registered_at_seconds: u32,
    /// How many versions exist.
    pub version_count: u32,
    /// Index of the version that new requests name; 0 before the first.
    pub current_version: u32,
    /// Most requests of one requester in one window under the default licence; 0 for any number.
    pub licence_rate_max: u32,
    /// Length of that window; 0 without a rate.
    pub licence_rate_window_seconds: u32,
    /// Counts what the creator did that stays with the model.
    pub terms_counter: u32,
    /// Uses that the default licence allows, a set of the `USE_` bits of [`modchains_core::licence`].
    pub licence_uses: u16,
    /// Royalty that the metadata of minted content declares.
    pub content_royalty_bps: u16,
    /// Who may use the model without a grant: the code of a [`modchains_core::licence::LicenceKind`].
    pub licence_kind: u8,
    /// Not for others.
    pub _skipped: [u8; 3],
}

impl Model {
    /// The default licence in the form the formulas take.
    pub const fn licence_terms(&self) -> LicenceTerms {
        LicenceTerms {
            uses: self.licence_uses,
            price_atoms: self.licence_price_atoms,
            rate_max: self.licence_rate_max,
            rate_window_seconds: self.licence_rate_window_seconds,
        }
    }
}

impl View for Model {
    const PROGRAM: Pubkey = ID;
    const DISCRIMINATOR: [u8; 8] = [152, 221, 247, 122, 185, 125, 223, 151];
}

/// One release of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct ModelVersion {
    /// The model.
    pub model: Pubkey,
    /// SHA-256 of the bundle's manifest.
    pub manifest_sha256: [u8; 32],
    /// SHA-256 of the weights.
    pub weights_sha256: [u8; 32],
    /// Root of the integer graph (exact class); zero for the tolerant class.
    pub graph_root: [u8; 32],
    /// Hash of the benchmark the creator committed to; zero for none.
    pub benchmark: [u8; 32],
    /// When it was published, unix seconds.
    pub published_at_seconds: i64,
    /// Position in the model's history, from 1.
    pub index: u32,
    /// Index of the version this one was derived from; 0 for none.
    pub parent: u32,
    /// How results are verified.
    pub verification_class: u8,
    /// How results are compared: 0 exact, 1 tolerant.
    pub numeric_class: u8,
    /// Not for others.
    pub _skipped: [u8; 6],
}

impl View for ModelVersion {
    const PROGRAM: Pubkey = ID;
    const DISCRIMINATOR: [u8; 8] = [22, 236, 9, 80, 24, 101, 127, 43];
}

/// The market of a model's token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Market {
    /// The model.
    pub model: Pubkey,
    /// The model's token.
    pub mint: Pubkey,
    /// What the token trades against.
    pub quote_mint: Pubkey,
    /// Token account with the reserve and the accrued fees.
    pub quote_vault: Pubkey,
}

impl View for Market {
    const PROGRAM: Pubkey = ID;
    const DISCRIMINATOR: [u8; 8] = [219, 190, 213, 55, 0, 227, 198, 154];
}

/// What a model's creator allows one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Licence {
    /// The model.
    pub model: Pubkey,
    /// Whose requests it covers.
    pub grantee: Pubkey,
    /// Least that a request pays, quote atoms; 0 leaves the price to the service.
    pub price_atoms: u64,
    /// From when it is over, unix seconds; 0 for never.
    pub expires_at_seconds: i64,
    /// When it was revoked, unix seconds; 0 when it was not.
    pub revoked_at_seconds: i64,
    /// Most requests in one window; 0 for any number.
    pub rate_max: u32,
    /// Length of that window; 0 without a rate.
    pub rate_window_seconds: u32,
    /// Allowed uses, a set of the `USE_` bits of [`modchains_core::licence`].
    pub uses: u16,
    /// Not for others.
    pub _skipped: [u8; 6],
}

impl Licence {
    /// The licence in the form the formulas take.
    pub const fn grant(&self) -> Grant {
        let terms = LicenceTerms {
            uses: self.uses,
            price_atoms: self.price_atoms,
            rate_max: self.rate_max,
            rate_window_seconds: self.rate_window_seconds,
        };
        let (expires_at_seconds, revoked_at_seconds) = (self.expires_at_seconds, self.revoked_at_seconds);
        Grant { terms, expires_at_seconds, revoked_at_seconds }
    }
}

impl View for Licence {
    const PROGRAM: Pubkey = ID;
    const DISCRIMINATOR: [u8; 8] = [189, 100, 109, 91, 126, 56, 170, 241];
}

/// `market_deposit`: pays into a market's reserve, and to creator and contributors. A third amount of the instruction,
/// which would go through the split of trade fees, is zero: what the programs pay each other is split already.
#[derive(Clone, Copy, Debug)]
pub struct MarketDeposit<A> {
    /// Owner of the tokens; signs.
    pub depositor: A,
    /// Where the tokens come from.
    pub depositor_tokens: A,
    /// The market.
    pub market: A,
    /// The market's quote tokens.
    pub quote_vault: A,
    /// The mint's token program.
    pub token_program: A,
    /// Event authority of the exchange.
    pub event_authority: A,
    /// The exchange.
    pub program: A,
    /// Added to the curve's reserve.
    pub reserve_atoms: u64,
    /// Owed to creator and contributors from then on.
    pub creator_atoms: u64,
}

impl<A: Copy> MarketDeposit<A> {
    /// First eight bytes of SHA-256 of `global:market_deposit`.
    pub const DISCRIMINATOR: [u8; 8] = [231, 55, 143, 187, 144, 8, 25, 94];

    /// The accounts, in the order that the exchange declares.
    pub const fn parties(&self) -> [Party<A>; 7] {
        [
            readonly(self.depositor).signing(),
            writable(self.depositor_tokens),
            writable(self.market),
            writable(self.quote_vault),
            readonly(self.token_program),
            readonly(self.event_authority),
            readonly(self.program),
        ]
    }

    /// The instruction's data.
    pub fn data(&self) -> [u8; 32] {
        let amounts = [self.reserve_atoms, self.creator_atoms, 0].map(u64::to_le_bytes);
        bytemuck::cast([Self::DISCRIMINATOR, amounts[0], amounts[1], amounts[2]])
    }
}
