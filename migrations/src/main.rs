//! `modchains-migrate`: brings a cluster to what this release expects.

// Output goes through `modchains_sdk::terminal`: a reader that has gone away ends no deployment with a panic.
#![warn(clippy::print_stdout, clippy::print_stderr)]

use std::{
    fmt::Display,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use clap::{Parser, Subcommand};
use indicatif::MultiProgress;
use modchains_migrations::{
    MigrateError, Result,
    authority::{self, ChangeCommand, ChangedSetting, MintCommand, RoleCommand},
    config::Config,
    context::{Context, ProgramKeys},
    metadata::{self, Kind, Publication, PublishReport},
    steps::{Step, StepReport},
};
use modchains_sdk::{
    Endpoint, Hash, Pubkey, SdkError,
    client::{Client, ClientOptions},
    clock, keys, terminal, without_secrets,
};
use serde_json::json;

/// Deploys the programs and creates their configurations, doing only what is missing.
#[derive(Debug, Parser)]
#[command(name = "modchains-migrate", version)]
struct Arguments {
    /// JSON-RPC endpoint of the cluster.
    #[arg(
        long,
        global = true,
        env = "MODCHAINS_RPC_URL",
        hide_env_values = true,
        default_value = "http://127.0.0.1:8899"
    )]
    url: Endpoint,
    /// Refuses any cluster but the one with this genesis hash.
    #[arg(long, global = true, value_name = "HASH")]
    genesis_hash: Option<Hash>,
    /// Key that pays and becomes upgrade authority and admin.
    #[arg(long, global = true, value_name = "FILE", env = "MODCHAINS_KEYPAIR", default_value = "keypair.json")]
    keypair: PathBuf,
    /// Folder with the compiled programs.
    #[arg(long, global = true, value_name = "FOLDER", default_value = "target/deploy")]
    program_dir: PathBuf,
    /// Folder with the programs' keys, `modchains_<name>-keypair.json`. Local networks need none.
    #[arg(long, global = true, value_name = "FOLDER")]
    program_keypairs: Option<PathBuf>,
    /// Parameters of the configurations, in TOML; defaults for what it does not say.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Pays a priority fee of at most this for each compute unit, in micro-lamports.
    #[arg(long, global = true, value_name = "MICRO_LAMPORTS")]
    compute_price_max: Option<u64>,
    /// Only this step.
    #[arg(long, global = true, value_name = "NUMBER")]
    only: Option<u32>,
    /// Prints one JSON object instead of text.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Shows which steps have been done; changes nothing.
    Status,
    /// Prints the configuration with every value, defaults included.
    Config,
    /// What wallets, explorers and tools read about the programs.
    #[command(subcommand)]
    Metadata(MetadataCommand),
    /// Change the parameters of a configuration after its timelock, or see what is queued.
    #[command(subcommand)]
    Change(ChangeCommand),
    /// Show who holds the roles of the configurations, or hand one over in two steps.
    #[command(subcommand)]
    Role(RoleCommand),
    /// Take a mint off the lists of quote mints.
    #[command(subcommand)]
    Mint(MintCommand),
}

#[derive(Debug, Subcommand)]
enum MetadataCommand {
    /// Publishes the programs' IDLs and security contacts through the Program Metadata program, where they differ.
    Publish {
        /// Only says what would be done.
        #[arg(long)]
        dry_run: bool,
        /// Only this part.
        #[arg(long, value_enum)]
        kind: Option<Kind>,
        /// Folder with the IDLs.
        #[arg(long, value_name = "FOLDER", default_value = "sdk/idl")]
        idl_dir: PathBuf,
    },
}

