//! Fees that trades and inferences have accrued, until somebody moves them on.

use clap::{Args, Subcommand, ValueEnum};
use modchains_sdk::{
    Instruction, Pubkey, address,
    decode::Fetched,
    exchange::state::FeeBeneficiary,
    instruction::{exchange, oracle, registry},
    oracle::state::Service,
    vault::state::RevenuePool,
};

use super::{market::Listing, model::owed_atoms};
use crate::{
    argument::ModelArg,
    connection::Connection,
    error::{CliError, Result},
    output::Report,
};

/// Show, distribute and claim accrued fees.
#[derive(Debug, Subcommand)]
pub enum FeesCommand {
    /// Show what trades and inferences have accrued for whom.
    Show(ShowArgs),
    /// Move the stakers' fees into the vault and the reserve's into the curve. Anyone may.
    Distribute(DistributeArgs),
    /// Pay the creator's or the protocol's fees to their owner. Anyone may.
    Claim(ClaimArgs),
}

impl FeesCommand {
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        match self {
            Self::Show(args) => Ok(Accrued::load(connection, &args.model.address(connection).await?).await?.report()),
            Self::Distribute(args) => args.run(connection).await,
            Self::Claim(args) => args.run(connection).await,
        }
    }
}

/// Arguments of `fees show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    #[command(flatten)]
    model: ModelArg,
}

/// What a model's market and its service, if there is one, owe.
struct Accrued {
    listing: Listing,
    service: Option<Service>,
}

impl Accrued {
    async fn load(connection: &Connection, model: &Pubkey) -> Result<Self> {
        let listing = Listing::load(connection, model).await?;
        let service: Option<Fetched<Service>> = connection.client.find_state(&address::oracle::service(model)).await?;
        Ok(Self { listing, service: service.map(|service| service.value) })
    }

    fn report(&self) -> Report {
        let quote = &self.listing.quote;
        let amount = |report: Report, key, atoms| report.amount(key, quote.amount(atoms), &quote.symbol);
        let market = &self.listing.market;
        let trades = amount(Report::new(), "stakers", market.vault_due_atoms);
        let trades = amount(trades, "creator", market.creator_due_atoms);
        let trades = amount(trades, "protocol", market.protocol_due_atoms);
        let report = Report::new().text("model", self.listing.model).group("trades", trades);
        let Some(service) = &self.service else { return report };
        let inferences = amount(Report::new(), "stakers", service.accrued_vault_atoms);
        let inferences = amount(inferences, "reserve", service.accrued_reserve_atoms);
        let inferences = amount(inferences, "creator", service.accrued_creator_atoms);
        report.group("inferences", amount(inferences, "protocol", service.accrued_protocol_atoms))
    }

    /// What moves on the fees of stakers and reserve, and the creator's of inferences to where it claims them, and how
    /// many atoms that is. The stakers' wait while there is no pool for them.
    fn distribution(&self, has_pool: bool) -> (Vec<Instruction>, u64) {
        let (model, quote) = (&self.listing.model, &self.listing.quote.token);
        let to_pool = |atoms: u64| if has_pool { atoms } else { 0 };
        let trade_atoms = to_pool(self.listing.market.vault_due_atoms);
        let stakers_atoms = to_pool(self.service.map_or(0, |service| service.accrued_vault_atoms));
        let market_atoms = self
            .service
            .map_or(0, |service| service.accrued_creator_atoms.saturating_add(service.accrued_reserve_atoms));
        let trades = (trade_atoms > 0).then(|| exchange::fees_distribute(model, quote));
        let to_stakers = (stakers_atoms > 0).then(|| oracle::fees_distribute(model, quote));
        let to_market = (market_atoms > 0).then(|| oracle::market_fees_distribute(model, quote));
        let atoms = trade_atoms.saturating_add(stakers_atoms).saturating_add(market_atoms);
        ([trades, to_stakers, to_market].into_iter().flatten().collect(), atoms)
    }

    /// What pays the protocol's fees of trades and of inferences to `treasuries`, and how many atoms that is.
    fn protocol_payment(&self, treasuries: [Pubkey; 2]) -> (Vec<Instruction>, u64) {
        let (model, quote) = (&self.listing.model, &self.listing.quote.token);
        let trade_atoms = self.listing.market.protocol_due_atoms;
        let usage_atoms = self.service.map_or(0, |service| service.accrued_protocol_atoms);
        let claim = || exchange::fees_claim(model, quote, &treasuries[0], FeeBeneficiary::Protocol);
        let trades = (trade_atoms > 0).then(claim);
        let usage = (usage_atoms > 0).then(|| oracle::fees_claim(model, quote, &treasuries[1]));
        (trades.into_iter().chain(usage).collect(), trade_atoms.saturating_add(usage_atoms))
    }

