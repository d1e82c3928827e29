//! Bond and earnings of an operator. Answering requests is the work of the operator service.

use clap::{Args, Subcommand};
use modchains_sdk::{
    Pubkey, address,
    decode::Fetched,
    instruction::oracle::{
        bond_deposit, bond_withdraw, bond_withdraw_start, earnings_claim, operator_close, operator_register,
    },
    oracle::{
        instructions::{BondDepositArgs, BondWithdrawStartArgs, OperatorRegisterArgs},
        state::Operator,
    },
};

use crate::{
    amount::{Amount, Decimal},
    argument::{ModelArg, parse_seconds},
    connection::{Connection, TokenView, positive_atoms},
    error::{CliError, Result},
    output::Report,
};

/// Manage an operator's bond and earnings at the service of a model.
#[derive(Debug, Subcommand)]
pub enum OperatorCommand {
    /// Become an operator of a model's service, with a bond.
    Register(RegisterArgs),
    /// Show an operator's bond, work and earnings.
    Show(ShowArgs),
    /// Add to the bond.
    BondDeposit(DepositArgs),
    /// Take bond out: first start the cooldown of an amount, later finish it.
    BondWithdraw(WithdrawArgs),
    /// Show what an operator has earned, or pay it out.
    Earnings(EarningsArgs),
    /// Close the account of an operator with nothing left, and get its rent back.
    Close(CloseArgs),
}

impl OperatorCommand {
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        match self {
            Self::Register(args) => args.run(connection).await,
            Self::Show(args) => args.run(connection).await,
            Self::BondDeposit(args) => args.run(connection).await,
            Self::BondWithdraw(args) => args.run(connection).await,
            Self::Earnings(args) => args.run(connection).await,
            Self::Close(args) => args.run(connection).await,
        }
    }
}

/// Where an operator works, and what is paid there.
struct Workplace {
    model: Pubkey,
    service: Pubkey,
    quote: TokenView,
}

impl Workplace {
    async fn load(connection: &Connection, model: &ModelArg) -> Result<Self> {
        let model = model.address(connection).await?;
        let service = connection.client.service(&model).await?;
        let quote = connection.token(&service.value.quote_mint).await?;
        Ok(Self { model, service: service.address, quote })
    }

    async fn operator(&self, connection: &Connection, authority: &Pubkey) -> Result<Fetched<Operator>> {
        Ok(connection.client.operator(&self.model, authority).await?)
    }

    fn about(&self, authority: &Pubkey) -> Report {
        Report::new().text("model", self.model).text("authority", authority)
    }

    async fn show(&self, connection: &Connection, authority: &Pubkey) -> Result<Report> {
        let operator = self.operator(connection, authority).await?;
        let now_seconds = connection.client.now_seconds().await?;
        let state: &Operator = &operator.value;
        let amount = |report: Report, key, atoms| report.amount(key, self.quote.amount(atoms), &self.quote.symbol);
        let report = Report::new().text("operator", operator.address).text("authority", authority);
        let report = report.text("model", self.model).text("service", state.service);
        let report = amount(report, "bond", state.bond_atoms);
        let report = amount(report, "locked", state.locked_atoms);
        let report = amount(report, "free", state.free_bond_atoms().unwrap_or_default());
        let report = amount(report.number("cooldown_seconds", state.cooldown_seconds), "cooling", state.cooling_atoms);
        let cooling_until_seconds = if state.cooling_atoms == 0 { 0 } else { state.cooling_until_seconds };
        let report = report.time("withdrawable_from", cooling_until_seconds, now_seconds);
        Ok(amount(report, "earned", state.earned_atoms)
            .number("open_claims", state.open_claims)
            .number("open_results", state.open_results)
            .number("results_final", state.results_final))
    }
}

/// Arguments of `operator register`.
#[derive(Debug, Args)]
#[command(after_long_help = "Example:
  modchains operator register 5 MODEL --keypair operator.json")]
pub struct RegisterArgs {
    /// The first bond, at least what the service asks for one result.
    #[arg(value_name = "BOND")]
    amount: Decimal,
    #[command(flatten)]
    model: ModelArg,
    /// Longest time that bond may cool on its way out [default: what the protocol asks for now].
    #[arg(long, value_name = "TIME", value_parser = parse_seconds)]
    cooldown_max: Option<u32>,
}

impl RegisterArgs {
    async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let authority = signer.pubkey();
        let place = Workplace::load(connection, &self.model).await?;
        let bond = &place.quote;
        let bond_atoms = positive_atoms(&self.amount, bond)?;
        let payment = connection.pay(&authority, bond, bond_atoms).await?;
        let cooldown_max_seconds = match self.cooldown_max {
            Some(seconds) => seconds,
            None => connection.client.oracle_config().await?.value.params.cooldown_seconds,
        };
        let args = OperatorRegisterArgs { bond_atoms, cooldown_max_seconds };
        let register = operator_register(&authority, &place.service, &bond.token, args);
        let about = place.about(&authority).amount("bond", bond.amount(bond_atoms), &bond.symbol);
        let about = about.number("cooldown_at_most_seconds", cooldown_max_seconds);
        let instructions = payment.enclose([register]);
        let receipt = connection.ask_and_send("Registering the operator", &about, &instructions, signer).await?;
        Ok(place.show(connection, &authority).await?.receipt(&receipt))
    }
}

