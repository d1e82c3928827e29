//! The network itself: surfpool's runtime, its event queue and its clock.

use std::{
    net::{IpAddr, SocketAddr, TcpListener},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result, anyhow, bail};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};
use surfpool_core::{
    runloops::start_local_surfnet_runloop,
    surfnet::{
        locker::SurfnetSvmLocker,
        svm::{SurfnetSvm, SurfnetSvmConfig},
    },
};
use surfpool_types::{BlockProductionMode, RpcConfig, SimnetCommand, SimnetConfig, SimnetEvent, SurfpoolConfig};
use tokio::sync::Notify;

/// Longest wait for the servers to answer, and for them to close again.
const START_TIMEOUT: Duration = Duration::from_secs(60);
const STOP_TIMEOUT: Duration = Duration::from_secs(5);
/// How often the clock is set to wall time. The runtime itself adds one slot's length per block, which falls
/// behind by the time that making the block takes.
const CLOCK_PERIOD: Duration = Duration::from_millis(50);

/// Where the network listens and how fast it makes blocks.
#[derive(Debug, Clone)]
pub struct NetworkConfig {
    /// Loopback address of both servers.
    pub host: IpAddr,
    /// JSON-RPC port, 0 for a free one.
    pub rpc_port: u16,
    /// Websocket port, 0 for a free one.
    pub ws_port: u16,
    /// Time between blocks.
    pub slot: Duration,
}

/// A running network.
pub struct Network {
    rpc_url: String,
    ws_url: String,
    commands: Sender<SimnetCommand>,
    shutdowns: Receiver<()>,
    ended: Arc<Notify>,
    clock_runs: Arc<AtomicBool>,
}

impl Network {
    /// Starts the network and returns when both servers answer.
    pub fn start(config: &NetworkConfig) -> Result<Self> {
        let rpc_port = reserve_port(config.host, config.rpc_port, "--rpc-port")?;
        let ws_port = reserve_port(config.host, config.ws_port, "--ws-port")?;
        let surfpool = surfpool_config(config, rpc_port, ws_port)?;
        let simnet = surfpool.simnets.first().context("no network configured")?;
        let svm_config = SurfnetSvmConfig {
            surfnet_id: simnet.surfnet_id.clone(),
            slot_time: simnet.slot_time,
            instruction_profiling_enabled: false,
            max_profiles: simnet.max_profiles,
            log_bytes_limit: simnet.log_bytes_limit,
            ..SurfnetSvmConfig::default()
        };
        let (svm, events, geyser_events) =
            SurfnetSvm::new(svm_config).map_err(|error| anyhow!("cannot create the runtime: {error}"))?;
        let locker = SurfnetSvmLocker::new(svm);
        let (commands, command_queue) = unbounded();
        let ended = Arc::new(Notify::new());

        let (failures, failed) = unbounded();
        let runloop_ended = Arc::clone(&ended);
        let (runloop_locker, runloop_commands) = (locker.clone(), commands.clone());
        let runtime = tokio::runtime::Runtime::new().context("cannot start the network's threads")?;
        thread::Builder::new().name("network".into()).spawn(move || {
            let runloop =
                start_local_surfnet_runloop(runloop_locker, surfpool, runloop_commands, command_queue, geyser_events);
            if let Err(error) = runtime.block_on(runloop) {
                // The receiver is gone once the network is up; `ended` then tells.
                failures.send(error.to_string()).ok();
            }
            runloop_ended.notify_one();
        })?;

        wait_until_ready(&events, &failed)?;
        let shutdowns = drain_events(events)?;
        let clock_runs = Arc::new(AtomicBool::new(true));
        keep_wall_time(locker, Arc::clone(&clock_runs))?;
        Ok(Self {
            rpc_url: format!("http://{}", SocketAddr::new(config.host, rpc_port)),
            ws_url: format!("ws://{}", SocketAddr::new(config.host, ws_port)),
            commands,
            shutdowns,
            ended,
            clock_runs,
        })
    }

    /// URL of the JSON-RPC server.
    pub fn rpc_url(&self) -> &str {
        &self.rpc_url
    }

    /// URL of the websocket server.
    pub fn ws_url(&self) -> &str {
        &self.ws_url
    }

