//! What to do about a program's refusal, where its own message does not say.

use modchains_sdk::SdkError;

/// Remedy of a trade that the curve refuses, or of a refusal by the name of the program's error.
pub fn of(error: &SdkError) -> Option<&'static str> {
    let name = match error {
        SdkError::NotQuoted { name, .. } | SdkError::NotLicensed { name, .. } => name.as_str(),
        other => other.refusal()?.name.as_str(),
    };
    Some(match name {
        "NotCreator" | "NotModelCreator" => "pass the creator's key with --keypair",
        "NotPositionOwner" | "NotRequester" | "NotOperatorAuthority" => "pass the owner's key with --keypair",
        "EpochNotOver" | "UsageEpochNotOver" => "wait for the end of the epoch",
        "AccountAlreadyInUse" => "look at it with the show command, or choose another name or nonce",
        "InsufficientFunds" => "the token account holds too little: see `modchains balance`",
        "AccountNotInitialized" | "AccountOwnedByWrongProgram" => {
            "one of its accounts does not exist yet; create it first"
        }
        "NameTooLong" | "SymbolTooLong" | "UriTooLong" | "NameEmpty" | "SymbolEmpty" | "UriEmpty" => {
            "choose another text"
        }
        "TextNotShownAsItIs" => "use printable characters only",
        "GraphRootMissing" => "pass --graph-root",
        "GraphRootUnexpected" => "leave --graph-root out",
        "HashMissing" => "pass the SHA-256 of the file; it is never zero",
        "ParentVersionUnknown" | "VersionUnknown" => "see the versions with `modchains model show`",
        "CurveOutOfBounds" => "choose a depth of 1,000 to 10^11 tokens and a larger virtual reserve",
        "InsufficientSupply" | "InsufficientReserve" => "trade less",
        "OutputZero" | "AmountZero" => "trade more",
        "DeadlinePassed" | "ParametersMoved" => "run the command again for a new quote",
        "OutputBelowLimit" | "InputAboveLimit" => "run the command again, or accept more with --slippage",
        "LaunchCapExceeded" => "or wait for the end of the launch: see `modchains market show`",
        "LaunchTermsInvalid" => "at most 1h, a fee from the base fee to 50 %, a cap of 0.01 % to 100 % of the depth",
        "LaunchInstructionsMissing" => "run the command again: the launch has begun or ended meanwhile",
        "MarketPaused" => "sell, claim, or wait: see `modchains market show`",
        "SlippageTooLarge" => "pass a --slippage of 0 to 100",
        "QuoteMintNotAllowed" => "choose a mint that the exchange allows with --quote-mint",
        "ContributorsShare" => "claim with `modchains model contributors claim`",
        "NoChangeQueued" => "queue one first",
        "ResultNotFinal" => "wait until it is: see `modchains request show`",
        "ContentNotLicensed" => "declare the use content when you ask: `modchains request new --use content`",
        "ContentMintedBefore" => "its mint is the one that `modchains model content mint` names",
        "RoyaltyOutOfBounds" => "pass a --royalty of at most 10",
        "TimelockRunning" => "wait for the end of the timelock",
        "SharesInvalid" => "at most 16 contributors, each once and more than 0 %, 100 % together at most",
        "ContributorsFull" => "let those who left claim first: see `modchains model contributors show`",
        "LicenceNotRevocable" => "wait until it expires: see `modchains model licence show`",
        "LicenceTermsInvalid" => "name at least one use, and a rate of at most 30 days with a number of requests",
        "LicencePriceAboveLimit" => "raise --fee-max",
        "LicenceRequired" => "ask the model's creator for a licence",
        "LicenceUseNotGranted" => "declare other uses: see `modchains model licence show`",
        "LicenceExpired" | "LicenceRevoked" => "ask the model's creator for a new licence",
        "LicenceRateExceeded" => "wait for the next window: see `modchains model licence show`",
        "NothingAccrued" | "NothingToDistribute" | "NothingToClaim" => "there is nothing to move until fees come in",
        "NothingClaimable" | "NothingEarned" => "there is nothing to pay until revenue comes in",
        "CooldownRunning" => "wait for the end of the cooldown",
        "StakeTooSmall" => "unstake at most what is staked: see `modchains vault position`",
        "NoWithdrawalStarted" => "start with an amount first",
        "FreeBondTooSmall" => "wait until open work is final, or take less",
        "BondBelowMinimum" => "bond more",
        "ServiceClosed" => "the creator must open it with `modchains service configure --state open`",
        "FeeAboveLimit" => "raise --fee-max",
        "WaitOutOfBounds" => "see the service's bounds with `modchains service show`",
        "InputTooLong" => "shorten the input",
        "RequestDeadlineAhead" => "wait for the request's deadline",
        "ChallengeWindowOpen" => "wait for the end of the challenge window",
        "RequestNotOpen" | "RequestNotPosted" | "RequestNotSettled" => {
            "see where it stands with `modchains request show`"
        }
        "VaultPoolMissing" => "open the model's vault with a pool in the market's quote token first",
        _ => return None,
    })
}
