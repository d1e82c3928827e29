//! Refusals of a program: one list of names, messages and remedies, in the binary only the names.

use anchor_lang::{
    error::{Error, ProgramErrorWithOrigin},
    prelude::*,
    solana_program::log::sol_log,
};

/// Declares a program's errors: documented variants, each with the fact that clients show and what to do about it. An
/// error without a remedy does not compile. Positions are codes, from 6000 on.
///
/// For the IDL this is Anchor's `#[error_code]`. In the program that attribute would format names and messages into
/// every error, 13 KB for forty of them; the program needs the code, and its log the name.
#[macro_export]
macro_rules! refusals {
    ($(#[$documentation:meta])* pub enum $name:ident { $($(#[$variant_documentation:meta])* $variant:ident = $message:tt => $remedy:literal,)+ }) => {
        $(#[$documentation])*
        #[cfg(feature = "idl-build")]
        #[error_code]
        #[derive(PartialEq, Eq)]
        pub enum $name { $($(#[$variant_documentation])* #[msg($message)] $variant,)+ }

        $(#[$documentation])*
        #[cfg(not(feature = "idl-build"))]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u32)]
        pub enum $name { $($(#[$variant_documentation])* $variant,)+ }

        #[cfg(not(feature = "idl-build"))]
        impl $name {
            /// The variant's name, as logs show it.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => stringify!($variant),)+ }
            }

            /// What it means.
            pub const fn message(self) -> &'static str {
                match self { $(Self::$variant => $message,)+ }
            }

            /// What to do about it.
            pub const fn remedy(self) -> &'static str {
                match self { $(Self::$variant => $remedy,)+ }
            }
        }

        #[cfg(not(feature = "idl-build"))]
        impl ::core::fmt::Display for $name {
            fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                formatter.write_str(self.message())
            }
        }

        #[cfg(not(feature = "idl-build"))]
        impl From<$name> for u32 {
            fn from(error: $name) -> Self {
                error as Self + ::anchor_lang::error::ERROR_CODE_OFFSET
            }
        }

        #[cfg(not(feature = "idl-build"))]
        impl From<$name> for ::anchor_lang::error::Error {
            fn from(error: $name) -> Self {
                $crate::refusal::refuse(error.name(), error.into())
            }
        }

        #[cfg(not(feature = "idl-build"))]
        impl $name {
            /// Every variant, in the order of the codes.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];
        }
    };
}

/// The error of `code`, whose name goes to the log. Elsewhere than on chain nothing is logged: clients that share a
/// program's types have standard output for their own.
#[cold]
#[inline(never)]
pub fn refuse(name: &str, code: u32) -> Error {
    if cfg!(target_os = "solana") {
        sol_log(name);
    }
    ProgramErrorWithOrigin { program_error: ProgramError::Custom(code), error_origin: None, compared_values: None }
        .into()
}

/// Refuses with `error` unless `condition` holds. Anchor's `require!` builds the error with its file, line and values
/// wherever it stands, hundreds of bytes of program each time; the error's name says enough.
pub fn ensure<E: Into<Error>>(condition: bool, error: E) -> Result<()> {
    if condition { Ok(()) } else { Err(error.into()) }
}
