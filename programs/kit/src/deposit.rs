//! Paying tokens into a vault's pool or a market of another of our programs.

use anchor_lang::{prelude::*, solana_program::instruction::Instruction};

use crate::cpi;

/// First eight bytes of SHA-256 of `global:revenue_deposit`, an instruction of the vault program.
pub const REVENUE_DEPOSIT_DISCRIMINATOR: [u8; 8] = [78, 97, 121, 61, 33, 169, 118, 99];
/// First eight bytes of SHA-256 of `global:market_deposit`, an instruction of the exchange.
pub const MARKET_DEPOSIT_DISCRIMINATOR: [u8; 8] = [231, 55, 143, 187, 144, 8, 25, 94];

/// A deposit: who pays, and who receives.
pub struct Deposit<'a, 'info> {
    /// Owner of the tokens, an address of the calling program; signs.
    pub depositor: &'a AccountInfo<'info>,
    /// Where the tokens come from.
    pub depositor_tokens: &'a AccountInfo<'info>,
    /// Where they go.
    pub receiver: Receiver<'a, 'info>,
    /// The mint's token program.
    pub token_program: &'a AccountInfo<'info>,
    /// Event authority of the receiver's program.
    pub event_authority: &'a AccountInfo<'info>,
    /// The receiver's program.
    pub program: &'a AccountInfo<'info>,
}

/// Who receives a deposit, and how much.
#[derive(Clone, Copy)]
pub enum Receiver<'a, 'info> {
    /// The stakers of a vault: `revenue_deposit` of the vault program.
    Pool {
        /// The vault.
        vault: &'a AccountInfo<'info>,
        /// Its pool of this mint.
        pool: &'a AccountInfo<'info>,
        /// The pool's tokens.
        pool_tokens: &'a AccountInfo<'info>,
        /// Revenue that streams to the stakers.
        revenue_atoms: u64,
    },
    /// A market: `market_deposit` of the exchange.
    Market {
        /// The market.
        market: &'a AccountInfo<'info>,
        /// The market's quote tokens.
        quote_vault: &'a AccountInfo<'info>,
        /// Added to the curve's reserve.
        reserve_atoms: u64,
        /// Owed to creator and contributors from then on.
        creator_atoms: u64,
    },
}

impl Deposit<'_, '_> {
    /// Deposits, signed by the depositor's address with `signer_seeds`. The receiver's program must be `program_id`, so
    /// that nobody can put another in its place.
    pub fn invoke(&self, program_id: &Pubkey, signer_seeds: &[&[u8]]) -> Result<()> {
        let (instruction, accounts) = self.call(program_id);
        cpi::invoke(&instruction, &accounts, &[signer_seeds])
    }
}

impl<'info> Deposit<'_, 'info> {
    /// The instruction, its accounts in the order that the receiver's program declares.
    pub fn call(&self, program_id: &Pubkey) -> (Instruction, Vec<AccountInfo<'info>>) {
        let mut accounts = Accounts::default();
        accounts.push(self.depositor, false, true);
        accounts.push(self.depositor_tokens, true, false);
        let (discriminator, amounts) = match self.receiver {
            Receiver::Pool { vault, pool, pool_tokens, revenue_atoms } => {
                accounts.push(vault, false, false);
                accounts.push(pool, true, false);
                accounts.push(pool_tokens, true, false);
                (REVENUE_DEPOSIT_DISCRIMINATOR, [Some(revenue_atoms), None, None])
            }
            Receiver::Market { market, quote_vault, reserve_atoms, creator_atoms } => {
                accounts.push(market, true, false);
                accounts.push(quote_vault, true, false);
                // The last amount would go through the market's split of trade fees; these are split already.
                (MARKET_DEPOSIT_DISCRIMINATOR, [Some(reserve_atoms), Some(creator_atoms), Some(0)])
            }
        };
        for account in [self.token_program, self.event_authority, self.program] {
            accounts.push(account, false, false);
        }
        let mut data = discriminator.to_vec();
        for atoms in amounts.into_iter().flatten() {
            data.extend_from_slice(&atoms.to_le_bytes());
        }
        (Instruction { program_id: *program_id, accounts: accounts.metas, data }, accounts.infos)
    }
}

#[derive(Default)]
struct Accounts<'info> {
    metas: Vec<AccountMeta>,
    infos: Vec<AccountInfo<'info>>,
}

impl<'info> Accounts<'info> {
    fn push(&mut self, account: &AccountInfo<'info>, is_writable: bool, is_signer: bool) {
        self.metas.push(AccountMeta { pubkey: *account.key, is_signer, is_writable });
        self.infos.push(account.clone());
    }
}
