//! Valid arguments of every instruction, for tests to make wrong one field at a time.

use modchains_core::licence::USE_PERSONAL;
use modchains_exchange::{
    instructions::{ModelRegisterArgs, ModelVersionPublishArgs},
    state::{MarketParams, QuoteTerms},
};
use modchains_oracle::{
    instructions::RequestCreateArgs,
    state::{OracleParams, ServiceTerms, UsageSplit},
};
use modchains_sdk::instruction::vault;
use modchains_vault::instructions::StakeArgs;

use crate::{
    chain::{Chain, START_SECONDS},
    world::{
        CHALLENGE_SECONDS, CLAIM_SECONDS, COOLDOWN_SECONDS, EPOCH_SECONDS, FEE_ATOMS, TIMELOCK_SECONDS, WAIT_SECONDS,
        quote,
    },
};

/// What markets copy: the defaults, with short epochs.
pub fn market_params() -> MarketParams {
    MarketParams { epoch_seconds: EPOCH_SECONDS, usage_stale_seconds: 3 * EPOCH_SECONDS, ..MarketParams::DEFAULT }
}

/// What services copy.
pub fn oracle_params() -> OracleParams {
    OracleParams {
        challenge_window_seconds: CHALLENGE_SECONDS,
        claim_seconds: CLAIM_SECONDS,
        cooldown_seconds: COOLDOWN_SECONDS,
        epoch_seconds: EPOCH_SECONDS,
        bond_multiple_bps: 20_000,
        timelock_seconds: TIMELOCK_SECONDS,
        split: UsageSplit {
            operator_bps: 6_000,
            vault_bps: 1_500,
            creator_bps: 1_000,
            reserve_bps: 1_000,
            protocol_bps: 500,
        },
        operator_min_bps: 5_000,
        reserve_min_bps: 300,
        protocol_min_bps: 300,
    }
}

/// Terms of a trade quoted on a curve that has not moved yet.
pub fn fresh_terms(chain: &Chain) -> QuoteTerms {
    QuoteTerms { deadline_seconds: chain.now() + 60, max_epoch: 1 }
}

/// How often the terms of a service have changed that opened when the chain began and has changed nothing since.
pub const FIRST_TERMS: u32 = START_SECONDS as u32;

/// What a request of the tests asks for: eight bytes of input, of a service as it was opened.
pub fn request_args(nonce: u64) -> RequestCreateArgs {
    RequestCreateArgs {
        terms_counter: FIRST_TERMS,
        nonce,
        bump: 0,
        fee_max_atoms: FEE_ATOMS,
        content_fee_max_atoms: u64::MAX,
        tip_atoms: 1_000,
        value_at_risk_atoms: 0,
        max_wait_seconds: WAIT_SECONDS,
        uses: USE_PERSONAL,
        salt: [7; 16],
        input: vec![1, 2, 3, 4, 5, 6, 7, 8],
    }
}

/// The vaults' only pool.
pub fn revenue_mints() -> vault::RevenueMints<'static> {
    vault::RevenueMints { first: quote().mint, shares: &[] }
}

/// A stake in a vault that opened when the chain began and whose rules have not changed since.
pub fn stake_args(token_atoms: u64) -> StakeArgs {
    StakeArgs { token_atoms, rules_counter: START_SECONDS.unsigned_abs() }
}

/// A valid registration.
pub fn register_args(name: &str) -> ModelRegisterArgs {
    ModelRegisterArgs {
        name: name.to_owned(),
        symbol: "DIGIT".to_owned(),
        uri: "https://models.example/digits.json".to_owned(),
        image: "https://models.example/digits.png".to_owned(),
    }
}

/// A valid first version of the exact class.
pub fn version_args() -> ModelVersionPublishArgs {
    ModelVersionPublishArgs {
        manifest_sha256: [1; 32],
        weights_sha256: [2; 32],
        graph_root: [3; 32],
        benchmark: [0; 32],
        verification_class: 0,
        numeric_class: 0,
        parent: 0,
        uri: "https://models.example/digits-1".to_owned(),
    }
}

/// Valid terms of a service.
pub fn service_terms() -> ServiceTerms {
    ServiceTerms {
        fee_atoms: FEE_ATOMS,
        max_wait_min_seconds: 10,
        max_wait_max_seconds: WAIT_SECONDS,
        input_bytes_max: 64,
        output_bytes_max: 64,
        split: None,
    }
}
