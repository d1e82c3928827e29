//! Addresses of the three programs, chosen when they are compiled so that programs and clients always agree.
//!
//! The defaults are for local networks and tests: their keys derive from public phrases (see
//! [`LOCALNET_KEY_PHRASE`]), so anybody can deploy to them and nobody should on a public cluster. For a cluster of
//! your own, set `MODCHAINS_EXCHANGE_ID`, `MODCHAINS_VAULT_ID` and `MODCHAINS_ORACLE_ID` for every build.

/// The secret seed of a local program key is the SHA-256 of this phrase followed by the program's name.
pub const LOCALNET_KEY_PHRASE: &str = "modchains localnet program ";

/// Base58 address of the exchange.
pub const EXCHANGE: &str = match option_env!("MODCHAINS_EXCHANGE_ID") {
    Some(id) => id,
    None => "JDXcGNSvnqp7XHS5sqXNcyAb8iaePpoHQn8Gimtn3UwW",
};

/// Base58 address of the vault.
pub const VAULT: &str = match option_env!("MODCHAINS_VAULT_ID") {
    Some(id) => id,
    None => "DfKJCR4zvVNGHeURkrrDXFCEf3n9qrreVCpcoy2rSmDF",
};

/// Base58 address of the oracle.
pub const ORACLE: &str = match option_env!("MODCHAINS_ORACLE_ID") {
    Some(id) => id,
    None => "5ueuJePRwP9FwKJcLR7D9FNmN7zyqPTak2oCH6gqBERV",
};
