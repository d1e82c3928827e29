//! Why the exchange refuses. Each variant is a fact about the world; positions are codes, so add only at the end.

use anchor_lang::prelude::*;
use modchains_core::CoreError;
pub use modchains_program_kit::refusal::ensure;
use modchains_program_kit::refusals;

refusals! {
    /// Refusals of the exchange. Nothing changes when one is returned.
    pub enum ExchangeError {
        /// Only the upgrade authority configures.
        NotUpgradeAuthority = "Only the program's upgrade authority may create the configuration",
        /// Only the admin.
        NotAdmin = "The signer is not the admin of the configuration",
        /// Only the creator.
        NotCreator = "The signer is not the creator of the model",
        /// Nothing waits.
        NoChangeQueued = "No change is queued; queue one with config_change_queue",
        /// Too early.
        TimelockRunning = "The timelock of the queued change is still running",
        /// At most 30 days.
        TimelockOutOfBounds = "The timelock must be at most 30 days",
        /// Fee, split, step or window out of bounds.
        ParamsOutOfBounds = "A market parameter is out of its bounds",
        /// The step bound of the profit proof.
        StepExceedsLostFee = "The largest step is worth more than the part of the fee that nobody gets back; lower step_max or raise the fee",
        /// Not on the list.
        QuoteMintNotAllowed = "The quote mint is not allowed; ask the admin to allow it",
        /// Already on the list.
        QuoteMintAlreadyAllowed = "The quote mint is already allowed",
        /// Eight places.
        QuoteMintListFull = "All places for quote mints are taken",
        /// An extension that gives somebody power over holders.
        QuoteMintExtensionRefused = "The quote mint carries a Token-2022 extension that could hurt holders",
        /// Name is empty.
        NameEmpty = "The model's name is empty",
        /// Name is too long.
        NameTooLong = "The model's name is longer than 32 bytes",
        /// Symbol is empty.
        SymbolEmpty = "The token's symbol is empty",
        /// Symbol is too long.
        SymbolTooLong = "The token's symbol is longer than 10 bytes",
        /// URI is empty.
        UriEmpty = "The URI is empty",
        /// URI is too long.
        UriTooLong = "The URI is longer than 200 bytes",
        /// Two models could look alike.
        TextNotShownAsItIs = "A name, symbol or URI starts or ends with white space or contains characters that are not shown",
        /// A zero hash.
        HashMissing = "The manifest's or the weights' SHA-256 is missing",
        /// Exact class without graph.
        GraphRootMissing = "The exact class needs the root of the integer graph",
        /// Tolerant class with graph.
        GraphRootUnexpected = "The tolerant class has no integer graph",
        /// Neither exact nor tolerant.
        NumericClassUnknown = "The numeric class is neither exact (0) nor tolerant (1)",
        /// Not optimistic.
        VerificationClassUnknown = "The verification class is not optimistic (0)",
        /// The parent does not exist.
        ParentVersionUnknown = "The parent version does not exist",
        /// The version does not exist.
        VersionUnknown = "The version does not exist",
        /// Depth or virtual reserve out of bounds.
        CurveOutOfBounds = "The depth or the virtual reserve is out of its bounds",
        /// Another market's mint.
        MintMismatch = "The mint is not the market's",
        /// Another market's quote vault.
        QuoteVaultMismatch = "The quote vault is not the market's",
        /// Another model.
        ModelMismatch = "The model is not the market's",
        /// Another model's vault.
        VaultMismatch = "The vault is not that of the market's model",
        /// A look-alike program.
        VaultProgramMismatch = "The vault program is not the one this exchange was built for",
        /// Another model's usage.
        UsageMismatch = "The usage account is not that of the market's model",
        /// Too late.
        DeadlinePassed = "The trade's deadline has passed; quote again",
        /// Quoted on earlier parameters.
        ParametersMoved = "The curve has moved since the quote; quote again",
        /// Slippage.
        OutputBelowLimit = "The output is below the limit; quote again or accept less",
        /// Slippage.
        InputAboveLimit = "The input is above the limit; quote again or accept more",
        /// Zero.
        AmountZero = "The amount is zero",
        /// Rounds to zero.
        OutputZero = "The trade is too small: its output rounds to zero",
        /// Too large.
        Overflow = "The amount is too large",
        /// More than the reserve.
        InsufficientReserve = "The reserve holds less than the trade would pay",
        /// More than the curve holds.
        InsufficientSupply = "The curve holds fewer tokens than the trade needs",
        /// The market would not be fully backed.
        NotSolvent = "The reserve would not cover every circulating token",
        /// One sync per epoch.
        EpochNotOver = "The curve moved less than an epoch ago",
        /// Nothing to pay.
        NothingAccrued = "No fees have accrued",
        /// A formula was given what it cannot take.
        ArithmeticRefused = "The curve's arithmetic refused the input",
        /// A transfer fee takes from what holders send.
        QuoteMintTransferFee = "The quote mint takes a fee from every transfer",
        /// A hook can refuse transfers.
        QuoteMintTransferHook = "The quote mint runs a program in every transfer",
        /// A permanent delegate can take tokens.
        QuoteMintPermanentDelegate = "The quote mint has a permanent delegate, who can take tokens from anybody",
        /// Transfers can be stopped.
        QuoteMintPausable = "The quote mint can be paused",
        /// New accounts are frozen.
        QuoteMintDefaultFrozen = "The quote mint has a default state for new accounts, which can freeze them",
        /// The mint can be closed and created anew.
        QuoteMintCloseAuthority = "The quote mint can be closed",
        /// Amounts are hidden.
        QuoteMintConfidential = "The quote mint has confidential transfers, fees or supply",
        /// Tokens cannot move.
        QuoteMintNonTransferable = "The quote mint's tokens cannot be transferred",
        /// Shown amounts differ from the atoms.
        QuoteMintRebasing = "The quote mint shows amounts that grow or are scaled",
        /// A second use of a market's pause, or a time too far ahead.
        PauseTooLong = "A pause ends at most a week ahead; 0 resumes",
        /// Buys wait; sales do not.
        MarketPaused = "The market is paused; sales and claims go on",
        /// The sysvar is missing.
        LaunchInstructionsMissing = "During the launch a buy needs the instructions sysvar among its accounts",
        /// More than one transaction may buy.
        LaunchCapExceeded = "The transaction would buy more than the launch allows; buy less",
        /// Launch out of bounds.
        LaunchTermsOutOfBounds = "The launch is longer than an hour, or its fee or cap is out of bounds",
        /// Another market's referral.
        ReferralMismatch = "The referral is not of this market",
        /// Contributors share the creator's part.
        ContributorsShare = "The model has contributors; claim with contributor_claim",
        /// Asked for too much.
        RoyaltyOutOfBounds = "The royalty on content is above a tenth",
        /// Another model's offer, or another's rent.
        OfferMismatch = "The offer is not of this model, or was made by somebody else",
        /// Only the one it was offered to.
        NotOfferedTo = "The model was not offered to the signer",
        /// Uses, rate, window, kind or expiry out of bounds.
        LicenceTermsInvalid = "The licence allows no known use, its rate and window do not fit, or its expiry has passed",
        /// Another model's licence.
        LicenceMismatch = "The licence is not of this model",
        /// Promised for good.
        LicenceNotRevocable = "The licence can be neither changed nor revoked before it expires",
        /// Revoked before.
        LicenceRevoked = "The licence is revoked already",
        /// Too many, zero, twice the same, or more than everything.
        SharesInvalid = "The shares are more than 16, zero, given twice to one address, or more than the whole",
        /// Another model's contributors.
        ContributorsMismatch = "The contributors are not of this model",
        /// Sixteen who left have not been paid.
        ContributorsFull = "Too many former contributors are still owed their part; pay some with contributor_claim",
        /// Another model's service, or a request to another service.
        RequestMismatch = "The request is not one to this model's service",
        /// Nothing final yet, or refunded.
        ResultNotFinal = "The request has no final result",
        /// Only who asked.
        NotRequester = "The signer is not the requester of the result",
        /// The request did not declare it.
        ContentNotLicensed = "The request did not declare to mint its result as content",
        /// Once is all.
        ContentMintedBefore = "The result was minted before",
        /// The model was handed over since.
        SharesOfFormerCreator = "The queued shares are those of a former creator; the present one has to queue its own",
    }
}

