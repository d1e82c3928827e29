//! Error codes of programs, by name, with the remedy that stands beside each.

use std::fmt;

use anchor_lang::error::ErrorCode;
use anchor_spl::token::spl_token::error::TokenError;
use modchains_exchange::errors::ExchangeError;
use modchains_oracle::errors::OracleError;
use modchains_vault::errors::VaultError;
use solana_instruction_error::InstructionError;
use solana_system_interface::error::SystemError;

use crate::{Pubkey, address};

/// A program's refusal of one instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The program that refused: the innermost one, if it was called by another.
    pub program: Pubkey,
    /// The error's name, for example `OutputBelowLimit`; the runtime's own name when no program chose it.
    pub name: String,
    /// What it means.
    pub message: String,
    /// What to do about it, where that is known: always for an error of our own programs.
    pub remedy: Option<&'static str>,
    /// The code on the wire, when a program chose it.
    pub code: Option<u32>,
    /// Which instruction of the transaction, from 0.
    pub instruction_index: u8,
    /// The transaction's log.
    pub logs: Vec<String>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let program = program_name(&self.program);
        write!(
            formatter,
            "{program} refused instruction {}: {} ({})",
            self.instruction_index, self.message, self.name
        )?;
        self.remedy.map_or(Ok(()), |remedy| write!(formatter, "; {remedy}"))
    }
}

impl Refusal {
    /// Names the error of instruction `instruction_index`, which called `program`. The log tells when a program that it
    /// called refused.
    pub fn new(program: Pubkey, instruction_index: u8, error: &InstructionError, logs: Vec<String>) -> Self {
        let program = innermost_failure(&logs).unwrap_or(program);
        let code = match error {
            InstructionError::Custom(code) => Some(*code),
            _ => None,
        };
        let named = code.and_then(|code| program_error(&program, code));
        let NamedError { name, message, remedy } = named.unwrap_or_else(|| match code {
            Some(code) => NamedError::without_remedy(format!("Custom{code}"), format!("custom error {code}")),
            None => NamedError::without_remedy(variant_name(error), error.to_string()),
        });
        Self { program, name, message, remedy, code, instruction_index, logs }
    }
}

/// What the code of an error stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedError {
    /// Its name.
    pub name: String,
    /// What it means.
    pub message: String,
    /// What to do about it, where that is known.
    pub remedy: Option<&'static str>,
}

impl NamedError {
    const fn without_remedy(name: String, message: String) -> Self {
        Self { name, message, remedy: None }
    }
}

/// Error `code` of `program`: one of its own, Anchor's, or the token programs'.
pub fn program_error(program: &Pubkey, code: u32) -> Option<NamedError> {
    let own = if *program == modchains_exchange::ID {
        find(ExchangeError::ALL, code, |error| Some(error.remedy()))
    } else if *program == modchains_vault::ID {
        find(VaultError::ALL, code, |error| Some(error.remedy()))
    } else if *program == modchains_oracle::ID {
        find(OracleError::ALL, code, |error| Some(error.remedy()))
    } else if address::TOKEN_PROGRAMS.contains(program) {
        return token_error(code);
    } else if *program == address::SYSTEM_PROGRAM {
        return system_error(code);
    } else {
        return None;
    };
    own.or_else(|| find(ANCHOR_ERRORS, code, anchor_remedy))
}

fn find<E: Copy + Into<u32> + fmt::Debug + fmt::Display>(
    errors: &[E],
    code: u32,
    remedy: impl Fn(E) -> Option<&'static str>,
) -> Option<NamedError> {
    let error = errors.iter().copied().find(|error| (*error).into() == code)?;
    Some(NamedError { name: format!("{error:?}"), message: error.to_string(), remedy: remedy(error) })
}

fn anchor_remedy(error: ErrorCode) -> Option<&'static str> {
    match error {
        ErrorCode::AccountNotInitialized | ErrorCode::AccountOwnedByWrongProgram => {
            Some("one of its accounts does not exist yet; create it first")
        }
        _ => None,
    }
}

fn token_error(code: u32) -> Option<NamedError> {
    let error = TokenError::try_from(code).ok()?;
    let remedy = match error {
        TokenError::InsufficientFunds => Some("the token account holds too little: look at its balance"),
        TokenError::AccountFrozen => Some("ask the issuer of the token to thaw the account"),
        _ => None,
    };
    Some(NamedError { name: format!("{error:?}"), message: error.to_string(), remedy })
}

