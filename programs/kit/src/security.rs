//! Whom to tell about a weakness, readable from the program itself.

pub use solana_security_txt;

/// Puts the contact into the compiled program, in the form of solana-security-txt, which explorers and people look for.
/// It is the same for all programs: whoever deploys them sets `MODCHAINS_PROJECT_URL` and `MODCHAINS_SECURITY_CONTACTS`
/// for the build, whose defaults are in `.cargo/config.toml`.
#[macro_export]
macro_rules! security_contact {
    ($name:literal) => {
        #[cfg(target_os = "solana")]
        $crate::security::solana_security_txt::security_txt! {
            name: $name,
            project_url: env!("MODCHAINS_PROJECT_URL"),
            contacts: env!("MODCHAINS_SECURITY_CONTACTS"),
            policy: "SECURITY.md of the source repository",
            preferred_languages: "en"
        }
    };
}