impl From<CoreError> for ExchangeError {
    fn from(error: CoreError) -> Self {
        match error {
            CoreError::AmountZero => Self::AmountZero,
            CoreError::OutputZero => Self::OutputZero,
            CoreError::Overflow => Self::Overflow,
            CoreError::InsufficientReserve => Self::InsufficientReserve,
            CoreError::InsufficientSupply => Self::InsufficientSupply,
            CoreError::NotSolvent => Self::NotSolvent,
            CoreError::EpochNotOver => Self::EpochNotOver,
            CoreError::WindowOpen => Self::TimelockRunning,
            CoreError::SplitInvalid | CoreError::FeeOutOfBounds | CoreError::SyncParamsInvalid => {
                Self::ParamsOutOfBounds
            }
            CoreError::StepExceedsLostFee | CoreError::AbsorptionExceedsLostFee => Self::StepExceedsLostFee,
            CoreError::LaunchCapExceeded => Self::LaunchCapExceeded,
            CoreError::LaunchTermsInvalid => Self::LaunchTermsOutOfBounds,
            CoreError::LicenceTermsInvalid => Self::LicenceTermsInvalid,
            CoreError::SharesInvalid => Self::SharesInvalid,
            CoreError::LicenceUseNotGranted => Self::ContentNotLicensed,
            _ => Self::ArithmeticRefused,
        }
    }
}
