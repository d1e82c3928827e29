//! Instructions of the oracle about operators and their bonds.

use modchains_oracle::{
    ID, accounts, instruction as data,
    instructions::{BondDepositArgs, BondWithdrawStartArgs, OperatorRegisterArgs},
};
use solana_instruction::Instruction;

use super::{Payee, Token, instruction};
use crate::{
    Pubkey,
    address::{
        SYSTEM_PROGRAM,
        oracle::{EVENT_AUTHORITY, config, escrow, operator},
    },
};

/// Makes `authority` an operator of a service with a bond from its associated account. It signs and pays.
pub fn operator_register(
    authority: &Pubkey,
    service: &Pubkey,
    bond: &Token,
    args: OperatorRegisterArgs,
) -> Instruction {
    let accounts = accounts::OperatorRegister {
        authority: *authority,
        config: config(),
        service: *service,
        operator: operator(service, authority),
        escrow: escrow(service),
        authority_tokens: bond.account_of(authority),
        token_program: bond.program,
        system_program: SYSTEM_PROGRAM,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::OperatorRegister { args })
}

/// Adds to an operator's bond from its authority's associated account. The authority signs.
pub fn bond_deposit(authority: &Pubkey, service: &Pubkey, bond: &Token, args: BondDepositArgs) -> Instruction {
    let accounts = accounts::BondDeposit {
        authority: *authority,
        authority_tokens: bond.account_of(authority),
        operator: operator(service, authority),
        service: *service,
        escrow: escrow(service),
        token_program: bond.program,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::BondDeposit { args })
}

/// Starts the cooldown of free bond. The operator's authority signs.
pub fn bond_withdraw_start(authority: &Pubkey, service: &Pubkey, args: BondWithdrawStartArgs) -> Instruction {
    let accounts = accounts::BondWithdrawStart {
        authority: *authority,
        operator: operator(service, authority),
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::BondWithdrawStart { args })
}

/// Pays cooled bond to the authority's associated account. The authority signs.
pub fn bond_withdraw(authority: &Pubkey, service: &Pubkey, bond: &Token) -> Instruction {
    let accounts = accounts::BondWithdraw {
        authority: *authority,
        operator: operator(service, authority),
        service: *service,
        escrow: escrow(service),
        destination: bond.account_of(authority),
        token_program: bond.program,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::BondWithdraw {})
}

/// Pays what the operator of an authority, the payee, earned at a service.
pub fn earnings_claim(authority: impl Into<Payee>, service: &Pubkey, quote: &Token) -> Instruction {
    let payee = authority.into();
    let accounts = accounts::EarningsClaim {
        authority: payee.owner(),
        operator: operator(service, &payee.owner()),
        service: *service,
        escrow: escrow(service),
        destination: payee.account_for(quote),
        token_program: quote.program,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    payee.sign(instruction(ID, &accounts, &data::EarningsClaim {}))
}

/// Closes an operator with nothing left; its authority gets the rent and signs.
pub fn operator_close(authority: &Pubkey, service: &Pubkey) -> Instruction {
    let accounts = accounts::OperatorClose {
        authority: *authority,
        operator: operator(service, authority),
        service: *service,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::OperatorClose {})
}
