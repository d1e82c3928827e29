//! Instructions of the oracle.

use modchains_core::licence::{Admission, LicenceSource};
use modchains_oracle::{
    ID, accounts, instruction as data,
    instructions::{
        BondDepositArgs, BondMintAllowArgs, BondWithdrawStartArgs, ConfigChangeQueueArgs, ConfigInitializeArgs,
        OperatorRegisterArgs, RequestClaimArgs, RequestCreateArgs, ResultPostArgs, ServiceConfigureArgs,
        ServiceOpenArgs,
    },
};
use solana_instruction::Instruction;

use super::{Token, instruction};
use crate::{
    Pubkey,
    address::{
        self, SYSTEM_PROGRAM, exchange,
        oracle::{EVENT_AUTHORITY, config, escrow, licence_use, operator, operator_tokens, request, service, usage},
        vault,
    },
};

/// Creates the configuration. The program's upgrade authority signs and pays.
pub fn config_initialize(authority: &Pubkey, args: ConfigInitializeArgs) -> Instruction {
    let accounts = accounts::ConfigInitialize {
        authority: *authority,
        config: config(),
        program_data: address::program_data(&ID),
        system_program: SYSTEM_PROGRAM,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::ConfigInitialize { args })
}

/// Queues parameters that services copy after the timelock. The admin signs.
pub fn config_change_queue(admin: &Pubkey, args: ConfigChangeQueueArgs) -> Instruction {
    let accounts =
        accounts::ConfigChangeQueue { admin: *admin, config: config(), event_authority: EVENT_AUTHORITY, program: ID };
    instruction(ID, &accounts, &data::ConfigChangeQueue { args })
}

/// Applies the queued parameters.
pub fn config_change_apply() -> Instruction {
    let accounts = accounts::ConfigChangeApply { config: config(), event_authority: EVENT_AUTHORITY, program: ID };
    instruction(ID, &accounts, &data::ConfigChangeApply {})
}

/// Allows a mint for fees and bonds, or sets its amounts. The admin signs.
pub fn bond_mint_allow(admin: &Pubkey, mint: &Pubkey, args: BondMintAllowArgs) -> Instruction {
    let accounts = accounts::BondMintAllow {
        admin: *admin,
        config: config(),
        mint: *mint,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::BondMintAllow { args })
}

/// Makes `authority` an operator with a bond from its associated account. It signs and pays.
pub fn operator_register(authority: &Pubkey, bond: &Token, args: OperatorRegisterArgs) -> Instruction {
    let operator = operator(authority, &bond.mint);
    let accounts = accounts::OperatorRegister {
        authority: *authority,
        config: config(),
        mint: bond.mint,
        operator,
        operator_tokens: operator_tokens(&operator),
        authority_tokens: bond.account_of(authority),
        token_program: bond.program,
        system_program: SYSTEM_PROGRAM,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::OperatorRegister { args })
}

/// Adds to the bond of the operator of `authority` from the depositor's associated account. The depositor signs.
pub fn bond_deposit(depositor: &Pubkey, authority: &Pubkey, bond: &Token, args: BondDepositArgs) -> Instruction {
    let operator = operator(authority, &bond.mint);
    let accounts = accounts::BondDeposit {
        depositor: *depositor,
        depositor_tokens: bond.account_of(depositor),
        operator,
        operator_tokens: operator_tokens(&operator),
        token_program: bond.program,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::BondDeposit { args })
}

/// Starts the cooldown of free bond. The operator's authority signs.
pub fn bond_withdraw_start(authority: &Pubkey, mint: &Pubkey, args: BondWithdrawStartArgs) -> Instruction {
    let accounts = accounts::BondWithdrawStart {
        authority: *authority,
        operator: operator(authority, mint),
        config: config(),
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::BondWithdrawStart { args })
}