    /// Resolves when the network has ended without being asked to.
    pub async fn ended(&self) {
        self.ended.notified().await;
    }

    /// Closes both servers and waits until their ports are free.
    pub fn stop(self) -> Result<()> {
        self.clock_runs.store(false, Ordering::Relaxed);
        self.commands.send(SimnetCommand::Terminate(None)).context("the network has already ended")?;
        for server in 1..=2 {
            self.shutdowns
                .recv_timeout(STOP_TIMEOUT)
                .map_err(|_| anyhow!("server {server} of 2 did not close within {STOP_TIMEOUT:?}"))?;
        }
        Ok(())
    }
}

fn surfpool_config(config: &NetworkConfig, rpc_port: u16, ws_port: u16) -> Result<SurfpoolConfig> {
    Ok(SurfpoolConfig {
        simnets: vec![SimnetConfig {
            offline_mode: true,
            remote_rpc_url: None,
            slot_time: u64::try_from(config.slot.as_millis()).context("the slot is too long")?,
            block_production_mode: BlockProductionMode::Clock,
            airdrop_addresses: Vec::new(),
            instruction_profiling_enabled: false,
            ..SimnetConfig::default()
        }],
        rpc: RpcConfig { bind_host: config.host.to_string(), bind_port: rpc_port, ws_port, ..RpcConfig::default() },
        ..SurfpoolConfig::default()
    })
}

/// Checks that a port can be listened on, or picks a free one for 0.
fn reserve_port(host: IpAddr, port: u16, option: &str) -> Result<u16> {
    let listener = TcpListener::bind((host, port))
        .with_context(|| format!("cannot listen on {host} port {port} ({option}); is another network running?"))?;
    Ok(listener.local_addr()?.port())
}

fn wait_until_ready(events: &Receiver<SimnetEvent>, failed: &Receiver<String>) -> Result<()> {
    let deadline = std::time::Instant::now() + START_TIMEOUT;
    while std::time::Instant::now() < deadline {
        if let Ok(error) = failed.try_recv() {
            bail!("the network did not start: {error}");
        }
        match events.recv_timeout(Duration::from_millis(100)) {
            Ok(SimnetEvent::Ready(_)) => return Ok(()),
            Ok(SimnetEvent::Aborted(error)) => bail!("the network did not start: {error}"),
            Ok(_) | Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => bail!("the network ended while it started"),
        }
    }
    bail!("the network did not answer within {START_TIMEOUT:?}")
}

/// Empties the event queue for as long as the network lives: it is bounded, and RPC stalls once it is full.
/// Returns the shutdown notices that [`Network::stop`] waits for.
fn drain_events(events: Receiver<SimnetEvent>) -> Result<Receiver<()>> {
    let (notices, shutdowns) = unbounded();
    thread::Builder::new().name("events".into()).spawn(move || {
        for event in events {
            match event {
                SimnetEvent::Shutdown => drop(notices.send(())),
                SimnetEvent::ErrorLog(_, message) => eprintln!("network error: {message}"),
                _ => {}
            }
        }
    })?;
    Ok(shutdowns)
}

/// Sets the runtime's clock to wall time whenever it has fallen behind; it never goes back.
fn keep_wall_time(locker: SurfnetSvmLocker, runs: Arc<AtomicBool>) -> Result<()> {
    thread::Builder::new().name("clock".into()).spawn(move || {
        while runs.load(Ordering::Relaxed) {
            if let Some(now_ms) = wall_time_ms() {
                locker.with_svm_writer(move |svm| {
                    svm.updated_at = svm.updated_at.max(now_ms);
                    let slots = svm.latest_epoch_info.absolute_slot.saturating_sub(svm.genesis_slot);
                    let first_block_ms = svm.updated_at.saturating_sub(slots.saturating_mul(svm.slot_time));
                    svm.genesis_updated_at = svm.genesis_updated_at.max(first_block_ms);
                });
            }
            thread::sleep(CLOCK_PERIOD);
        }
    })?;
    Ok(())
}

/// Milliseconds since 1970; none for a system clock set before that.
fn wall_time_ms() -> Option<u64> {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    u64::try_from(elapsed.as_millis()).ok()
}
