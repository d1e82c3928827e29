//! Bond and earnings of an operator. Answering requests is the work of the operator service.

use clap::{Args, Subcommand};
use modchains_sdk::{
    Pubkey, address,
    instruction::oracle::{bond_deposit, bond_withdraw, bond_withdraw_start, earnings_claim, operator_register},
    oracle::{
        instructions::{BondDepositArgs, BondWithdrawStartArgs, OperatorRegisterArgs},
        state::Operator,
    },
};

use crate::{
    amount::Decimal,
    connection::{Connection, TokenView, positive_atoms},
    error::{CliError, Result},
    output::Report,
};

/// Manage an operator's bond and earnings.
#[derive(Debug, Subcommand)]
pub enum OperatorCommand {
    /// Become an operator, with a bond.
    Register(RegisterArgs),
    /// Show an operator's bond, work and earnings.
    Show(ShowArgs),
    /// Add to a bond. Anyone may pay.
    BondDeposit(DepositArgs),
    /// Take bond out: first start the cooldown of an amount, later finish it.
    BondWithdraw(WithdrawArgs),
    /// Show what an operator has earned, or pay it out.
    Earnings(EarningsArgs),
}

impl OperatorCommand {
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        match self {
            Self::Register(args) => args.run(connection).await,
            Self::Show(args) => args.run(connection).await,
            Self::BondDeposit(args) => args.run(connection).await,
            Self::BondWithdraw(args) => args.run(connection).await,
            Self::Earnings(args) => args.run(connection).await,
        }
    }
}

/// The mint of bond and fees.
#[derive(Debug, Clone, Args)]
struct MintArg {
    /// Mint of bond and fees. An operator has one account for each.
    #[arg(long, value_name = "MINT", default_value_t = address::WRAPPED_SOL_MINT)]
    mint: Pubkey,
}

/// Arguments of `operator register`.
#[derive(Debug, Args)]
#[command(after_long_help = "Example:
  modchains operator register 5 --keypair operator.json")]
pub struct RegisterArgs {
    /// The first bond, at least the mint's minimum.
    #[arg(value_name = "BOND")]
    amount: Decimal,
    #[command(flatten)]
    mint: MintArg,
}

impl RegisterArgs {
    async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let authority = signer.pubkey();
        let bond = connection.token(&self.mint.mint).await?;
        let bond_atoms = positive_atoms(&self.amount, &bond)?;
        let payment = connection.pay(&authority, &bond, bond_atoms).await?;
        let register = operator_register(&authority, &bond.token, OperatorRegisterArgs { bond_atoms });
        let about = Report::new().text("authority", authority).amount("bond", bond.amount(bond_atoms), &bond.symbol);
        let instructions = payment.enclose([register]);
        let receipt = connection.ask_and_send("Registering the operator", &about, &instructions, signer).await?;
        Ok(show(connection, &authority, &bond).await?.receipt(&receipt))
    }
}

/// Arguments of `operator show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The operator's key [default: the key of --keypair].
    authority: Option<Pubkey>,
    #[command(flatten)]
    mint: MintArg,
}

impl ShowArgs {
    async fn run(&self, connection: &Connection) -> Result<Report> {
        let authority = connection.address_or_own(self.authority)?;
        show(connection, &authority, &connection.token(&self.mint.mint).await?).await
    }
}

async fn show(connection: &Connection, authority: &Pubkey, bond: &TokenView) -> Result<Report> {
    let operator = connection.client.operator(authority, &bond.token.mint).await?;
    let now_seconds = connection.client.now_seconds().await?;
    let state: &Operator = &operator.value;
    let amount = |report: Report, key, atoms| report.amount(key, bond.amount(atoms), &bond.symbol);
    let report = Report::new().text("operator", operator.address).text("authority", authority);
    let report = amount(report.text("mint", state.mint), "bond", state.bond_atoms);
    let report = amount(report, "locked", state.locked_atoms);
    let report = amount(report, "free", state.free_bond_atoms().unwrap_or_default());
    let report = amount(report, "cooling", state.cooling_atoms);
    let cooling_until_seconds = if state.cooling_atoms == 0 { 0 } else { state.cooling_until_seconds };
    let report = report.time("withdrawable_from", cooling_until_seconds, now_seconds);
    Ok(amount(report, "earned", state.earned_atoms)
        .number("open_claims", state.open_claims)
        .number("open_results", state.open_results)
        .number("results_final", state.results_final))
}