/// Pays cooled bond to the authority's associated account. The authority signs.
pub fn bond_withdraw(authority: &Pubkey, bond: &Token) -> Instruction {
    let operator = operator(authority, &bond.mint);
    let accounts = accounts::BondWithdraw {
        authority: *authority,
        operator,
        operator_tokens: operator_tokens(&operator),
        destination: bond.account_of(authority),
        token_program: bond.program,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::BondWithdraw {})
}

/// Pays what an operator earned to the authority's associated account. The authority signs.
pub fn earnings_claim(authority: &Pubkey, quote: &Token) -> Instruction {
    let operator = operator(authority, &quote.mint);
    let accounts = accounts::EarningsClaim {
        authority: *authority,
        operator,
        operator_tokens: operator_tokens(&operator),
        destination: quote.account_of(authority),
        token_program: quote.program,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::EarningsClaim {})
}

/// Offers version `version_index` of a model for inference. Market and vault must be open on the same quote token. The
/// creator signs and pays.
pub fn service_open(
    creator: &Pubkey,
    model: &Pubkey,
    version_index: u32,
    quote: &Token,
    args: ServiceOpenArgs,
) -> Instruction {
    let (vault, service) = (vault::vault(model), service(model));
    let accounts = accounts::ServiceOpen {
        creator: *creator,
        model: *model,
        version: exchange::version(model, version_index),
        market: exchange::market(model),
        vault,
        pool: vault::pool(&vault, &quote.mint),
        config: config(),
        quote_mint: quote.mint,
        service,
        usage: usage(model),
        escrow: escrow(&service),
        token_program: quote.program,
        system_program: SYSTEM_PROGRAM,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::ServiceOpen { args })
}

/// Sets version and terms of new requests. The creator signs.
pub fn service_configure(
    creator: &Pubkey,
    model: &Pubkey,
    version_index: u32,
    args: ServiceConfigureArgs,
) -> Instruction {
    let accounts = accounts::ServiceConfigure {
        creator: *creator,
        service: service(model),
        model: *model,
        version: exchange::version(model, version_index),
        config: config(),
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::ServiceConfigure { args })
}

/// What a request shows besides its arguments for the model's terms to allow it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LicenceProof {
    /// Whether the licence that the model's creator granted the requester takes the place of the model's default terms.
    pub is_granted: bool,
    /// Whether the terms limit the rate of requests, so that the requester's counter must be passed.
    pub is_counted: bool,
}

impl LicenceProof {
    /// The model's default terms, without a rate.
    pub const DEFAULT_TERMS: Self = Self { is_granted: false, is_counted: false };

    /// What a request must name that was admitted.
    pub fn of(admission: &Admission) -> Self {
        Self { is_granted: admission.source == LicenceSource::Granted, is_counted: admission.is_counted() }
    }
}

/// Asks for an inference, paid from the requester's associated account. The requester signs. `args.bump` is filled in.
pub fn request_create(
    requester: &Pubkey,
    model: &Pubkey,
    quote: &Token,
    proof: LicenceProof,
    args: RequestCreateArgs,
) -> Instruction {
    let service = service(model);
    let (request, bump) = request(&service, requester, args.nonce);
    let accounts = accounts::RequestCreate {
        requester: *requester,
        requester_tokens: quote.account_of(requester),
        service,
        escrow: escrow(&service),
        request,
        model: *model,
        licence: proof.is_granted.then(|| exchange::licence(model, requester)),
        licence_use: proof.is_counted.then(|| licence_use(model, requester)),
        token_program: quote.program,
        system_program: SYSTEM_PROGRAM,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::RequestCreate { args: RequestCreateArgs { bump, ..args } })
}

/// Takes a request on. The authority of an operator in the service's quote mint signs.
pub fn request_claim(
    authority: &Pubkey,
    quote_mint: &Pubkey,
    service: &Pubkey,
    request: &Pubkey,
    args: RequestClaimArgs,
) -> Instruction {
    let accounts = accounts::RequestClaim {
        authority: *authority,
        operator: operator(authority, quote_mint),
        service: *service,
        request: *request,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::RequestClaim { args })
}

