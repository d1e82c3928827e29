//! The three compiled programs in a Solana runtime, without a network.

use std::sync::OnceLock;

use anchor_lang::{
    Discriminator,
    prelude::Pubkey,
    solana_program::{program_option::COption, program_pack::Pack},
};
use anchor_spl::{
    token::spl_token::state::{Account as TokenState, AccountState, Mint as MintState},
    token_2022,
};
use litesvm::LiteSVM;
use modchains_sdk::program_error;
use solana_account::Account;
use solana_clock::Clock;
use solana_instruction::Instruction;
use solana_instruction_error::InstructionError;
use solana_keypair::Keypair;
use solana_signer::Signer;
use solana_transaction::Transaction;
use solana_transaction_error::TransactionError;

use crate::idl::Program;

/// Unix second at which every chain starts; any fixed time does.
pub const START_SECONDS: i64 = 1_800_000_000;
/// Lamports every funded account gets.
pub const FUNDS_LAMPORTS: u64 = 1_000_000_000_000;

/// What an accepted transaction did.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Compute units of the whole transaction.
    pub compute_units: u64,
    /// Program logs.
    pub logs: Vec<String>,
    /// Data of every inner instruction that one of our programs sent to itself: the events.
    pub events: Vec<Vec<u8>>,
}

/// Why a transaction was refused: the error's own name where the program gave one, else the runtime's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Name of the error.
    pub name: String,
    /// Program logs.
    pub logs: Vec<String>,
}

/// A Solana runtime with the three programs, a funded fee payer and a clock the test moves.
#[derive(Clone)]
pub struct Chain {
    /// The runtime.
    pub svm: LiteSVM,
}

/// A key that is the same in every run.
pub fn key(label: &str) -> Keypair {
    Keypair::new_from_array(modchains_program_kit::hash::sha256(&[b"modchains test key ", label.as_bytes()]))
}

/// The address of the fee payer, which every transaction needs.
fn payer() -> Pubkey {
    static PAYER: OnceLock<Pubkey> = OnceLock::new();
    *PAYER.get_or_init(|| key("payer").pubkey())
}

impl Chain {
    /// Starts a chain with the programs from `target/deploy`, upgradeable by `key("admin")`.
    pub fn new() -> Self {
        Self::with(Program::bytes)
    }

    /// Starts a chain with the programs' binaries from `binary`.
    pub fn with(binary: impl Fn(Program) -> Vec<u8>) -> Self {
        let mut svm = LiteSVM::new().with_sigverify(false).with_blockhash_check(false).with_transaction_history(0);
        for program in Program::ALL {
            svm.add_program(program.id(), &binary(program)).expect("the program loads");
            let address = program.data_address();
            let mut data = svm.get_account(&address).expect("an upgradeable program has data");
            data.data[12] = 1;
            data.data[13..45].copy_from_slice(key("admin").pubkey().as_ref());
            svm.set_account(address, data).expect("program data can be set");
        }
        let mut chain = Self { svm };
        chain.set_time(START_SECONDS);
        for label in ["payer", "admin"] {
            chain.fund(&key(label).pubkey());
        }
        chain
    }

    /// Gives `address` lamports.
    pub fn fund(&mut self, address: &Pubkey) {
        self.svm.airdrop(address, FUNDS_LAMPORTS).expect("the airdrop succeeds");
    }

    /// The chain's time, unix seconds.
    pub fn now(&self) -> i64 {
        self.svm.get_sysvar::<Clock>().unix_timestamp
    }

    /// Sets the chain's time.
    pub fn set_time(&mut self, unix_seconds: i64) {
        let mut clock = self.svm.get_sysvar::<Clock>();
        clock.unix_timestamp = unix_seconds;
        self.svm.set_sysvar(&clock);
    }

    /// Moves the chain's time forward.
    pub fn advance(&mut self, seconds: i64) {
        self.set_time(self.now() + seconds);
    }

