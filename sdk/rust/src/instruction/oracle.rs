//! Instructions of the oracle.

use modchains_core::licence::Admission;
use modchains_oracle::{
    ID, accounts, instruction as data,
    instructions::{RequestClaimArgs, RequestCreateArgs, ResultPostArgs, ServiceConfigureArgs, ServiceOpenArgs},
};
use solana_instruction::Instruction;

use super::{Payee, Token, instruction};
pub use super::{
    authority::oracle::*,
    operator::{bond_deposit, bond_withdraw, bond_withdraw_start, earnings_claim, operator_close, operator_register},
};
use crate::{
    Pubkey,
    address::{
        SYSTEM_PROGRAM, exchange,
        oracle::{EVENT_AUTHORITY, config, escrow, licence_use, operator, request, service, usage},
        vault,
    },
};

/// Offers version `version_index` of a model for inference, in the quote token of its market. The creator signs and pays.
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

/// Applies a service's queued split. Nobody signs.
pub fn service_split_apply(model: &Pubkey) -> Instruction {
    let accounts =
        accounts::ServiceSplitApply { service: service(model), event_authority: EVENT_AUTHORITY, program: ID };
    instruction(ID, &accounts, &data::ServiceSplitApply {})
}

/// Closes a service that nobody uses. The creator signs and gets what was sent to the escrow directly; the rent goes to `payer`,
/// who opened it.
pub fn service_close(creator: &Pubkey, model: &Pubkey, payer: &Pubkey, quote: &Token) -> Instruction {
    let service = service(model);
    let accounts = accounts::ServiceClose {
        creator: *creator,
        model: *model,
        payer: *payer,
        service,
        usage: usage(model),
        escrow: escrow(&service),
        creator_tokens: quote.account_of(creator),
        token_program: quote.program,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::ServiceClose {})
}

/// What a request shows besides its arguments and the place of the requester's licence.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LicenceProof {
    /// Whether the terms limit the rate of requests, so that the requester's counter must be passed.
    pub is_counted: bool,
}

impl LicenceProof {
    /// Under terms without a rate.
    pub const UNCOUNTED: Self = Self { is_counted: false };

    /// What a request must name that was admitted.
    pub fn of(admission: &Admission) -> Self {
        Self { is_counted: admission.is_counted() }
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
        licence: exchange::licence(model, requester),
        licence_use: proof.is_counted.then(|| licence_use(model, requester)),
        token_program: quote.program,
        system_program: SYSTEM_PROGRAM,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::RequestCreate { args: RequestCreateArgs { bump, ..args } })
}

/// Takes a request on. The authority of an operator of the service signs.
pub fn request_claim(authority: &Pubkey, service: &Pubkey, request: &Pubkey, args: RequestClaimArgs) -> Instruction {
    let accounts = accounts::RequestClaim {
        authority: *authority,
        operator: operator(service, authority),
        request: *request,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::RequestClaim { args })
}

/// Takes a late claim away from the operator account that the request names. Nobody signs.
pub fn claim_expire(service: &Pubkey, request: &Pubkey, operator: &Pubkey) -> Instruction {
    let accounts = accounts::ClaimExpire {
        request: *request,
        service: *service,
        operator: *operator,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::ClaimExpire {})
}

/// Answers a claimed request. The operator's authority signs.
pub fn result_post(authority: &Pubkey, service: &Pubkey, request: &Pubkey, args: ResultPostArgs) -> Instruction {
    let accounts = accounts::ResultPost {
        authority: *authority,
        operator: operator(service, authority),
        request: *request,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::ResultPost { args })
}

/// Makes a result of the operator account that the request names final. Nobody signs.
pub fn result_finalize(model: &Pubkey, request: &Pubkey, operator: &Pubkey) -> Instruction {
    let accounts = accounts::ResultFinalize {
        request: *request,
        service: service(model),
        usage: usage(model),
        operator: *operator,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::ResultFinalize {})
}

/// Pays an unanswered request back to the requester, the payee.
pub fn request_refund(service: &Pubkey, request: &Pubkey, requester: impl Into<Payee>, quote: &Token) -> Instruction {
    let payee = requester.into();
    let accounts = accounts::RequestRefund {
        requester: payee.owner(),
        request: *request,
        service: *service,
        escrow: escrow(service),
        requester_tokens: payee.account_for(quote),
        token_program: quote.program,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    payee.sign(instruction(ID, &accounts, &data::RequestRefund {}))
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

/// Closes the counter of a requester's requests to a model that no rate counts any more; the requester gets the rent and
/// signs.
pub fn licence_use_close(requester: &Pubkey, model: &Pubkey) -> Instruction {
    let accounts = accounts::LicenceUseClose {
        requester: *requester,
        licence_use: licence_use(model, requester),
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::LicenceUseClose {})
}

/// Closes a usage epoch that is over. Nobody signs.
pub fn usage_roll(model: &Pubkey) -> Instruction {
    let accounts = accounts::UsageRoll { usage: usage(model), event_authority: EVENT_AUTHORITY, program: ID };
    instruction(ID, &accounts, &data::UsageRoll {})
}

/// Pays the stakers' share into the model's vault. Nobody signs.
pub fn fees_distribute(model: &Pubkey, quote: &Token) -> Instruction {
    let (service, vault) = (service(model), vault::vault(model));
    let pool = vault::pool(&vault, &quote.mint);
    let accounts = accounts::FeesDistribute {
        service,
        escrow: escrow(&service),
        vault,
        pool,
        pool_tokens: vault::pool_tokens(&pool),
        token_program: quote.program,
        vault_event_authority: vault::EVENT_AUTHORITY,
        vault_program: modchains_vault::ID,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::FeesDistribute {})
}

/// Pays the shares of reserve, creator and contributors into the model's market. Nobody signs.
pub fn market_fees_distribute(model: &Pubkey, quote: &Token) -> Instruction {
    let (service, market) = (service(model), exchange::market(model));
    let accounts = accounts::MarketFeesDistribute {
        service,
        escrow: escrow(&service),
        market,
        quote_vault: exchange::quote_vault(&market),
        token_program: quote.program,
        exchange_event_authority: exchange::EVENT_AUTHORITY,
        exchange_program: modchains_exchange::ID,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::MarketFeesDistribute {})
}

/// Pays the protocol's share of inference fees to the treasury, the payee.
pub fn fees_claim(model: &Pubkey, quote: &Token, treasury: impl Into<Payee>) -> Instruction {
    let (service, payee) = (service(model), treasury.into());
    let accounts = accounts::FeesClaim {
        treasury: payee.owner(),
        service,
        config: config(),
        escrow: escrow(&service),
        destination: payee.account_for(quote),
        token_program: quote.program,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    payee.sign(instruction(ID, &accounts, &data::FeesClaim {}))
}
