use anchor_lang::prelude::*;
use bytemuck::Zeroable;
use modchains_core::licence::{LicenceKind, LicenceTerms, USES_ALL};
use modchains_program_interface::{assert_view, exchange as view};

use crate::errors::{ExchangeError, ensure};

/// Longest name and metadata name, in bytes.
pub const NAME_BYTES_MAX: usize = 32;
/// Longest token symbol, in bytes.
pub const SYMBOL_BYTES_MAX: usize = 10;
/// Longest URI, in bytes.
pub const URI_BYTES_MAX: usize = 200;
/// Decimals of every model token.
pub const TOKEN_DECIMALS: u8 = 6;

/// Highest royalty that a creator can ask of the owners of generated content: a tenth of a sale.
pub const CONTENT_ROYALTY_BPS_MAX: u16 = 1_000;

/// A listed model and its token.
#[account(zero_copy)]
#[repr(C)]
#[derive(Debug)]
pub struct Model {
    /// Lists versions, opens the market, receives the creator's fees. Changes when an offer of the model is accepted.
    pub creator: Pubkey,
    /// The model's token, Token-2022.
    pub mint: Pubkey,
    /// Least that a request under the default licence pays when the licence is paid, quote atoms.
    pub licence_price_atoms: u64,
    /// What minting a result as content costs, quote atoms; goes through the market's fee split. A higher fee reaches no
    /// request that exists.
    pub content_fee_atoms: u64,
    /// When the model was registered, unix seconds: 32 bits reach to 2106.
    pub registered_at_seconds: u32,
    /// How many versions exist; also the index of the newest.
    pub version_count: u32,
    /// The version that new requests name; 0 before the first.
    pub current_version: u32,
    /// Most requests of one requester in one window under the default licence; 0 for any number.
    pub licence_rate_max: u32,
    /// Length of that window; 0 without a rate.
    pub licence_rate_window_seconds: u32,
    /// Counts what the creator did that stays with the model: versions, terms, contributors queued and applied, licences
    /// granted, revoked and closed. Whoever accepts the model names the count that was seen.
    pub terms_counter: u32,
    /// Uses that the default licence allows, a set of the `USE_` bits of [`modchains_core::licence`].
    pub licence_uses: u16,
    /// Part of a sale that the metadata of minted content asks for the creator; nothing enforces it.
    pub content_royalty_bps: u16,
    /// Who may use the model without a grant, a [`LicenceKind`].
    pub licence_kind: u8,
    /// 1 from when contributors were first set until their account is closed: the creator's fees are shared out and paid
    /// by `contributor_claim`.
    pub has_contributors: u8,
    /// Bump of the market's address.
    pub market_bump: u8,
    /// Bump of this account's address.
    pub bump: u8,
}

assert_view!(view::Model => Model {
    creator, mint, licence_price_atoms, content_fee_atoms, registered_at_seconds, version_count, current_version,
    licence_rate_max, licence_rate_window_seconds, terms_counter, licence_uses, content_royalty_bps, licence_kind,
} skipping { _skipped });

/// What the creator asks of those who use the model's answers.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModelTerms {
    /// Who may use the model without a grant: 0 everybody, 1 everybody for the licence's price, 2 nobody.
    pub licence_kind: u8,
    /// Uses that the default licence allows; at least one.
    pub licence_uses: u16,
    /// Least that a request pays under the default licence when it is paid, quote atoms.
    pub licence_price_atoms: u64,
    /// Most requests of one requester in one window; 0 for any number.
    pub licence_rate_max: u32,
    /// Length of that window, up to 30 days; 0 without a rate.
    pub licence_rate_window_seconds: u32,
    /// What minting a result as content costs, quote atoms.
    pub content_fee_atoms: u64,
    /// Royalty that the metadata of minted content declares, up to 1,000.
    pub content_royalty_bps: u16,
}

impl Model {
    /// A new model: public, for every use, at no charge but the service's.
    pub fn register(creator: Pubkey, mint: Pubkey, market_bump: u8, bump: u8, now_seconds: i64) -> Result<Self> {
        Ok(Self {
            creator,
            mint,
            registered_at_seconds: u32::try_from(now_seconds).map_err(|_| ExchangeError::Overflow)?,
            licence_uses: USES_ALL,
            licence_kind: LicenceKind::Public as u8,
            market_bump,
            bump,
            ..Self::zeroed()
        })
    }

