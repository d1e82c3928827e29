//! Why the exchange refuses, and what to do about it. Each variant is a fact about the world; positions are codes, so add
//! only at the end.

use anchor_lang::prelude::*;
use modchains_core::CoreError;
pub use modchains_program_kit::refusal::ensure;
use modchains_program_kit::{handover::HandoverRefusal, refusals, timelock::TimelockRefusal};

refusals! {
    /// Refusals of the exchange. Nothing changes when one is returned.
    pub enum ExchangeError {
        /// Only the upgrade authority configures.
        NotUpgradeAuthority = "the signer is not the program's upgrade authority"
            => "sign with the key that deployed the program",
        /// Only the admin.
        NotAdmin = "the signer is not the admin of the configuration"
            => "sign with the admin's key",
        /// Only the creator.
        NotCreator = "the signer is not the creator of the model"
            => "sign with the creator's key",
        /// Nothing waits.
        NoChangeQueued = "no change is queued"
            => "queue one first",
        /// Too early.
        TimelockRunning = "the timelock of the queued change is still running"
            => "wait for the end of the timelock",
        /// A day to 30 days.
        TimelockOutOfBounds = "the timelock is shorter than a day or longer than 30 days"
            => "choose one between",
        /// Fee, split, step or window out of bounds.
        ParamsOutOfBounds = "a market parameter is out of its bounds"
            => "see the bounds of each with the parameters' definitions",
        /// The step bound of the profit proof.
        StepExceedsLostFee = "the largest step is worth more than the part of the fee that nobody gets back"
            => "lower step_max or raise the fee",
        /// Not on the list.
        QuoteMintNotAllowed = "the quote mint is not allowed"
            => "choose a mint that the exchange allows, or ask the admin to allow it",
        /// Already on the list.
        QuoteMintAlreadyAllowed = "the quote mint is already allowed"
            => "open markets with it",
        /// Eight places.
        QuoteMintListFull = "all places for quote mints are taken"
            => "use one of the mints that are allowed",
        /// An extension that gives somebody power over holders.
        QuoteMintExtensionRefused = "the quote mint carries a Token-2022 extension that could hurt holders"
            => "choose a mint without extensions",
        /// Name is empty.
        NameEmpty = "the model's name is empty"
            => "choose a name",
        /// Name is too long.
        NameTooLong = "the model's name is longer than 32 bytes"
            => "choose a shorter name",
        /// Symbol is empty.
        SymbolEmpty = "the token's symbol is empty"
            => "choose a symbol",
        /// Symbol is too long.
        SymbolTooLong = "the token's symbol is longer than 10 bytes"
            => "choose a shorter symbol",
        /// URI is empty.
        UriEmpty = "the URI is empty"
            => "say where it can be fetched",
        /// URI is too long.
        UriTooLong = "the URI is longer than 200 bytes"
            => "choose a shorter URI",
        /// Two models could look alike.
        TextNotShownAsItIs = "a name, symbol or URI starts or ends with white space or contains characters that are not shown"
            => "use printable characters only",
        /// A zero hash.
        HashMissing = "the manifest's or the weights' SHA-256 is missing"
            => "give the SHA-256 of the file, which is never zero",
        /// Exact class without graph.
        GraphRootMissing = "the exact class needs the root of the integer graph"
            => "give the graph's root, or publish the version as tolerant",
        /// Tolerant class with graph.
        GraphRootUnexpected = "the tolerant class has no integer graph"
            => "leave the graph's root out, or publish the version as exact",
        /// Neither exact nor tolerant.
        NumericClassUnknown = "the numeric class is neither exact (0) nor tolerant (1)"
            => "choose one of the two",
        /// Not optimistic.
        VerificationClassUnknown = "the verification class is not optimistic (0)"
            => "choose 0, the only one there is",
        /// The parent does not exist.
        ParentVersionUnknown = "the parent version does not exist"
            => "see which versions the model has",
        /// The version does not exist.
        VersionUnknown = "the version does not exist"
            => "see which versions the model has",
        /// Depth or virtual reserve out of bounds.
        CurveOutOfBounds = "the depth or the virtual reserve is out of its bounds"
            => "choose a depth of 1,000 to 10^11 tokens and a larger virtual reserve",
        /// Another market's mint.
        MintMismatch = "the mint is not the market's"
            => "pass the mint that the market names",
        /// Another market's quote vault.
        QuoteVaultMismatch = "the quote vault is not the market's"
            => "pass the quote vault that the market names",
        /// Another model.
        ModelMismatch = "the model is not the market's"
            => "pass the model that the market names",
        /// Another model's vault.
        VaultMismatch = "the vault is not that of the market's model"
            => "pass the vault of the market's model",
        /// A look-alike program.
        VaultProgramMismatch = "the vault program is not the one this exchange was built for"
            => "use a client of the same release and program addresses",
        /// Another model's usage.
        UsageMismatch = "the usage account is not that of the market's model"
            => "pass the usage account of the market's model",
        /// Too late.
        DeadlinePassed = "the trade's deadline has passed"
            => "quote again",
        /// Quoted on earlier parameters.
        ParametersMoved = "the curve has moved since the quote"
            => "quote again",
        /// Slippage.
        OutputBelowLimit = "the output is below the limit"
            => "quote again, or accept less with a larger slippage",
        /// Slippage.
        InputAboveLimit = "the input is above the limit"
            => "quote again, or accept more with a larger slippage",
        /// Zero.
        AmountZero = "the amount is zero"
            => "name an amount above zero",
        /// Rounds to zero.
        OutputZero = "the trade is too small: its output rounds to zero"
            => "trade more",
        /// Too large.
        Overflow = "the amount is too large"
            => "name a smaller amount",
        /// More than the reserve.
        InsufficientReserve = "the reserve holds less than the trade would pay"
            => "trade less",
        /// More than the curve holds.
        InsufficientSupply = "the curve holds fewer tokens than the trade needs"
            => "trade less",
        /// The market would not be fully backed.
        NotSolvent = "the reserve would not cover every circulating token"
            => "report it: no trade or sync should lead here",
        /// One sync per epoch.
        EpochNotOver = "the last sync, or the opening, is less than an epoch ago"
            => "wait for the end of the epoch",
        /// Nothing to pay.
        NothingAccrued = "no fees have accrued"
            => "there is nothing to move until fees come in",
        /// A formula was given what it cannot take.
        ArithmeticRefused = "the arithmetic refused the input"
            => "report it: the accounts hold what the formulas cannot take",
        /// A transfer fee takes from what holders send.
        QuoteMintTransferFee = "the quote mint takes a fee from every transfer"
            => "choose a mint without it",
        /// A hook can refuse transfers.
        QuoteMintTransferHook = "the quote mint runs a program in every transfer"
            => "choose a mint without it",
        /// A permanent delegate can take tokens.
        QuoteMintPermanentDelegate = "the quote mint has a permanent delegate, who can take tokens from anybody"
            => "choose a mint without one",
        /// Transfers can be stopped.
        QuoteMintPausable = "the quote mint can be paused"
            => "choose a mint that cannot",
        /// New accounts are frozen.
        QuoteMintDefaultFrozen = "the quote mint has a default state for new accounts, which can freeze them"
            => "choose a mint without it",
        /// The mint can be closed and created anew.
        QuoteMintCloseAuthority = "the quote mint can be closed"
            => "choose a mint that cannot",
        /// Amounts are hidden.
        QuoteMintConfidential = "the quote mint has confidential transfers, fees or supply"
            => "choose a mint without them",
        /// Tokens cannot move.
        QuoteMintNonTransferable = "the quote mint's tokens cannot be transferred"
            => "choose a mint whose tokens can",
        /// Shown amounts differ from the atoms.
        QuoteMintRebasing = "the quote mint shows amounts that grow or are scaled"
            => "choose a mint that shows what there is",
        /// A second use of a market's pause, or a time too far ahead.
        PauseTooLong = "a pause ends at most a week ahead"
            => "choose an earlier end, or 0 to resume",
        /// Buys wait; sales do not.
        MarketPaused = "the market is paused"
            => "sell or claim, which go on, or wait for the end of the pause",
        /// The sysvar is missing.
        LaunchInstructionsMissing = "during the launch a buy needs the instructions sysvar among its accounts"
            => "quote again: the launch has begun or ended meanwhile",
        /// More than one transaction may buy.
        LaunchCapExceeded = "the transaction would buy more than the launch allows"
            => "buy less, or wait for the end of the launch",
        /// Launch out of bounds.
        LaunchTermsOutOfBounds = "the launch is longer than an hour, or its fee or cap is out of bounds"
            => "choose at most 1h, a fee from the base fee to 50 %, a cap of 0.01 % to 100 % of the depth",
        /// Another market's referral.
        ReferralMismatch = "the referral is not of this market"
            => "open the referrer's account in this market",
        /// Contributors share the creator's part.
        ContributorsShare = "the model has contributors, who share the creator's fees"
            => "claim as a contributor",
        /// Asked for too much.
        RoyaltyOutOfBounds = "the royalty on content is above a tenth"
            => "ask for at most 10 %",
        /// Another model's offer, or another's rent.
        OfferMismatch = "the offer is not of this model, or was made by somebody else"
            => "pass the model's offer and who made it",
        /// Only the one it was offered to.
        NotOfferedTo = "the model was not offered to the signer"
            => "sign with the key that it was offered to",
        /// Uses, rate, window, kind or expiry out of bounds.
        LicenceTermsInvalid = "the licence allows no known use, its kind is unknown, its rate and window do not fit, or its expiry has passed"
            => "name at least one use, a rate of at most 30 days with a number of requests, and an expiry ahead",
        /// Another model's licence.
        LicenceMismatch = "the licence is not of this model"
            => "pass the licence of the model",
        /// Promised for good.
        LicenceNotRevocable = "the licence can be neither changed nor revoked before it expires"
            => "wait until it expires",
        /// Revoked before.
        LicenceRevokedBefore = "the licence is revoked already"
            => "grant another, or leave it",
        /// Too many, zero, twice the same, or more than everything.
        SharesInvalid = "the shares are more than 16, zero, given twice to one address, or more than the whole"
            => "name at most 16 contributors, each once and with more than 0 %, 100 % together at most",
        /// Another model's contributors.
        ContributorsMismatch = "the contributors are not of this model"
            => "pass the contributors of the model",
        /// Sixteen who left have not been paid.
        ContributorsFull = "too many former contributors are still owed their part"
            => "pay some of those who left first, which anyone may",
        /// Another model's service, or a request to another service.
        RequestMismatch = "the request is not one to this model's service"
            => "pass the model that the request was made to",
        /// Nothing final yet, or refunded.
        ResultNotFinal = "the request has no final result"
            => "wait until it has",
        /// Only who asked.
        NotRequester = "the signer is not the requester"
            => "sign with the requester's key",
        /// The request did not declare it.
        ContentNotLicensed = "the request did not declare to mint its result as content"
            => "declare the use content when asking",
        /// Once is all.
        ContentMintedBefore = "the result was minted before"
            => "look at its mint, whose address follows from the request's",
        /// The model was handed over since.
        SharesOfFormerCreator = "the queued shares are those of a former creator"
            => "queue shares of the present one",
        /// Another model's service.
        ServiceOfOtherModel = "the service is not that of the market's model"
            => "pass the service of the market's model",
        /// The role is somebody else's.
        NotRoleHolder = "the signer does not hold the role"
            => "sign with the key of who holds it",
        /// Nothing to accept or to take back.
        RoleNotOffered = "the role is offered to nobody"
            => "let its holder offer it, to an address that can sign",
        /// Only whom it was offered to.
        RoleOfferedToOther = "the role is not offered to the signer"
            => "sign with the key that it was offered to",
        /// Two weeks in any 90 days.
        PauseBudgetSpent = "the market was paused for as long as it may be in 90 days"
            => "wait until earlier pauses are 15 weeks old",
        /// Pauses still count.
        PauseBudgetInUse = "pauses of the last 15 weeks are counted in the account"
            => "close it when they are 15 weeks old",
        /// Bought as seen.
        ModelTermsChanged = "the model's terms have changed since they were looked at"
            => "look at its terms, contributors and licences again, and name their present count",
        /// Opened as seen.
        MarketParamsChanged = "the parameters of new markets have changed since they were looked at"
            => "look at them again, and name the present ones",
        /// Somebody else would be paid.
        BeneficiaryMismatch = "the address to be paid is not the beneficiary"
            => "pass the creator, the treasury, the referrer or the contributor who is owed",
        /// Rent goes back to who paid it.
        RentReceiverMismatch = "the address that would get the rent did not pay it"
            => "pass the address that the account names",
        /// Only the referrer.
        NotReferrer = "the signer is not the referrer"
            => "sign with the referrer's key",
        /// Claim first.
        AtomsOwed = "the account still owes somebody"
            => "claim what is owed first, which anyone may",
        /// Still allows something.
        LicenceInForce = "the licence is in force"
            => "revoke it, or wait until it expires",
        /// Still somebody's.
        SharesInForce = "contributors have a share"
            => "queue none at all and apply that first",
    }
}

