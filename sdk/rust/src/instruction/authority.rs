//! What the upgrade authority, the admins and the treasuries do: configurations, roles, lists of mints, pauses.

/// Instructions of the exchange.
pub mod exchange {
    use modchains_exchange::{
        ID, accounts, instruction as data,
        instructions::ConfigInitializeArgs,
        state::{MarketParams, Role},
    };
    use solana_instruction::Instruction;

    use crate::{
        Pubkey,
        address::{
            SYSTEM_PROGRAM,
            exchange::{EVENT_AUTHORITY, config, market, pause_budget},
            program_data,
        },
        instruction::instruction,
    };

    /// Creates the configuration. The program's upgrade authority signs and pays.
    pub fn config_initialize(authority: &Pubkey, args: ConfigInitializeArgs) -> Instruction {
        let accounts = accounts::ConfigInitialize {
            authority: *authority,
            config: config(),
            program_data: program_data(&ID),
            system_program: SYSTEM_PROGRAM,
        };
        instruction(ID, &accounts, &data::ConfigInitialize { args })
    }

    /// Queues parameters for markets that open after the timelock. The admin signs.
    pub fn config_change_queue(admin: &Pubkey, params: MarketParams) -> Instruction {
        instruction(ID, &config_admin(admin), &data::ConfigChangeQueue { params })
    }

    /// Applies the queued parameters.
    pub fn config_change_apply() -> Instruction {
        let accounts = accounts::ConfigChangeApply { config: config(), event_authority: EVENT_AUTHORITY, program: ID };
        instruction(ID, &accounts, &data::ConfigChangeApply {})
    }

    /// Allows a quote mint. The admin signs.
    pub fn quote_mint_allow(admin: &Pubkey, mint: &Pubkey) -> Instruction {
        let accounts = accounts::QuoteMintAllow {
            admin: *admin,
            config: config(),
            mint: *mint,
            event_authority: EVENT_AUTHORITY,
            program: ID,
        };
        instruction(ID, &accounts, &data::QuoteMintAllow {})
    }

    /// Takes a quote mint off the list. The admin signs.
    pub fn quote_mint_delist(admin: &Pubkey, mint: &Pubkey) -> Instruction {
        instruction(ID, &config_admin(admin), &data::QuoteMintDelist { mint: *mint })
    }

    /// Offers a role of `holder`, who signs, to `to`.
    pub fn role_transfer_offer(holder: &Pubkey, role: Role, to: &Pubkey) -> Instruction {
        instruction(ID, &role_transfer(holder), &data::RoleTransferOffer { role, to: *to })
    }

    /// Accepts a role that was offered to `to`, who signs.
    pub fn role_transfer_accept(to: &Pubkey, role: Role) -> Instruction {
        instruction(ID, &role_transfer(to), &data::RoleTransferAccept { role })
    }

    /// Takes the offer of a role back. Its holder signs.
    pub fn role_transfer_cancel(holder: &Pubkey, role: Role) -> Instruction {
        instruction(ID, &role_transfer(holder), &data::RoleTransferCancel { role })
    }

    /// Pauses a market's buys and moves until `until_seconds`, or resumes them with 0. The admin signs, and pays the rent of
    /// the market's budget of pauses the first time.
    pub fn market_pause(admin: &Pubkey, model: &Pubkey, until_seconds: i64) -> Instruction {
        let market = market(model);
        let accounts = accounts::MarketPause {
            admin: *admin,
            config: config(),
            market,
            pause_budget: pause_budget(&market),
            system_program: SYSTEM_PROGRAM,
            event_authority: EVENT_AUTHORITY,
            program: ID,
        };
        instruction(ID, &accounts, &data::MarketPause { until_seconds })
    }

    /// Closes a market's budget of pauses when none counts any more. Nobody signs; the rent goes to `paid_by`, who paid it.
    pub fn pause_budget_close(model: &Pubkey, paid_by: &Pubkey) -> Instruction {
        let accounts = accounts::PauseBudgetClose {
            pause_budget: pause_budget(&market(model)),
            paid_by: *paid_by,
            event_authority: EVENT_AUTHORITY,
            program: ID,
        };
        instruction(ID, &accounts, &data::PauseBudgetClose {})
    }

    fn config_admin(admin: &Pubkey) -> accounts::ConfigAdmin {
        accounts::ConfigAdmin { admin: *admin, config: config(), event_authority: EVENT_AUTHORITY, program: ID }
    }

    fn role_transfer(signer: &Pubkey) -> accounts::RoleTransfer {
        accounts::RoleTransfer { signer: *signer, config: config(), event_authority: EVENT_AUTHORITY, program: ID }
    }
}

/// Instructions of the oracle.
pub mod oracle {
    use modchains_oracle::{
        ID, accounts, instruction as data,
        instructions::{BondMintAllowArgs, ConfigChangeQueueArgs, ConfigInitializeArgs},
        state::Role,
    };
    use solana_instruction::Instruction;

    use crate::{
        Pubkey,
        address::{
            SYSTEM_PROGRAM,
            oracle::{EVENT_AUTHORITY, config},
            program_data,
        },
        instruction::instruction,
    };

    /// Creates the configuration. The program's upgrade authority signs and pays.
    pub fn config_initialize(authority: &Pubkey, args: ConfigInitializeArgs) -> Instruction {
        let accounts = accounts::ConfigInitialize {
            authority: *authority,
            config: config(),
            program_data: program_data(&ID),
            system_program: SYSTEM_PROGRAM,
            event_authority: EVENT_AUTHORITY,
            program: ID,
        };
        instruction(ID, &accounts, &data::ConfigInitialize { args })
    }

    /// Queues parameters that services copy after the timelock. The admin signs.
    pub fn config_change_queue(admin: &Pubkey, args: ConfigChangeQueueArgs) -> Instruction {
        instruction(ID, &config_admin(admin), &data::ConfigChangeQueue { args })
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

    /// Takes a bond mint off the list. The admin signs.
    pub fn bond_mint_delist(admin: &Pubkey, mint: &Pubkey) -> Instruction {
        instruction(ID, &config_admin(admin), &data::BondMintDelist { mint: *mint })
    }

    /// Offers a role of `holder`, who signs, to `to`.
    pub fn role_transfer_offer(holder: &Pubkey, role: Role, to: &Pubkey) -> Instruction {
        instruction(ID, &role_transfer(holder), &data::RoleTransferOffer { role, to: *to })
    }

    /// Accepts a role that was offered to `to`, who signs.
    pub fn role_transfer_accept(to: &Pubkey, role: Role) -> Instruction {
        instruction(ID, &role_transfer(to), &data::RoleTransferAccept { role })
    }

    /// Takes the offer of a role back. Its holder signs.
    pub fn role_transfer_cancel(holder: &Pubkey, role: Role) -> Instruction {
        instruction(ID, &role_transfer(holder), &data::RoleTransferCancel { role })
    }

    fn config_admin(admin: &Pubkey) -> accounts::ConfigAdmin {
        accounts::ConfigAdmin { admin: *admin, config: config(), event_authority: EVENT_AUTHORITY, program: ID }
    }

    fn role_transfer(signer: &Pubkey) -> accounts::RoleTransfer {
        accounts::RoleTransfer { signer: *signer, config: config(), event_authority: EVENT_AUTHORITY, program: ID }
    }
}