    /// What pays the creator, and how many atoms that is. The creator's part of inference fees lies with the service until
    /// it is moved to the market, which is done first.
    async fn creator_payment(&self, connection: &Connection, creator: &Pubkey) -> Result<(Vec<Instruction>, u64)> {
        let (model, quote) = (&self.listing.model, &self.listing.quote.token);
        let client = &connection.client;
        let usage_atoms = self.service.map_or(0, |service| service.accrued_creator_atoms);
        let due_atoms = self.listing.market.creator_due_atoms.saturating_add(usage_atoms);
        let distribution = (usage_atoms > 0).then(|| oracle::market_fees_distribute(model, quote));
        if client.model(model).await?.value.has_contributors == 0 {
            let claim = || exchange::fees_claim(model, quote, creator, FeeBeneficiary::Creator);
            let claim = (due_atoms > 0).then(claim);
            return Ok((distribution.into_iter().chain(claim).collect(), due_atoms));
        }
        let contributors = client.contributors(model).await?.value;
        let atoms = owed_atoms(&contributors, creator, true, due_atoms)?;
        let claim = (atoms > 0).then(|| registry::contributor_claim(model, quote, creator));
        Ok((distribution.into_iter().chain(claim).collect(), atoms))
    }
}

/// Arguments of `fees distribute`.
#[derive(Debug, Args)]
pub struct DistributeArgs {
    #[command(flatten)]
    model: ModelArg,
}

impl DistributeArgs {
    async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let accrued = Accrued::load(connection, &self.model.address(connection).await?).await?;
        let listing = &accrued.listing;
        let pool = address::vault::pool(&address::vault::vault(&listing.model), &listing.quote.token.mint);
        let has_pool = connection.client.find_state::<RevenuePool>(&pool).await?.is_some();
        let (instructions, atoms) = accrued.distribution(has_pool);
        require_something(&instructions)?;
        let report = Report::new().text("model", listing.model);
        let report = report.amount("distributed", listing.quote.amount(atoms), &listing.quote.symbol);
        let receipt = connection.ask_and_send("Distributing", &report, &instructions, signer).await?;
        Ok(report.receipt(&receipt))
    }
}

/// Whose fees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// The model's creator.
    Creator,
    /// The protocol's treasury.
    Protocol,
}

/// Arguments of `fees claim`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "The fees go to the owner, whoever sends this. When the owner sends it and they are in SOL, all
wrapped SOL of the owner is unwrapped in the same transaction. The creator's part of inference fees is moved to the
market first. Contributors claim with `modchains model contributors claim`.

Example:
  modchains fees claim MODEL --as creator"
)]
pub struct ClaimArgs {
    #[command(flatten)]
    model: ModelArg,
    /// Whose fees.
    #[arg(long = "as", value_enum)]
    role: Role,
}

impl ClaimArgs {
    async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let accrued = Accrued::load(connection, &self.model.address(connection).await?).await?;
        let listing = &accrued.listing;
        let client = &connection.client;
        let owners = match self.role {
            Role::Creator => [client.model(&listing.model).await?.value.creator; 2],
            Role::Protocol => {
                [client.exchange_config().await?.value.treasury, client.oracle_config().await?.value.treasury]
            }
        };
        let (payments, atoms) = match self.role {
            Role::Creator => accrued.creator_payment(connection, &owners[0]).await?,
            Role::Protocol => accrued.protocol_payment(owners),
        };
        require_something(&payments)?;
        let mut around = connection.receive(&signer.pubkey(), &owners[0], &listing.quote);
        if owners[1] != owners[0] {
            around = around.and(connection.receive(&signer.pubkey(), &owners[1], &listing.quote));
        }
        let report = Report::new().text("model", listing.model).text("owner", owners[0]);
        let report = report.amount("paid", listing.quote.amount(atoms), &listing.quote.symbol);
        let receipt = connection.ask_and_send("Claiming", &report, &around.enclose(payments), signer).await?;
        Ok(report.receipt(&receipt))
    }
}

fn require_something(instructions: &[Instruction]) -> Result<()> {
    if instructions.is_empty() {
        return Err(CliError::unfit("no fees have accrued", "wait for trades or final results"));
    }
    Ok(())
}