impl TimelockRefusal for ExchangeError {
    const NONE_QUEUED: Self = Self::NoChangeQueued;
    const RUNNING: Self = Self::TimelockRunning;
    const OUT_OF_BOUNDS: Self = Self::TimelockOutOfBounds;
}

impl HandoverRefusal for ExchangeError {
    const NOT_HOLDER: Self = Self::NotRoleHolder;
    const NONE_OFFERED: Self = Self::RoleNotOffered;
    const OFFERED_TO_OTHER: Self = Self::RoleOfferedToOther;
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
            CoreError::SplitInvalid | CoreError::FeeOutOfBounds | CoreError::SyncParamsInvalid => {
                Self::ParamsOutOfBounds
            }
            CoreError::StepExceedsLostFee | CoreError::AbsorptionExceedsLostFee => Self::StepExceedsLostFee,
            CoreError::CurveOutOfBounds => Self::CurveOutOfBounds,
            CoreError::DeadlinePassed => Self::DeadlinePassed,
            CoreError::ParametersMoved => Self::ParametersMoved,
            CoreError::OutputBelowLimit => Self::OutputBelowLimit,
            CoreError::InputAboveLimit => Self::InputAboveLimit,
            CoreError::MarketPaused => Self::MarketPaused,
            CoreError::PauseTooLong => Self::PauseTooLong,
            CoreError::PauseBudgetSpent => Self::PauseBudgetSpent,
            CoreError::LaunchTransactionMissing => Self::LaunchInstructionsMissing,
            CoreError::LaunchCapExceeded => Self::LaunchCapExceeded,
            CoreError::LaunchTermsInvalid => Self::LaunchTermsOutOfBounds,
            CoreError::LicenceTermsInvalid => Self::LicenceTermsInvalid,
            CoreError::SharesInvalid => Self::SharesInvalid,
            CoreError::LicenceUseNotGranted => Self::ContentNotLicensed,
            // What no formula of the exchange says of accounts that it wrote itself.
            CoreError::DivisionByZero
            | CoreError::CurveEmpty
            | CoreError::ClockWentBack
            | CoreError::InsufficientRevenue
            | CoreError::RevenueNotConserved
            | CoreError::LicenceRequired
            | CoreError::LicenceExpired
            | CoreError::LicenceRevoked
            | CoreError::LicenceRateExceeded => Self::ArithmeticRefused,
        }
    }
}