/// What a command that was misused exits with.
const MISUSE: u8 = 2;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(misuse) if misuse.use_stderr() => {
            // What is wrong may be a URL with a key in it.
            terminal::print_error(terminal::escaped_lines(&without_secrets(misuse.render().to_string().trim_end())));
            return ExitCode::from(MISUSE);
        }
        Err(help) => {
            // A reader that has gone away leaves nobody to tell.
            let _ = help.print();
            return ExitCode::SUCCESS;
        }
    };
    match run(&arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            if arguments.json {
                let report = json!({ "error": { "label": error.label(), "message": error.to_string() } });
                // Nothing can be done about output that cannot be written: the exit code says that it failed.
                let _ = terminal::print(terminal::escaped_json(&report, false));
            } else {
                terminal::print_error(terminal::escaped(&format!("modchains-migrate: {error}")));
            }
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<()> {
    let config = arguments.config.as_deref().map_or_else(|| Ok(Config::default()), Config::load)?;
    if matches!(arguments.command, Some(Command::Config)) {
        return print_config(&config, arguments.config.as_deref());
    }
    if let Some(Command::Metadata(MetadataCommand::Publish { dry_run, kind, idl_dir })) = &arguments.command {
        let kinds = kind.map_or_else(|| Kind::ALL.to_vec(), |kind| vec![kind]);
        let publication = Publication { kinds, idl_folder: idl_dir.clone(), dry_run: *dry_run };
        let reports = metadata::publish(&connect(arguments, config).await?, &publication).await?;
        return print_published(&reports, *dry_run, arguments.json);
    }
    match &arguments.command {
        Some(Command::Role(command)) => {
            return run_role(&connect(arguments, config).await?, command, arguments.json).await;
        }
        Some(Command::Change(command)) => {
            let has_file = arguments.config.is_some();
            return run_change(&connect(arguments, config).await?, command, has_file, arguments.json).await;
        }
        Some(Command::Mint(MintCommand::Delist { mint })) => {
            return delist(&connect(arguments, config).await?, mint, arguments.json).await;
        }
        _ => {}
    }
    let steps = match arguments.only {
        Some(number) => vec![Step::by_number(number)?],
        None => Step::ALL.to_vec(),
    };
    let context = connect(arguments, config).await?;
    let mut reports = Vec::new();
    for step in steps {
        let report = match arguments.command {
            Some(Command::Status) => step.status(&context).await,
            _ => step.run(&context).await,
        };
        let report = match report {
            // Later steps look at accounts that earlier ones create.
            Err(MigrateError::Sdk(SdkError::AccountMissing { .. }))
                if matches!(arguments.command, Some(Command::Status)) =>
            {
                break;
            }
            other => other?,
        };
        if !arguments.json {
            print_report(&report)?;
        }
        reports.push(report);
    }
    if arguments.json {
        print(json!({ "steps": reports }))?;
    }
    Ok(())
}

async fn run_role(context: &Context, command: &RoleCommand, as_json: bool) -> Result<()> {
    let sent = match command.instruction(&context.authority_address()) {
        Some(instruction) => Some(context.send(&[instruction], &[]).await?.signature.to_string()),
        None => None,
    };
    let holders = authority::holders(context).await?;
    if as_json {
        return print(json!({ "signature": sent, "roles": holders }));
    }
    if let Some(signature) = sent {
        print(format_args!("done in transaction {signature}"))?;
    }
    for holder in holders {
        let offer = holder.offered_to.map_or_else(String::new, |to| format!(", offered to {to}"));
        print(format_args!("{} {}: {}{offer}", holder.program, holder.role, holder.holder))?;
    }
    Ok(())
}

async fn run_change(context: &Context, command: &ChangeCommand, has_file: bool, as_json: bool) -> Result<()> {
    let sent = match command.instruction(context, has_file).await? {
        Some(instruction) => Some(context.send(&[instruction], &[]).await?.signature.to_string()),
        None => None,
    };
    let reports = authority::reports(context, has_file).await?;
    if as_json {
        return print(json!({ "signature": sent, "configurations": reports }));
    }
    if let Some(signature) = sent {
        print(format_args!("done in transaction {signature}"))?;
    }
    let now_seconds = context.client.now_seconds().await?;
    for report in &reports {
        let program = report.program;
        match report.queued_at_seconds {
            None => print(format_args!("{program}: nothing is queued"))?,
            Some(at_seconds) if at_seconds > now_seconds => {
                let distance = clock::distance(at_seconds.saturating_sub(now_seconds));
                let from = clock::local(at_seconds);
                print(format_args!("{program}: queued, can be applied {distance}, from {from}"))?;
            }
            Some(at_seconds) => {
                print(format_args!("{program}: queued, can be applied since {}", clock::local(at_seconds)))?;
            }
        }
        if report.queued_at_seconds.is_some() && report.queued.is_empty() {
            print("     what is queued is what is in force")?;
        }
        print_settings("queued", &report.queued)?;
        print_settings("in the file", &report.in_file)?;
    }
    Ok(())
}

fn print_settings(place: &str, settings: &[ChangedSetting]) -> Result<()> {
    for ChangedSetting { setting, in_force, would_be } in settings {
        print(format_args!("     {setting} is {in_force} in force, {would_be} {place}"))?;
    }
    Ok(())
}

async fn delist(context: &Context, mint: &Pubkey, as_json: bool) -> Result<()> {
    let (lists, receipt) = authority::delist(context, mint).await?;
    let signature = receipt.map(|receipt| receipt.signature.to_string());
    if as_json {
        return print(json!({ "mint": mint.to_string(), "lists": lists, "signature": signature }));
    }
    match signature {
        Some(signature) => print(format_args!("{mint} taken off {lists} lists in transaction {signature}")),
        None => print(format_args!("{mint} is on no list")),
    }
}

async fn connect(arguments: &Arguments, config: Config) -> Result<Context> {
    let authority = keys::load(&arguments.keypair)?;
    let options = ClientOptions { genesis_hash: arguments.genesis_hash, ..ClientOptions::default() };
    let client = Client::connect_with(arguments.url.secret_url(), &options).await?;
    Ok(Context {
        client: Arc::new(client),
        authority,
        program_folder: arguments.program_dir.clone(),
        program_keys: arguments.program_keypairs.clone().map_or(ProgramKeys::Public, ProgramKeys::Folder),
        config,
        compute_price_max: arguments.compute_price_max,
        progress: MultiProgress::new(),
    })
}

fn print_config(config: &Config, path: Option<&Path>) -> Result<()> {
    let path = path.unwrap_or(Path::new("(defaults)")).to_owned();
    let text =
        toml::to_string(config).map_err(|error| MigrateError::ConfigInvalid { path, reason: error.to_string() })?;
    print(text.trim_end())
}

/// Writes a line of the result.
fn print(line: impl Display) -> Result<()> {
    terminal::print(line).map_err(MigrateError::NotPrinted)
}

fn print_published(reports: &[PublishReport], dry_run: bool, as_json: bool) -> Result<()> {
    if as_json {
        return print(json!({ "dry_run": dry_run, "metadata": reports }));
    }
    for report in reports {
        let PublishReport { program, address, act, text_bytes, data_bytes, transactions, .. } = report;
        let (would, kind) = (if dry_run && *transactions > 0 { "would be " } else { "" }, report.kind.seed());
        print(format_args!(
            "{program} {kind}: {would}{act} at {address} ({text_bytes} bytes, {data_bytes} compressed)"
        ))?;
        if dry_run && *transactions > 0 {
            let lamports_max = report.lamports_max;
            print(format_args!(
                "     at most {transactions} transactions and {lamports_max} lamports, most of them rent"
            ))?;
        }
    }
    Ok(())
}

fn print_report(report: &StepReport) -> Result<()> {
    let state = match (report.outcome.done, report.outcome.changed) {
        (true, true) => "done",
        (true, false) => "nothing to do",
        (false, _) => "to do",
    };
    print(format_args!("{:04} {}: {state} ({:.1} s)", report.number, report.name, report.seconds))?;
    for note in &report.outcome.notes {
        print(format_args!("     {note}"))?;
    }
    for difference in &report.outcome.differences {
        print(format_args!(
            "     {} is {} on chain, {} in the configuration; left as it is",
            difference.setting, difference.on_chain, difference.in_file
        ))?;
    }
    Ok(())
}
