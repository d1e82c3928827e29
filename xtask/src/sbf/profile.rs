//! What both routes tell cargo about the profile.

/// For size: at `s` programs are half again, at 3 twice as large, and larger than they may be.
pub const OPT_LEVEL: &str = "z";

/// For cargo: the formulas are compiled for speed.
pub const FORMULAS_FLAG: &str = "--config=profile.release.package.modchains-core.opt-level=3";

/// For cargo's environment: small, fast and with checked arithmetic.
pub fn variables() -> [(&'static str, &'static str); 5] {
    [
        ("CARGO_PROFILE_RELEASE_OPT_LEVEL", OPT_LEVEL),
        ("CARGO_PROFILE_RELEASE_LTO", "fat"),
        ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1"),
        ("CARGO_PROFILE_RELEASE_OVERFLOW_CHECKS", "true"),
        ("CARGO_PROFILE_RELEASE_DEBUG", "false"),
    ]
}
