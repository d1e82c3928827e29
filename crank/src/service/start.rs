//! Everything that must hold before the first request is taken up.

use std::{sync::Arc, time::Duration};

use modchains_sdk::{
    Hash, Pubkey, SdkError, Signer, address,
    bundle::{Bundle, BundleLimits},
    client::{Client, ClientOptions},
    core::bond::required_bond,
    decode::Fetched,
    instruction::Token,
    keys::{self, Program},
    oracle::state::{Operator, Service},
};
use tokio::sync::watch;

use super::{
    context::{Bonds, Context, Known, Offer, Served, Sight, Statistics},
    error::ServiceError,
};
use crate::{
    chain::{Chain, Payer, Recent},
    config::{BundleSetting, Config},
    journal::Journal,
    worker::{WorkerPool, WorkerSpec},
};

/// Lamports that the key must hold: the fees of a few hundred transactions, and what keeps its account alive.
const LAMPORTS_MIN: u64 = 3_000_000;

/// Checks settings, key, cluster, programs, funds, services and bonds, then opens the journal and starts the workers.
/// Returns what the tasks share and the place where the latest blockhash is put.
///
/// # Errors
/// The first thing that does not hold.
pub async fn start(config: &Config) -> Result<(Context, watch::Sender<Recent>), ServiceError> {
    config.check()?;
    let authority = keys::load(&config.keypair)?;
    let client = connect(config).await?;
    require_programs(&client).await?;
    let lamports = require_funds(&client, &authority.pubkey()).await?;
    let mut bonded = Vec::with_capacity(config.bundles.len());
    for setting in &config.bundles {
        let prepared = prepare(config, setting, &client).await?;
        let bond = require_bond(&client, &authority.pubkey(), &prepared).await?;
        bonded.push((prepared, bond));
    }
    let journal = Journal::open(&config.journal).await?;
    let bonds = Bonds::default();
    let mut models = Vec::with_capacity(bonded.len());
    for (prepared, (operator, free_bond_atoms)) in bonded {
        bonds.update(operator, free_bond_atoms);
        models.push(serve(config, prepared, operator).await?);
    }
    let operators: Vec<Pubkey> = models.iter().map(|served| served.operator).collect();
    // Not every endpoint knows prices; without them no priority fee is paid.
    let price_max = config.chain.priority_fee_cap_microlamports;
    let price = client.compute_price(&operators, price_max).await.unwrap_or_default();
    let (sender, recent) = watch::channel(Recent::read(&client).await?);
    let statistics = Statistics::new().map_err(|error| ServiceError::System {
        what: "statistics",
        source: std::io::Error::other(error.to_string()),
    })?;
    let payer = Payer::new(authority, lamports, price);
    let websocket_url = config.websocket_url().unwrap_or_default();
    let chain = Arc::new(Chain::new(client, websocket_url, config.chain.clone(), payer, recent));
    let (known, sight) = (Known::default(), Sight::default());
    Ok((Context { chain, models, journal, bonds, known, sight, statistics }, sender))
}

/// What the chain says to a configuration before anything runs.
#[derive(Debug)]
pub struct Preflight {
    /// The cluster.
    pub genesis_hash: Hash,
    /// What the operator still has to do before the service starts, each with its remedy.
    pub missing: Vec<ServiceError>,
}

/// Checks a configuration against the chain: cluster, programs, and that each bundle is the version its service asks for.
/// What the operator's key lacks is listed.
///
/// # Errors
/// The first thing in the configuration that does not hold.
pub async fn preflight(config: &Config) -> Result<Preflight, ServiceError> {
    config.check()?;
    let authority = keys::load(&config.keypair)?.pubkey();
    let client = connect(config).await?;
    require_programs(&client).await?;
    let mut missing = Vec::new();
    missing.extend(lacking(require_funds(&client, &authority).await)?);
    for setting in &config.bundles {
        let prepared = prepare(config, setting, &client).await?;
        missing.extend(lacking(require_bond(&client, &authority, &prepared).await)?);
    }
    Ok(Preflight { genesis_hash: client.genesis_hash().await?, missing })
}

/// What the operator's key lacks; any other error is one.
fn lacking<T>(outcome: Result<T, ServiceError>) -> Result<Option<ServiceError>, ServiceError> {
    use ServiceError::{BondTooSmall, OperatorMissing, Sdk};
    match outcome {
        Ok(_) => Ok(None),
        Err(error @ (OperatorMissing { .. } | BondTooSmall { .. } | Sdk(SdkError::InsufficientFunds { .. }))) => {
            Ok(Some(error))
        }
        Err(error) => Err(error),
    }
}

async fn connect(config: &Config) -> Result<Client, ServiceError> {
    let chain = &config.chain;
    let genesis_hash = match &chain.genesis_hash {
        None => None,
        Some(text) => Some(
            text.parse::<Hash>()
                .map_err(|_| ServiceError::Address { setting: "chain.genesis_hash".to_owned(), text: text.clone() })?,
        ),
    };
    let options = ClientOptions {
        commitment: chain.commitment.config(),
        genesis_hash,
        timeout: Duration::from_millis(chain.rpc_timeout_ms),
        ..ClientOptions::default()
    };
    Ok(Client::connect_with(&config.rpc_url, &options).await?)
}