/// Arguments of `operator bond-deposit`.
#[derive(Debug, Args)]
pub struct DepositArgs {
    /// How much to add.
    #[arg(value_name = "AMOUNT")]
    amount: Decimal,
    /// Whose bond [default: the key of --keypair].
    #[arg(long, value_name = "ADDRESS")]
    authority: Option<Pubkey>,
    #[command(flatten)]
    mint: MintArg,
}

impl DepositArgs {
    async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let authority = self.authority.unwrap_or_else(|| signer.pubkey());
        let bond = connection.token(&self.mint.mint).await?;
        connection.client.operator(&authority, &bond.token.mint).await?;
        let bond_atoms = positive_atoms(&self.amount, &bond)?;
        let payment = connection.pay(&signer.pubkey(), &bond, bond_atoms).await?;
        let deposit = bond_deposit(&signer.pubkey(), &authority, &bond.token, BondDepositArgs { bond_atoms });
        let about = Report::new().text("authority", authority).amount("added", bond.amount(bond_atoms), &bond.symbol);
        let receipt =
            connection.ask_and_send("Adding to the bond", &about, &payment.enclose([deposit]), signer).await?;
        Ok(show(connection, &authority, &bond).await?.receipt(&receipt))
    }
}

/// Arguments of `operator bond-withdraw`.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  modchains operator bond-withdraw 2          starts the cooldown of 2
  modchains operator bond-withdraw --finish   pays what has cooled, and unwraps SOL")]
pub struct WithdrawArgs {
    /// How much free bond shall start to cool. The cooldown starts again for what is cooling already.
    #[arg(value_name = "AMOUNT", required_unless_present = "finish")]
    amount: Option<Decimal>,
    /// Pay out what has cooled.
    #[arg(long, conflicts_with = "amount")]
    finish: bool,
    #[command(flatten)]
    mint: MintArg,
}

impl WithdrawArgs {
    async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let authority = signer.pubkey();
        let bond = connection.token(&self.mint.mint).await?;
        let operator = connection.client.operator(&authority, &bond.token.mint).await?.value;
        let about = Report::new().text("authority", authority);
        let (about, instructions) = match &self.amount {
            Some(amount) => {
                let args = BondWithdrawStartArgs { bond_atoms: positive_atoms(amount, &bond)? };
                let about = about.amount("starts_to_cool", bond.amount(args.bond_atoms), &bond.symbol);
                (about, vec![bond_withdraw_start(&authority, &bond.token.mint, args)])
            }
            None => {
                let around = connection.receive(&authority, &authority, &bond);
                let about = about.amount("paid_out", bond.amount(operator.cooling_atoms), &bond.symbol);
                (about, around.enclose([bond_withdraw(&authority, &bond.token)]))
            }
        };
        let receipt = connection.ask_and_send("Withdrawing bond", &about, &instructions, signer).await?;
        Ok(show(connection, &authority, &bond).await?.receipt(&receipt))
    }
}

/// Arguments of `operator earnings`.
#[derive(Debug, Args)]
pub struct EarningsArgs {
    /// Pay the earnings out, and unwrap SOL.
    #[arg(long)]
    claim: bool,
    #[command(flatten)]
    mint: MintArg,
}

impl EarningsArgs {
    async fn run(&self, connection: &Connection) -> Result<Report> {
        let authority = if self.claim { connection.signer()?.pubkey() } else { connection.address_or_own(None)? };
        let quote = connection.token(&self.mint.mint).await?;
        let operator = connection.client.operator(&authority, &quote.token.mint).await?;
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
        let claim = earnings_claim(&authority, &quote.token);
        let instructions = connection.receive(&authority, &authority, &quote).enclose([claim]);
        let receipt = connection.ask_and_send("Claiming", &report, &instructions, connection.signer()?).await?;
        Ok(report.flag("paid", true).receipt(&receipt))
    }
}