fn system_error(code: u32) -> Option<NamedError> {
    let named = |name: &str, error: SystemError, remedy| NamedError {
        name: name.to_owned(),
        message: error.to_string(),
        remedy: Some(remedy),
    };
    match code {
        0 => {
            let remedy = "look at what is there, or choose another name or number";
            Some(named("AccountAlreadyInUse", SystemError::AccountAlreadyInUse, remedy))
        }
        1 => {
            let remedy = "transfer more lamports to the account that pays";
            Some(named("ResultWithNegativeLamports", SystemError::ResultWithNegativeLamports, remedy))
        }
        _ => None,
    }
}

/// The program of the first `Program X failed` line: failures are logged from the inside out.
fn innermost_failure(logs: &[String]) -> Option<Pubkey> {
    logs.iter().find_map(|line| {
        let (program, _) = line.strip_prefix("Program ")?.split_once(" failed")?;
        program.parse().ok()
    })
}

fn program_name(program: &Pubkey) -> String {
    if *program == modchains_exchange::ID {
        "the exchange".to_owned()
    } else if *program == modchains_vault::ID {
        "the vault".to_owned()
    } else if *program == modchains_oracle::ID {
        "the oracle".to_owned()
    } else if address::TOKEN_PROGRAMS.contains(program) {
        "the token program".to_owned()
    } else if *program == address::SYSTEM_PROGRAM {
        "the system program".to_owned()
    } else {
        format!("program {program}")
    }
}

/// `MissingRequiredSignature` out of the debug form of an error that may carry data.
fn variant_name(error: &InstructionError) -> String {
    let debug = format!("{error:?}");
    debug.split(['(', ' ', '{']).next().unwrap_or_default().to_owned()
}

/// Lists the variants of an error enum. In tests a `match` without a wildcard proves that none is missing.
macro_rules! error_table {
    ($table:ident, $error:ident: $($variant:ident)+) => {
        const $table: &[$error] = &[$($error::$variant),+];

        #[cfg(test)]
        const _: fn($error) = |error| match error {
            $($error::$variant)|+ => {}
        };
    };
}