/// Takes a late claim away from the operator account that the request names. Nobody signs.
pub fn claim_expire(service: &Pubkey, request: &Pubkey, operator: &Pubkey, token_program: &Pubkey) -> Instruction {
    let accounts = accounts::ClaimExpire {
        request: *request,
        service: *service,
        operator: *operator,
        operator_tokens: operator_tokens(operator),
        escrow: escrow(service),
        token_program: *token_program,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::ClaimExpire {})
}

/// Answers a claimed request. The operator's authority signs.
pub fn result_post(authority: &Pubkey, quote_mint: &Pubkey, request: &Pubkey, args: ResultPostArgs) -> Instruction {
    let accounts = accounts::ResultPost {
        authority: *authority,
        operator: operator(authority, quote_mint),
        request: *request,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::ResultPost { args })
}

/// Makes a result final and pays the operator account that the request names. Nobody signs.
pub fn result_finalize(model: &Pubkey, request: &Pubkey, operator: &Pubkey, token_program: &Pubkey) -> Instruction {
    let service = service(model);
    let accounts = accounts::ResultFinalize {
        request: *request,
        service,
        usage: usage(model),
        operator: *operator,
        operator_tokens: operator_tokens(operator),
        escrow: escrow(&service),
        token_program: *token_program,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::ResultFinalize {})
}

/// Pays an unanswered request back to the requester's associated account. Nobody signs.
pub fn request_refund(service: &Pubkey, request: &Pubkey, requester: &Pubkey, quote: &Token) -> Instruction {
    let accounts = accounts::RequestRefund {
        request: *request,
        service: *service,
        escrow: escrow(service),
        requester_tokens: quote.account_of(requester),
        token_program: quote.program,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::RequestRefund {})
}

/// Closes a settled request; rent and anything due go to the requester, who signs.
pub fn request_close(requester: &Pubkey, service: &Pubkey, request: &Pubkey, quote: &Token) -> Instruction {
    let accounts = accounts::RequestClose {
        requester: *requester,
        request: *request,
        service: *service,
        escrow: escrow(service),
        requester_tokens: quote.account_of(requester),
        token_program: quote.program,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::RequestClose {})
}

/// Closes a usage epoch that is over. Nobody signs.
pub fn usage_roll(model: &Pubkey) -> Instruction {
    let accounts = accounts::UsageRoll { usage: usage(model), event_authority: EVENT_AUTHORITY, program: ID };
    instruction(ID, &accounts, &data::UsageRoll {})
}

/// Pays the stakers' share into the model's vault, and the shares of reserve, creator and contributors into its market.
/// Nobody signs.
pub fn fees_distribute(model: &Pubkey, quote: &Token) -> Instruction {
    let (service, vault, market) = (service(model), vault::vault(model), exchange::market(model));
    let pool = vault::pool(&vault, &quote.mint);
    let accounts = accounts::FeesDistribute {
        service,
        escrow: escrow(&service),
        vault,
        pool,
        pool_tokens: vault::pool_tokens(&pool),
        market,
        quote_vault: exchange::quote_vault(&market),
        token_program: quote.program,
        vault_event_authority: vault::EVENT_AUTHORITY,
        vault_program: modchains_vault::ID,
        exchange_event_authority: exchange::EVENT_AUTHORITY,
        exchange_program: modchains_exchange::ID,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::FeesDistribute {})
}

/// Pays the protocol's share of inference fees to the treasury's associated account. Nobody signs.
pub fn fees_claim(model: &Pubkey, quote: &Token, treasury: &Pubkey) -> Instruction {
    let service = service(model);
    let accounts = accounts::FeesClaim {
        service,
        config: config(),
        escrow: escrow(&service),
        destination: quote.account_of(treasury),
        token_program: quote.program,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::FeesClaim {})
}