/// Arguments of `operator show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    #[command(flatten)]
    model: ModelArg,
    /// The operator's key [default: the key of --keypair].
    #[arg(long, value_name = "ADDRESS")]
    authority: Option<Pubkey>,
}

impl ShowArgs {
    async fn run(&self, connection: &Connection) -> Result<Report> {
        let authority = connection.address_or_own(self.authority)?;
        Workplace::load(connection, &self.model).await?.show(connection, &authority).await
    }
}

/// Arguments of `operator bond-deposit`.
#[derive(Debug, Args)]
pub struct DepositArgs {
    /// How much to add.
    #[arg(value_name = "AMOUNT")]
    amount: Decimal,
    #[command(flatten)]
    model: ModelArg,
}

impl DepositArgs {
    async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let authority = signer.pubkey();
        let place = Workplace::load(connection, &self.model).await?;
        place.operator(connection, &authority).await?;
        let bond = &place.quote;
        let bond_atoms = positive_atoms(&self.amount, bond)?;
        let payment = connection.pay(&authority, bond, bond_atoms).await?;
        let args = BondDepositArgs { bond_atoms };
        let deposit = bond_deposit(&authority, &place.service, &bond.token, args);
        let about = place.about(&authority).amount("added", bond.amount(bond_atoms), &bond.symbol);
        let receipt =
            connection.ask_and_send("Adding to the bond", &about, &payment.enclose([deposit]), signer).await?;
        Ok(place.show(connection, &authority).await?.receipt(&receipt))
    }
}

/// Arguments of `operator bond-withdraw`.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  modchains operator bond-withdraw MODEL --start 2   starts the cooldown of 2
  modchains operator bond-withdraw MODEL --finish    pays what has cooled, and unwraps SOL")]
pub struct WithdrawArgs {
    #[command(flatten)]
    model: ModelArg,
    /// How much free bond shall start to cool. The cooldown starts again for what is cooling already.
    #[arg(long, value_name = "AMOUNT", required_unless_present = "finish")]
    start: Option<Decimal>,
    /// Pay out what has cooled.
    #[arg(long, conflicts_with = "start")]
    finish: bool,
}

impl WithdrawArgs {
    async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let authority = signer.pubkey();
        let place = Workplace::load(connection, &self.model).await?;
        let (bond, operator) = (&place.quote, place.operator(connection, &authority).await?.value);
        let about = place.about(&authority);
        let (about, instructions) = match &self.start {
            Some(amount) => {
                let args = BondWithdrawStartArgs { bond_atoms: positive_atoms(amount, bond)? };
                let about = about.amount("starts_to_cool", bond.amount(args.bond_atoms), &bond.symbol);
                (about, vec![bond_withdraw_start(&authority, &place.service, args)])
            }
            None => {
                let around = connection.receive(&authority, &authority, bond);
                let about = about.amount("paid_out", bond.amount(operator.cooling_atoms), &bond.symbol);
                (about, around.enclose([bond_withdraw(&authority, &place.service, &bond.token)]))
            }
        };
        let receipt = connection.ask_and_send("Withdrawing bond", &about, &instructions, signer).await?;
        Ok(place.show(connection, &authority).await?.receipt(&receipt))
    }
}

/// Arguments of `operator earnings`.
#[derive(Debug, Args)]
pub struct EarningsArgs {
    #[command(flatten)]
    model: ModelArg,
    /// Pay the earnings out, and unwrap SOL.
    #[arg(long)]
    claim: bool,
}

impl EarningsArgs {
    async fn run(&self, connection: &Connection) -> Result<Report> {
        let authority = if self.claim { connection.signer()?.pubkey() } else { connection.address_or_own(None)? };
        let place = Workplace::load(connection, &self.model).await?;
        let (quote, operator) = (&place.quote, place.operator(connection, &authority).await?);
        let earned_atoms = operator.value.earned_atoms;
        let report = Report::new()
            .text("operator", operator.address)
            .amount("earned", quote.amount(earned_atoms), &quote.symbol)
            .number("results_final", operator.value.results_final);
        if !self.claim {
            return Ok(report);
        }
        if earned_atoms == 0 {
            return Err(CliError::unfit("nothing is earned yet", "wait until results are final"));
        }
        let claim = earnings_claim(&authority, &place.service, &quote.token);
        let instructions = connection.receive(&authority, &authority, quote).enclose([claim]);
        let receipt = connection.ask_and_send("Claiming", &report, &instructions, connection.signer()?).await?;
        Ok(report.flag("paid", true).receipt(&receipt))
    }
}

/// Arguments of `operator close`.
#[derive(Debug, Args)]
pub struct CloseArgs {
    #[command(flatten)]
    model: ModelArg,
}

impl CloseArgs {
    async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let authority = signer.pubkey();
        let model = self.model.address(connection).await?;
        let operator = connection.client.operator(&model, &authority).await?;
        let close = operator_close(&authority, &address::oracle::service(&model));
        let report = Report::new().text("operator", operator.address).text("model", model).amount(
            "rent",
            Amount::sol(operator.lamports),
            "SOL",
        );
        let receipt = connection.ask_and_send("Closing", &report, &[close], signer).await?;
        Ok(report.receipt(&receipt))
    }
}
