//! Why the exchange refuses. Each variant is a fact about the world; positions are codes, so add only at the end.

use anchor_lang::prelude::*;
use modchains_core::CoreError;

/// Refusals of the exchange. Nothing changes when one is returned.
#[error_code]
#[derive(PartialEq, Eq)]
pub enum ExchangeError {
    /// Only the upgrade authority configures.
    #[msg("Only the program's upgrade authority may create the configuration")]
    NotUpgradeAuthority,
    /// Only the admin.
    #[msg("The signer is not the admin of the configuration")]
    NotAdmin,
    /// Only the creator.
    #[msg("The signer is not the creator of the model")]
    NotCreator,
    /// Nothing waits.
    #[msg("No change is queued; queue one with config_change_queue")]
    NoChangeQueued,
    /// Too early.
    #[msg("The timelock of the queued change is still running")]
    TimelockRunning,
    /// At most 30 days.
    #[msg("The timelock must be at most 30 days")]
    TimelockOutOfBounds,
    /// Fee, split, step or window out of bounds.
    #[msg("A market parameter is out of its bounds")]
    ParamsOutOfBounds,
    /// The step bound of the profit proof.
    #[msg(
        "The largest step is worth more than the part of the fee that nobody gets back; lower step_max or raise the fee"
    )]
    StepExceedsLostFee,
    /// Not on the list.
    #[msg("The quote mint is not allowed; ask the admin to allow it")]
    QuoteMintNotAllowed,
    /// Already on the list.
    #[msg("The quote mint is already allowed")]
    QuoteMintAlreadyAllowed,
    /// Eight places.
    #[msg("All places for quote mints are taken")]
    QuoteMintListFull,
    /// An extension that gives somebody power over holders.
    #[msg("The quote mint carries a Token-2022 extension that could hurt holders")]
    QuoteMintExtensionRefused,
    /// Name is empty.
    #[msg("The model's name is empty")]
    NameEmpty,
    /// Name is too long.
    #[msg("The model's name is longer than 32 bytes")]
    NameTooLong,
    /// Symbol is empty.
    #[msg("The token's symbol is empty")]
    SymbolEmpty,
    /// Symbol is too long.
    #[msg("The token's symbol is longer than 10 bytes")]
    SymbolTooLong,
    /// URI is empty.
    #[msg("The URI is empty")]
    UriEmpty,
    /// URI is too long.
    #[msg("The URI is longer than 200 bytes")]
    UriTooLong,
    /// Two models could look alike.
    #[msg("A name, symbol or URI starts or ends with white space or contains characters that are not shown")]
    TextNotShownAsItIs,
    /// A zero hash.
    #[msg("The manifest's or the weights' SHA-256 is missing")]
    HashMissing,
    /// Exact class without graph.
    #[msg("The exact class needs the root of the integer graph")]
    GraphRootMissing,
    /// Tolerant class with graph.
    #[msg("The tolerant class has no integer graph")]
    GraphRootUnexpected,
    /// Neither exact nor tolerant.
    #[msg("The numeric class is neither exact (0) nor tolerant (1)")]
    NumericClassUnknown,
    /// Not optimistic.
    #[msg("The verification class is not optimistic (0)")]
    VerificationClassUnknown,
    /// The parent does not exist.
    #[msg("The parent version does not exist")]
    ParentVersionUnknown,
    /// The version does not exist.
    #[msg("The version does not exist")]
    VersionUnknown,
    /// Depth or virtual reserve out of bounds.
    #[msg("The depth or the virtual reserve is out of its bounds")]
    CurveOutOfBounds,
    /// Another market's mint.
    #[msg("The mint is not the market's")]
    MintMismatch,
    /// Another market's quote vault.
    #[msg("The quote vault is not the market's")]
    QuoteVaultMismatch,
    /// Another model.
    #[msg("The model is not the market's")]
    ModelMismatch,
    /// Another model's vault.
    #[msg("The vault is not that of the market's model")]
    VaultMismatch,
    /// A look-alike program.
    #[msg("The vault program is not the one this exchange was built for")]
    VaultProgramMismatch,
    /// Another model's usage.
    #[msg("The usage account is not that of the market's model")]
    UsageMismatch,
    /// Too late.
    #[msg("The trade's deadline has passed; quote again")]
    DeadlinePassed,
    /// Quoted on earlier parameters.
    #[msg("The curve has moved since the quote; quote again")]
    ParametersMoved,
    /// Slippage.
    #[msg("The output is below the limit; quote again or accept less")]
    OutputBelowLimit,
    /// Slippage.
    #[msg("The input is above the limit; quote again or accept more")]
    InputAboveLimit,
    /// Zero.
    #[msg("The amount is zero")]
    AmountZero,
    /// Rounds to zero.
    #[msg("The trade is too small: its output rounds to zero")]
    OutputZero,
    /// Too large.
    #[msg("The amount is too large")]
    Overflow,
    /// More than the reserve.
    #[msg("The reserve holds less than the trade would pay")]
    InsufficientReserve,
    /// More than the curve holds.
    #[msg("The curve holds fewer tokens than the trade needs")]
    InsufficientSupply,
    /// The market would not be fully backed.
    #[msg("The reserve would not cover every circulating token")]
    NotSolvent,
    /// One sync per epoch.
    #[msg("The curve moved less than an epoch ago")]
    EpochNotOver,
    /// Nothing to pay.
    #[msg("No fees have accrued")]
    NothingAccrued,
    /// A formula was given what it cannot take.
    #[msg("The curve's arithmetic refused the input")]
    ArithmeticRefused,
}

/// Refuses with `error` unless `condition` holds. Anchor's `require!` builds the error with its file, line and values
/// wherever it stands, hundreds of bytes of program each time; the error's name says enough.
pub fn ensure(condition: bool, error: ExchangeError) -> Result<()> {
    if condition { Ok(()) } else { Err(error.into()) }
}

impl From<CoreError> for ExchangeError {
    fn from(error: CoreError) -> Self {
        match error {
            CoreError::AmountZero => Self::AmountZero,
            CoreError::OutputZero => Self::OutputZero,
            CoreError::Overflow => Self::Overflow,
            CoreError::OutputBelowLimit => Self::OutputBelowLimit,
            CoreError::InputAboveLimit => Self::InputAboveLimit,
            CoreError::InsufficientReserve => Self::InsufficientReserve,
            CoreError::InsufficientSupply => Self::InsufficientSupply,
            CoreError::NotSolvent => Self::NotSolvent,
            CoreError::EpochNotOver => Self::EpochNotOver,
            CoreError::DeadlinePassed => Self::DeadlinePassed,
            CoreError::WindowOpen => Self::TimelockRunning,
            CoreError::SplitInvalid | CoreError::FeeOutOfBounds | CoreError::SyncParamsInvalid => {
                Self::ParamsOutOfBounds
            }
            CoreError::StepExceedsLostFee | CoreError::AbsorptionExceedsLostFee => Self::StepExceedsLostFee,
            _ => Self::ArithmeticRefused,
        }
    }
}
