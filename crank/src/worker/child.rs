//! The child's side: lock in, load, answer.

use std::{
    ffi::OsStr,
    fs::File,
    io,
    os::{fd::AsFd, unix::ffi::OsStrExt},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

use modchains_sdk::{
    bundle::{Bundle, BundleError, BundleLimits, Manifest},
    terminal::print_error,
};
use nix::{
    poll::{PollFd, PollFlags, PollTimeout, poll},
    sys::{
        resource::{UsageWho, getrusage},
        time::TimeValLike,
    },
};

use super::{
    frame::{self, Frame, INPUT_HEADER, Kind, payload_cap},
    probe::probe,
    sandbox::{self, SandboxError, SandboxStatus},
    spec::Sandbox,
};
use crate::runtime::{self, ModelRuntime, RuntimeError};

/// Command line of the hidden `worker` subcommand; written by the parent, never by hand.
#[derive(Debug, clap::Args)]
pub struct ChildArguments {
    /// Folder of the bundle.
    #[arg(long)]
    bundle: PathBuf,
    /// Address the bundle must have, hex.
    #[arg(long)]
    manifest_sha256: String,
    /// Compute threads.
    #[arg(long)]
    threads: u16,
    /// What to do where the kernel lacks a part of the sandbox.
    #[arg(long)]
    sandbox: Sandbox,
    /// Most inputs in one batch.
    #[arg(long)]
    max_batch: u16,
    /// Private memory, in bytes.
    #[arg(long)]
    memory_bytes: u64,
    /// Processor time over the life of the process, in seconds.
    #[arg(long)]
    cpu_seconds: u64,
    /// Largest file of the bundle, in bytes.
    #[arg(long)]
    bundle_file_bytes: u64,
}

/// Why the child cannot serve.
#[derive(Debug, thiserror::Error)]
enum StartError {
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    #[error(transparent)]
    Runtime(#[from] RuntimeError),
    #[error("--manifest-sha256 is {0:?}, expected 64 hex digits")]
    Address(String),
    #[error("standard streams: {0}")]
    Streams(#[from] io::Error),
}

impl From<BundleError> for StartError {
    fn from(error: BundleError) -> Self {
        Self::Runtime(error.into())
    }
}

impl StartError {
    fn label(&self) -> &'static str {
        match self {
            Self::Sandbox(error) => error.label(),
            Self::Runtime(error) => error.label(),
            Self::Address(_) => "worker_arguments",
            Self::Streams(_) => "worker_streams",
        }
    }
}

/// Runs the child until its standard input ends. Must be called before the process starts any thread.
#[must_use]
pub fn run_child(arguments: &ChildArguments) -> ExitCode {
    let mut channel = match take_stdout() {
        Ok(channel) => channel,
        Err(error) => {
            print_error(error);
            return ExitCode::FAILURE;
        }
    };
    let served = match start(arguments) {
        Ok((child, status)) => child.serve(&mut channel, &status),
        Err(error) => frame::write(&mut channel, &Frame::failed(error.label(), &error.to_string())),
    };
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print_error(error);
            ExitCode::FAILURE
        }
    }
}

/// Keeps the parent's pipe for frames and points standard output at standard error: a module may print.
fn take_stdout() -> Result<File, StartError> {
    let channel = io::stdout().as_fd().try_clone_to_owned()?;
    nix::unistd::dup2_stdout(io::stderr()).map_err(io::Error::from)?;
    Ok(File::from(channel))
}

fn start(arguments: &ChildArguments) -> Result<(Child, SandboxStatus), StartError> {
    let mut address = [0; 32];
    hex::decode_to_slice(&arguments.manifest_sha256, &mut address)
        .map_err(|_| StartError::Address(arguments.manifest_sha256.clone()))?;
    let (memory, cpu) = (arguments.memory_bytes, arguments.cpu_seconds);
    let status = sandbox::lock_in(arguments.sandbox, &arguments.bundle, memory, cpu)?;
    std::thread::Builder::new().name("parent-watch".to_owned()).spawn(exit_with_parent)?;

    let limits = BundleLimits { file_bytes: arguments.bundle_file_bytes, ..BundleLimits::default() };
    let bundle = Bundle::open(&arguments.bundle, limits)?;
    bundle.require_address(&address)?;
    let model = runtime::load(&bundle, arguments.threads)?;
    let child = Child {
        dir: bundle.dir().to_path_buf(),
        manifest: bundle.manifest().clone(),
        model,
        max_batch: arguments.max_batch,
    };
    runtime::warm_up(child.model.as_ref(), &child.manifest, child.max_batch)?;
    Ok((child, status))
}

/// Ends the process when the parent is gone, even in the middle of a batch that would never end.
fn exit_with_parent() {
    let stdin = io::stdin();
    // No event is asked for, so the call returns when the other end of the pipe is closed.
    let mut closed = [PollFd::new(stdin.as_fd(), PollFlags::empty())];
    while poll(&mut closed, PollTimeout::NONE) != Ok(1) {}
    std::process::exit(0);
}

struct Child {
    dir: PathBuf,
    manifest: Manifest,
    model: Box<dyn ModelRuntime>,
    max_batch: u16,
}

impl Child {
    fn serve(&self, channel: &mut File, status: &SandboxStatus) -> Result<(), io::Error> {
        frame::write(channel, &Frame::new(Kind::Ready, serde_json::to_vec(status)?))?;
        let cap = payload_cap(self.max_batch, self.manifest.input.bytes_max() + INPUT_HEADER);
        let mut stdin = io::stdin().lock();
        while let Some(request) = frame::read(&mut stdin, cap)? {
            let answer = match request.kind {
                Kind::Infer => self.infer(&request.payload),
                Kind::Probe => {
                    let report = probe(&self.dir, Path::new(OsStr::from_bytes(&request.payload)));
                    Frame::new(Kind::Probed, serde_json::to_vec(&report)?)
                }
                other => Frame::failed("worker_protocol", &format!("{other:?} is not a request")),
            };
            frame::write(channel, &answer)?;
        }
        Ok(())
    }

    fn infer(&self, payload: &[u8]) -> Frame {
        let Some(inputs) = frame::split(payload) else {
            return Frame::failed("worker_protocol", "a batch ends inside an input");
        };
        let started = Instant::now();
        match self.model.infer_batch(&inputs) {
            Ok(results) => {
                let forward_nanos = u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX);
                let mut body = cpu_micros().to_le_bytes().to_vec();
                body.extend(forward_nanos.to_le_bytes());
                body.extend(results.concat());
                Frame::new(Kind::Results, body)
            }
            Err(error) => Frame::failed(error.label(), &error.to_string()),
        }
    }
}

/// Processor time of the process so far, in microseconds.
fn cpu_micros() -> u64 {
    let total = getrusage(UsageWho::RUSAGE_SELF)
        .map(|usage| usage.user_time().num_microseconds() + usage.system_time().num_microseconds());
    total.ok().and_then(|micros| u64::try_from(micros).ok()).unwrap_or(0)
}
