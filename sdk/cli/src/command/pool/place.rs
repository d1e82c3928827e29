use clap::Args;
use modchains_sdk::{
    Instruction, Pubkey, SdkError, address,
    decode::{Fetched, State},
    vault::state::RevenuePool,
};

use crate::{
    argument::ModelArg,
    connection::{Connection, TokenView},
    error::{CliError, Result},
    output::Report,
};

/// A pool that is not a vault's first.
#[derive(Debug, Args)]
#[command(
    after_long_help = "Every position earns from the vault's first pool, in what the market trades against. From another it earns once it has a
share of it, at most eight; `modchains stake` opens shares of pools in mints that the exchange allows by itself.
`modchains vault show` lists the pools, `modchains positions` those that you have a share of.

Examples:
  modchains pool open MODEL --mint MINT
  modchains pool subscribe MODEL --mint MINT"
)]
pub struct FurtherPool {
    #[command(flatten)]
    pub model: ModelArg,
    /// What the pool's revenue is in.
    #[arg(long, value_name = "MINT")]
    pub mint: Pubkey,
}

/// A pool of a vault, its first or another.
#[derive(Debug, Args)]
pub struct AnyPool {
    #[command(flatten)]
    pub model: ModelArg,
    /// What the pool's revenue is in [default: what the market trades against].
    #[arg(long, value_name = "MINT")]
    pub mint: Option<Pubkey>,
}

/// A pool with its model and its token.
pub struct Place {
    /// The model.
    pub model: Pubkey,
    /// The pool.
    pub pool: Fetched<RevenuePool>,
    /// What its revenue is in.
    pub revenue: TokenView,
}

impl Place {
    /// Reads the pool of a model's vault in a mint; its first when none is named.
    pub async fn load(connection: &Connection, model: &ModelArg, mint: Option<Pubkey>) -> Result<Self> {
        let model = model.address(connection).await?;
        let vault = connection.client.vault(&model).await?;
        let mint = mint.unwrap_or(vault.value.quote_mint);
        let pool = connection.client.pool(&model, &mint).await?;
        Ok(Self { model, pool, revenue: connection.token(&mint).await? })
    }

    /// What names it.
    pub fn report(&self) -> Report {
        Report::new()
            .text("model", self.model)
            .text("pool", self.pool.address)
            .text("revenue_mint", self.pool.value.revenue_mint)
    }

    /// Refuses unless `closer` paid the rent, which goes back there alone.
    pub fn require_paid_by(&self, closer: &Pubkey) -> Result<()> {
        let payer = self.pool.value.payer;
        if payer == *closer {
            return Ok(());
        }
        Err(CliError::unfit(format!("{payer} paid the rent, not {closer}"), "close it with the key that paid"))
    }

    /// `close`, which pays dust to `closer`, with a place for it where there is any.
    pub fn closing(&self, connection: &Connection, closer: &Pubkey, close: Instruction) -> Vec<Instruction> {
        match self.dust_atoms() {
            0 => vec![close],
            _ => connection.receive(closer, closer, &self.revenue).enclose([close]),
        }
    }

    /// What divisions left over in a pool that owes nobody anything, in atoms.
    pub fn dust_atoms(&self) -> u64 {
        self.pool.value.held_atoms().unwrap_or_default()
    }

    /// Lamports of the pool and its token account.
    pub async fn rent_lamports(&self, connection: &Connection) -> Result<u64> {
        let tokens_lamports = connection.client.lamports(&self.pool.value.tokens).await?;
        // Wrapped SOL lies in the account's lamports, and is no rent.
        let wrapped = if self.revenue.token.is_wrapped_sol() { self.dust_atoms() } else { 0 };
        Ok(self.pool.lamports.saturating_add(tokens_lamports).saturating_sub(wrapped))
    }
}

/// What lies in the token account of a vault or a pool beyond what that holds by its own account, in atoms. `what` names the
/// token account.
pub async fn unaccounted_atoms(
    connection: &Connection,
    tokens: &Pubkey,
    what: &'static str,
    held_atoms: Option<u64>,
) -> Result<u64> {
    let missing = SdkError::AccountMissing { what, address: *tokens };
    let atoms = connection.client.token_atoms(tokens).await?.ok_or(missing)?;
    // Nothing that the program wrote holds less than it accounts for.
    Ok(atoms.saturating_sub(held_atoms.unwrap_or(atoms)))
}

/// The address that a pool has or will have.
pub fn pool_address(model: &Pubkey, mint: &Pubkey) -> Pubkey {
    address::vault::pool(&address::vault::vault(model), mint)
}

/// How people call it.
pub const POOL: &str = RevenuePool::NAME;