error_table! {
    ANCHOR_ERRORS, ErrorCode:
    InstructionMissing InstructionFallbackNotFound InstructionDidNotDeserialize InstructionDidNotSerialize
    IdlInstructionStub IdlInstructionInvalidProgram IdlAccountNotEmpty EventInstructionStub ConstraintMut
    ConstraintHasOne ConstraintSigner ConstraintRaw ConstraintOwner ConstraintRentExempt ConstraintSeeds
    ConstraintExecutable ConstraintState ConstraintAssociated ConstraintAssociatedInit ConstraintClose
    ConstraintAddress ConstraintZero ConstraintTokenMint ConstraintTokenOwner ConstraintMintMintAuthority
    ConstraintMintFreezeAuthority ConstraintMintDecimals ConstraintSpace ConstraintAccountIsNone
    ConstraintTokenTokenProgram ConstraintMintTokenProgram ConstraintAssociatedTokenTokenProgram
    ConstraintMintGroupPointerExtension ConstraintMintGroupPointerExtensionAuthority
    ConstraintMintGroupPointerExtensionGroupAddress ConstraintMintGroupMemberPointerExtension
    ConstraintMintGroupMemberPointerExtensionAuthority ConstraintMintGroupMemberPointerExtensionMemberAddress
    ConstraintMintMetadataPointerExtension ConstraintMintMetadataPointerExtensionAuthority
    ConstraintMintMetadataPointerExtensionMetadataAddress ConstraintMintCloseAuthorityExtension
    ConstraintMintCloseAuthorityExtensionAuthority ConstraintMintPermanentDelegateExtension
    ConstraintMintPermanentDelegateExtensionDelegate ConstraintMintTransferHookExtension
    ConstraintMintTransferHookExtensionAuthority ConstraintMintTransferHookExtensionProgramId
    ConstraintDuplicateMutableAccount AccountAlreadyMigrated AccountNotMigrated ConstraintMintPausableExtension
    ConstraintMintPausableAuthority RequireViolated RequireEqViolated RequireKeysEqViolated RequireNeqViolated
    RequireKeysNeqViolated RequireGtViolated RequireGteViolated AccountDiscriminatorAlreadySet
    AccountDiscriminatorNotFound AccountDiscriminatorMismatch AccountDidNotDeserialize AccountDidNotSerialize
    AccountNotEnoughKeys AccountNotMutable AccountOwnedByWrongProgram InvalidProgramId InvalidProgramExecutable
    AccountNotSigner AccountNotSystemOwned AccountNotInitialized AccountNotProgramData
    AccountNotAssociatedTokenAccount AccountSysvarMismatch AccountReallocExceedsLimit AccountDuplicateReallocs
    DeclaredProgramIdMismatch TryingToInitPayerAsProgramAccount InvalidNumericConversion Deprecated
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    fn name(program: Pubkey, code: u32) -> Option<String> {
        program_error(&program, code).map(|error| error.name)
    }

    #[test]
    fn each_program_names_its_own_codes() {
        assert_eq!(name(modchains_exchange::ID, 6_000).as_deref(), Some("NotUpgradeAuthority"));
        assert_eq!(name(modchains_vault::ID, 6_000).as_deref(), Some("AmountZero"));
        assert_eq!(name(modchains_exchange::ID, ExchangeError::EpochNotOver.into()).as_deref(), Some("EpochNotOver"));
        assert_eq!(name(modchains_oracle::ID, 2_006).as_deref(), Some("ConstraintSeeds"));
        assert_eq!(name(address::TOKEN_2022_PROGRAM, 1).as_deref(), Some("InsufficientFunds"));
        assert_eq!(name(address::SYSTEM_PROGRAM, 0).as_deref(), Some("AccountAlreadyInUse"));
        assert_eq!(name(Pubkey::new_unique(), 6_000), None);
    }

    #[test]
    fn codes_follow_each_other_without_a_gap() {
        let last = 6_000 + u32::try_from(ExchangeError::ALL.len()).unwrap() - 1;
        assert!((6_000..=last).all(|code| name(modchains_exchange::ID, code).is_some()));
        assert_eq!(name(modchains_exchange::ID, last + 1), None);
    }

    /// Name, message and remedy of every error of our programs, by the number of the program.
    fn all() -> Vec<(usize, String, String, &'static str)> {
        fn of<E: Copy + fmt::Debug + fmt::Display>(
            program: usize,
            errors: &[E],
            remedy: fn(E) -> &'static str,
        ) -> impl Iterator<Item = (usize, String, String, &'static str)> {
            errors.iter().map(move |error| (program, format!("{error:?}"), error.to_string(), remedy(*error)))
        }
        of(0, ExchangeError::ALL, ExchangeError::remedy)
            .chain(of(1, VaultError::ALL, VaultError::remedy))
            .chain(of(2, OracleError::ALL, OracleError::remedy))
            .collect()
    }

    #[test]
    fn a_name_means_the_same_in_every_program() {
        let all = all();
        for (program, name, message, _) in &all {
            for (_, _, other_message, _) in all.iter().filter(|other| other.0 != *program && other.1 == *name) {
                assert_eq!(message, other_message, "{name}");
            }
        }
    }

    #[test]
    fn a_fact_and_its_remedy_are_one_line_each_in_lower_case_and_say_different_things() {
        for (_, name, message, remedy) in all() {
            for text in [message.as_str(), remedy] {
                assert!(!text.is_empty() && text.lines().count() == 1 && !text.ends_with('.'), "{name}: {text}");
                assert!(!text.contains(';'), "{name}: {text} is two things");
                assert!(text.starts_with(|first: char| first.is_ascii_lowercase()), "{name}: {text}");
            }
            assert!(!message.contains(remedy), "{name}: {message}; {remedy}");
        }
    }

    #[test]
    fn a_refusal_ends_with_its_remedy_which_it_says_once() {
        let code = ExchangeError::LaunchCapExceeded.into();
        let refusal = Refusal::new(modchains_exchange::ID, 0, &InstructionError::Custom(code), Vec::new());
        assert_eq!(
            refusal.to_string(),
            "the exchange refused instruction 0: the transaction would buy more than the launch allows \
             (LaunchCapExceeded); buy less, or wait for the end of the launch"
        );
    }

    #[test]
    fn a_refusal_by_a_called_program_is_named_after_it() {
        let token = address::TOKEN_PROGRAM;
        let exchange = modchains_exchange::ID;
        let logs = vec![
            format!("Program {exchange} invoke [1]"),
            format!("Program {token} invoke [2]"),
            format!("Program {token} failed: custom program error: 0x1"),
            format!("Program {exchange} failed: custom program error: 0x1"),
        ];
        let refusal = Refusal::new(exchange, 2, &InstructionError::Custom(1), logs);
        assert_eq!((refusal.program, refusal.name.as_str()), (token, "InsufficientFunds"));
        assert_eq!(
            refusal.to_string(),
            "the token program refused instruction 2: Insufficient funds (InsufficientFunds); the token account holds too \
             little: look at its balance"
        );
    }

    #[test]
    fn an_error_of_the_runtime_keeps_its_name() {
        let refusal = Refusal::new(modchains_oracle::ID, 0, &InstructionError::MissingRequiredSignature, Vec::new());
        assert_eq!((refusal.name.as_str(), refusal.code), ("MissingRequiredSignature", None));
    }
}