async fn require_programs(client: &Client) -> Result<(), ServiceError> {
    let addresses: Vec<Pubkey> = Program::ALL.iter().map(|program| program.id()).collect();
    let (_, accounts) = client.accounts(&addresses).await?;
    for (program, account) in Program::ALL.into_iter().zip(accounts) {
        if !account.is_some_and(|account| account.executable) {
            return Err(ServiceError::ProgramMissing { program: program.name(), address: program.id() });
        }
    }
    Ok(())
}

/// What the key holds, in lamports.
async fn require_funds(client: &Client, authority: &Pubkey) -> Result<u64, ServiceError> {
    let (address, has_lamports) = (*authority, client.lamports(authority).await?);
    if has_lamports < LAMPORTS_MIN {
        return Err(SdkError::InsufficientFunds { address, needed_lamports: LAMPORTS_MIN, has_lamports }.into());
    }
    Ok(has_lamports)
}

/// A model whose service fits its bundle.
struct Prepared {
    model: Pubkey,
    service: Fetched<Service>,
    quote: Token,
    bundle: Bundle,
}

async fn prepare(config: &Config, setting: &BundleSetting, client: &Client) -> Result<Prepared, ServiceError> {
    let model: Pubkey = setting
        .model
        .parse()
        .map_err(|_| ServiceError::Address { setting: "bundles.model".to_owned(), text: setting.model.clone() })?;
    let dir = setting.dir.canonicalize();
    let dir = dir.map_err(|source| ServiceError::System { what: "the bundle's folder", source })?;
    let limits = BundleLimits { file_bytes: config.worker.limits().bundle_file_bytes, ..BundleLimits::default() };
    let bundle = Bundle::open(&dir, limits)?;
    let service = client.service(&model).await?;
    require_service(&model, &bundle, &service.value)?;
    let quote = client.token_of(&service.value.quote_mint).await?;
    Ok(Prepared { model, service, quote, bundle })
}

/// This operator's account for a service, and how much of its bond is free, in atoms.
async fn require_bond(client: &Client, authority: &Pubkey, prepared: &Prepared) -> Result<(Pubkey, u64), ServiceError> {
    let (model, service) = (prepared.model, prepared.service.address);
    let address = address::oracle::operator(&service, authority);
    let operator = client.find_state::<Operator>(&address).await?;
    let needed_atoms = bond_of_one_result(&prepared.service.value);
    let Some(operator) = operator else {
        return Err(ServiceError::OperatorMissing { authority: *authority, model, needed_atoms });
    };
    let bond_atoms = operator.value.bond_atoms;
    // Bond that earlier results hold comes free by itself; only a bond that is too small for good is an error.
    if bond_atoms < needed_atoms {
        return Err(ServiceError::BondTooSmall { operator: address, service, bond_atoms, needed_atoms });
    }
    let free_bond_atoms = bond_atoms.saturating_sub(operator.value.locked_atoms);
    if free_bond_atoms < needed_atoms {
        tracing::warn!(operator = %address, free_bond_atoms, needed_atoms, "bond is held by earlier results");
    }
    Ok((address, free_bond_atoms))
}

/// What the program will ask for one result at the service's fee; its own refusal follows if that cannot be computed.
fn bond_of_one_result(service: &Service) -> u64 {
    let bond = required_bond(service.min_bond_atoms, service.bond_multiple_bps, service.fee_atoms, 0);
    bond.unwrap_or(u64::MAX).max(service.claim_bond_atoms)
}

fn require_service(model: &Pubkey, bundle: &Bundle, service: &Service) -> Result<(), ServiceError> {
    let offer = Offer::of(bundle);
    if service.manifest_sha256 != offer.manifest_sha256 {
        let (asked, loaded) = (hex::encode(service.manifest_sha256), hex::encode(offer.manifest_sha256));
        return Err(ServiceError::OtherVersion { model: *model, dir: bundle.dir().to_path_buf(), asked, loaded });
    }
    let unfit = |setting, allowed: u16, needed: u64| ServiceError::ServiceUnfit {
        model: *model,
        setting,
        allowed: allowed.into(),
        needed,
    };
    for (setting, allowed, needed) in [
        ("input bytes", service.input_bytes_max, offer.input.bytes_max()),
        ("output bytes", service.output_bytes_max, offer.output.bytes()),
    ] {
        if usize::from(allowed) < needed {
            return Err(unfit(setting, allowed, u64::try_from(needed).unwrap_or(u64::MAX)));
        }
    }
    if service.numeric_class != offer.numeric_class {
        return Err(unfit("numeric class", service.numeric_class.into(), offer.numeric_class.into()));
    }
    Ok(())
}

async fn serve(config: &Config, prepared: Prepared, operator: Pubkey) -> Result<Served, ServiceError> {
    let Prepared { model, service, quote, bundle } = prepared;
    let offer = Offer::of(&bundle);
    let mut spec =
        WorkerSpec::new(bundle).map_err(|source| ServiceError::System { what: "this binary's path", source })?;
    spec.threads = config.worker.threads;
    spec.sandbox = config.worker.sandbox;
    spec.limits = config.worker.limits();
    let pool = WorkerPool::start(spec, config.worker.processes.into(), config.worker.queue.into()).await?;
    Ok(Served { model, service: service.address, operator, quote, offer, pool })
}