    /// Sends one transaction, paid by a payer who takes no other part.
    pub fn send(&mut self, instructions: &[Instruction]) -> Result<Outcome, Refusal> {
        self.svm.expire_blockhash();
        let mut transaction = Transaction::new_with_payer(instructions, Some(&payer()));
        transaction.message.recent_blockhash = self.svm.latest_blockhash();
        match self.svm.send_transaction(transaction) {
            Ok(meta) => Ok(Outcome {
                compute_units: meta.compute_units_consumed,
                events: meta.inner_instructions.iter().flatten().map(|inner| inner.instruction.data.clone()).collect(),
                logs: meta.logs,
            }),
            Err(failed) => Err(Refusal { name: refusal_name(&failed.err, &failed.meta.logs), logs: failed.meta.logs }),
        }
    }

    /// Sends a transaction that the test relies on.
    #[track_caller]
    pub fn must(&mut self, instructions: &[Instruction]) -> Outcome {
        self.send(instructions)
            .unwrap_or_else(|refusal| panic!("refused: {}\n{}", refusal.name, refusal.logs.join("\n")))
    }

    /// The account at `address`, if any.
    pub fn raw(&self, address: &Pubkey) -> Option<Account> {
        self.svm.get_account(address).filter(|account| account.lamports > 0)
    }

    /// The state of type `T` at `address`.
    #[track_caller]
    pub fn state<T: Discriminator + bytemuck::AnyBitPattern>(&self, address: &Pubkey) -> T {
        let account = self.raw(address).expect("the account exists");
        assert_eq!(&account.data[..8], T::DISCRIMINATOR, "the account is of another type");
        bytemuck::pod_read_unaligned(&account.data[8..8 + size_of::<T>()])
    }

    /// Puts a mint of `token_program` at `address`.
    pub fn put_mint(&mut self, address: Pubkey, token_program: Pubkey, decimals: u8) {
        let state = MintState { decimals, is_initialized: true, ..MintState::default() };
        self.put_packed(address, token_program, state);
    }

    /// Puts a token account with `atoms` at `address`.
    pub fn put_tokens(&mut self, address: Pubkey, token_program: Pubkey, mint: Pubkey, owner: Pubkey, atoms: u64) {
        let state = TokenState {
            mint,
            owner,
            amount: atoms,
            state: AccountState::Initialized,
            delegate: COption::None,
            ..TokenState::default()
        };
        self.put_packed(address, token_program, state);
    }

    /// Atoms in the token account at `address`.
    #[track_caller]
    pub fn token_atoms(&self, address: &Pubkey) -> u64 {
        let account = self.raw(address).expect("the token account exists");
        u64::from_le_bytes(account.data[64..72].try_into().expect("a token account has an amount"))
    }

    fn put_packed<T: Pack>(&mut self, address: Pubkey, owner: Pubkey, state: T) {
        let mut data = vec![0; T::LEN];
        state.pack_into_slice(&mut data);
        let lamports = self.svm.minimum_balance_for_rent_exemption(T::LEN);
        let account = Account { lamports, data, owner, executable: false, rent_epoch: u64::MAX };
        self.svm.set_account(address, account).expect("the account can be set");
    }
}

impl Default for Chain {
    fn default() -> Self {
        Self::new()
    }
}

/// The address of Token-2022.
pub const TOKEN_2022: Pubkey = token_2022::ID;
/// The address of the token program.
pub const TOKEN: Pubkey = anchor_spl::token::ID;

/// Our programs' and Anchor's errors by name; anything else by the words of the runtime.
fn refusal_name(error: &TransactionError, logs: &[String]) -> String {
    let failed = logs.iter().find_map(|line| line.strip_prefix("Program ")?.split_once(" failed: "));
    let Some((program, words)) = failed else { return error.to_string() };
    let named = match (program.parse::<Pubkey>(), error) {
        (Ok(id), TransactionError::InstructionError(_, InstructionError::Custom(code)))
            if Program::ALL.iter().any(|program| program.id() == id) =>
        {
            program_error(&id, *code)
        }
        _ => None,
    };
    named.map_or_else(|| format!("{}: {words}", Program::label(program)), |error| error.name)
}