    /// Refuses anybody but the creator.
    pub fn require_creator(&self, signer: &Pubkey) -> Result<()> {
        ensure(self.creator == *signer, ExchangeError::NotCreator)
    }

    /// Counts a new version whose parent is `parent` (0 for none) and makes it current. Returns its index, from 1.
    pub fn add_version(&mut self, parent: u32) -> Result<u32> {
        ensure(self.version_count >= parent, ExchangeError::ParentVersionUnknown)?;
        let index = self.version_count.checked_add(1).ok_or(ExchangeError::Overflow)?;
        self.version_count = index;
        self.current_version = index;
        self.count_change()?;
        Ok(index)
    }

    /// Replaces what the creator asks of users. Grants that exist keep their own terms.
    pub fn set_terms(&mut self, terms: &ModelTerms) -> Result<()> {
        self.licence_kind = terms.licence_kind;
        self.licence_uses = terms.licence_uses;
        self.licence_price_atoms = terms.licence_price_atoms;
        self.licence_rate_max = terms.licence_rate_max;
        self.licence_rate_window_seconds = terms.licence_rate_window_seconds;
        self.content_fee_atoms = terms.content_fee_atoms;
        self.content_royalty_bps = terms.content_royalty_bps;
        self.count_change()
    }

    /// Counts a change that stays with the model.
    #[inline(never)]
    pub fn count_change(&mut self) -> Result<()> {
        self.terms_counter = self.terms_counter.checked_add(1).ok_or(ExchangeError::Overflow)?;
        self.invariant()
    }

    /// Makes `to` the creator, who saw the model when `terms_counter` changes had been counted.
    pub fn hand_over(&mut self, to: Pubkey, terms_counter: u32) -> Result<()> {
        ensure(self.terms_counter == terms_counter, ExchangeError::ModelTermsChanged)?;
        self.creator = to;
        Ok(())
    }

    /// From now on the creator's fees are shared out.
    pub fn share_fees(&mut self) -> Result<()> {
        self.has_contributors = 1;
        self.count_change()
    }

    /// From now on the creator's fees are the creator's alone.
    pub fn keep_fees(&mut self) -> Result<()> {
        self.has_contributors = 0;
        self.count_change()
    }

    /// The default licence in the form the formulas take.
    pub fn licence_terms(&self) -> LicenceTerms {
        LicenceTerms {
            uses: self.licence_uses,
            price_atoms: self.licence_price_atoms,
            rate_max: self.licence_rate_max,
            rate_window_seconds: self.licence_rate_window_seconds,
        }
    }

    /// What holds of a model at the end of every change.
    pub fn invariant(&self) -> Result<()> {
        // The current version exists, or there is none yet.
        ensure(self.version_count >= self.current_version, ExchangeError::VersionUnknown)?;
        // The default licence can be read by whoever enforces it.
        LicenceKind::from_code(self.licence_kind).map_err(ExchangeError::from)?;
        self.licence_terms().validate().map_err(ExchangeError::from)?;
        // The royalty stays one that buyers of content would pay.
        ensure(CONTENT_ROYALTY_BPS_MAX >= self.content_royalty_bps, ExchangeError::RoyaltyOutOfBounds)
    }
}

/// Refuses text that is empty, longer than `bytes_max`, starts or ends with white space, or carries characters that
/// wallets would not show: with any of these, two models of one creator could look alike.
pub fn require_text(text: &str, bytes_max: usize, empty: ExchangeError, too_long: ExchangeError) -> Result<()> {
    let trimmed = text.trim();
    ensure(!trimmed.is_empty(), empty)?;
    ensure(text.len() <= bytes_max, too_long)?;
    // Plain letters are told by their bytes, in a tenth of the time.
    let is_plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    let looks_as_it_is = trimmed.len() == text.len() && (is_plain || !text.chars().any(is_invisible));
    ensure(looks_as_it_is, ExchangeError::TextNotShownAsItIs)
}

/// Refuses a URI as [`require_text`] does: empty, too long, or not what it looks like.
pub fn require_uri(uri: &str) -> Result<()> {
    require_text(uri, URI_BYTES_MAX, ExchangeError::UriEmpty, ExchangeError::UriTooLong)
}

/// Control characters, and what Unicode lets programs leave out when they show text (Default_Ignorable_Code_Point):
/// marks that join, hide, vary or reverse letters, and fillers; line and paragraph separators too.
pub fn is_invisible(character: char) -> bool {
    let is_left_out = matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}'
    );
    character.is_control() || is_left_out
}
