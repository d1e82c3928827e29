//! The parent's side of one worker process.

use std::{
    path::Path,
    process::Stdio,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, BufReader},
    process::{Child, ChildStderr, ChildStdin, ChildStdout, Command},
    time::timeout,
};

use super::{
    error::WorkerError,
    frame::{self, Frame, Kind, RESULTS_HEADER, payload_cap},
    probe::ProbeReport,
    sandbox::SandboxStatus,
    spec::{Sandbox, WorkerSpec},
};

/// How much of a child's standard error is kept for its obituary, in bytes.
const LAST_WORDS: usize = 2048;
/// How long a child may take to end after it was asked to, or to be collected after it was killed.
const END_TIMEOUT: Duration = Duration::from_secs(2);

/// One running worker process with its model loaded. It is killed when this is dropped.
pub struct Worker {
    spec: Arc<WorkerSpec>,
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    last_words: Arc<Mutex<Vec<u8>>>,
    status: SandboxStatus,
    cpu_micros: u64,
    last_forward: Duration,
    broken: bool,
}

impl Worker {
    /// Starts a child and waits until its model is loaded. Where the sandbox is required, the child must also fail at
    /// everything the sandbox forbids.
    ///
    /// # Errors
    /// When the child cannot start, refuses, takes too long, or is not confined.
    pub async fn spawn(spec: Arc<WorkerSpec>) -> Result<Self, WorkerError> {
        let failed = |reason: String| WorkerError::Spawn { program: spec.program.display().to_string(), reason };
        let mut command = Command::new(&spec.program);
        command.args(spec.command_line()).env_clear().current_dir("/").kill_on_drop(true);
        // A group of its own: Ctrl-C at a terminal is for the parent, which ends its workers in order.
        command.process_group(0);
        command.env("OMP_NUM_THREADS", spec.threads.to_string());
        // Without the loader's path a binary that relies on it would not even start.
        if let Some(path) = std::env::var_os("LD_LIBRARY_PATH") {
            command.env("LD_LIBRARY_PATH", path);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| failed(error.to_string()))?;
        let (Some(stdin), Some(stdout), Some(stderr)) = (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(failed("standard streams are missing".to_owned()));
        };
        let last_words = Arc::new(Mutex::new(Vec::new()));
        tokio::spawn(listen(stderr, Arc::clone(&last_words)));
        let mut worker = Self {
            child,
            stdin,
            stdout: BufReader::new(stdout),
            last_words,
            status: SandboxStatus { landlock: "none".to_owned(), seccomp: false },
            cpu_micros: 0,
            last_forward: Duration::ZERO,
            broken: false,
            spec,
        };
        worker.await_ready().await?;
        if worker.spec.sandbox == Sandbox::Required {
            let foreign_file = worker.spec.program.clone();
            worker.require_confined(&foreign_file).await?;
        }
        Ok(worker)
    }

    /// Computes the results of a batch, in order.
    ///
    /// # Errors
    /// An unfit input or too many of them cost nothing. After a timeout, a crash or a breach of the protocol the child
    /// is gone and [`Worker::is_alive`] is false.
    pub async fn infer_batch(&mut self, inputs: &[&[u8]]) -> Result<Vec<Vec<u8>>, WorkerError> {
        let manifest = self.spec.bundle.manifest();
        inputs.iter().try_for_each(|input| manifest.input.check(input))?;
        let (max_batch, output_bytes) = (self.spec.limits.max_batch, manifest.output.bytes());
        if inputs.len() > usize::from(max_batch) {
            return Err(WorkerError::BatchTooLarge { inputs: inputs.len(), max_batch });
        }
        if inputs.is_empty() {
            return Ok(Vec::new());
        }
        let request = Frame::new(Kind::Infer, frame::join(inputs));
        let limit = self.spec.limits.batch_timeout;
        let answer = self.ask(&request, Kind::Results, inputs.len(), limit).await?;
        match answer.payload.split_first_chunk::<RESULTS_HEADER>() {
            Some((header, results)) if results.len() == inputs.len() * output_bytes => {
                let (cpu, forward) = header.split_at(8);
                let number = |bytes: &[u8]| bytes.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
                self.cpu_micros = number(cpu);
                self.last_forward = Duration::from_nanos(number(forward));
                Ok(results.chunks(output_bytes).map(<[u8]>::to_vec).collect())
            }
            _ => {
                let (actual, expected) = (answer.payload.len(), RESULTS_HEADER + inputs.len() * output_bytes);
                let problem = format!("{actual} bytes of results, expected {expected}");
                Err(self.kill_for(WorkerError::Protocol(problem)).await)
            }
        }
    }

    /// Lets the child try what its sandbox forbids, and to read `foreign_file`.
    ///
    /// # Errors
    /// When the child does not answer.
    pub async fn probe(&mut self, foreign_file: &Path) -> Result<ProbeReport, WorkerError> {
        let request = Frame::new(Kind::Probe, foreign_file.as_os_str().as_encoded_bytes().to_vec());
        let answer = self.ask(&request, Kind::Probed, 0, self.spec.limits.batch_timeout).await?;
        match serde_json::from_slice(&answer.payload) {
            Ok(report) => Ok(report),
            Err(error) => Err(self.kill_for(WorkerError::Protocol(error.to_string())).await),
        }
    }

    /// Whether the child runs and can be asked.
    pub fn is_alive(&mut self) -> bool {
        !self.broken && matches!(self.child.try_wait(), Ok(None))
    }

    /// Whether the child has used half of its processor time and should be replaced while nobody waits.
    #[must_use]
    pub fn is_worn(&self) -> bool {
        self.cpu_micros / 500_000 >= self.spec.limits.cpu_seconds
    }

    /// How long the model itself took for the last batch, as the child measured it.
    #[must_use]
    pub fn last_forward(&self) -> Duration {
        self.last_forward
    }

    /// Process id, while the child runs.
    #[must_use]
    pub fn process_id(&self) -> Option<u32> {
        self.child.id()
    }

    /// What holds the child.
    #[must_use]
    pub fn sandbox(&self) -> &SandboxStatus {
        &self.status
    }

    /// Asks the child to end, and kills it if it does not.
    pub async fn stop(self) {
        let Self { mut child, stdin, .. } = self;
        drop(stdin);
        if timeout(END_TIMEOUT, child.wait()).await.is_err() {
            // It may end by itself in between: then there is nothing to kill.
            child.kill().await.ok();
        }
    }

    async fn await_ready(&mut self) -> Result<(), WorkerError> {
        let limit = self.spec.limits.start_timeout;
        let ready = self.receive(Kind::Ready, 0, limit).await.map_err(|error| match error {
            WorkerError::Model { label, message } => WorkerError::Refused { label, message },
            WorkerError::TimedOut { limit_ms, .. } => WorkerError::StartTimedOut { limit_ms },
            other => other,
        })?;
        match serde_json::from_slice(&ready.payload) {
            Ok(status) => self.status = status,
            Err(error) => return Err(self.kill_for(WorkerError::Protocol(error.to_string())).await),
        }
        if self.status.landlock == "none" || !self.status.seccomp {
            tracing::warn!(sandbox = ?self.status, "worker runs without its whole sandbox");
        }
        Ok(())
    }

    async fn require_confined(&mut self, foreign_file: &Path) -> Result<(), WorkerError> {
        let holes = self.probe(foreign_file).await?.holes();
        if holes.is_empty() {
            return Ok(());
        }
        Err(self.kill_for(WorkerError::SandboxHole { allowed: holes.join(", ") }).await)
    }

    async fn ask(&mut self, request: &Frame, kind: Kind, inputs: usize, limit: Duration) -> Result<Frame, WorkerError> {
        let started = tokio::time::Instant::now();
        match timeout(limit, frame::write_async(&mut self.stdin, request)).await {
            Ok(Ok(())) => self.receive(kind, inputs, limit.saturating_sub(started.elapsed())).await,
            Ok(Err(_)) => Err(self.bury().await),
            Err(_) => Err(self.kill_for(timed_out(inputs, limit)).await),
        }
    }

    /// Waits for one frame of this kind; anything else ends the child, a reported failure excepted.
    async fn receive(&mut self, kind: Kind, inputs: usize, limit: Duration) -> Result<Frame, WorkerError> {
        let cap = payload_cap(self.spec.limits.max_batch, self.spec.bundle.manifest().output.bytes());
        match timeout(limit, frame::read_async(&mut self.stdout, cap)).await {
            Ok(Ok(answer)) if answer.kind == kind => Ok(answer),
            Ok(Ok(answer)) if answer.kind == Kind::Failed => {
                let (label, message) = answer.failure();
                Err(WorkerError::Model { label, message })
            }
            Ok(Ok(answer)) => {
                let problem = format!("{:?} instead of {kind:?}", answer.kind);
                Err(self.kill_for(WorkerError::Protocol(problem)).await)
            }
            Ok(Err(error)) if error.kind() == std::io::ErrorKind::UnexpectedEof => Err(self.bury().await),
            Ok(Err(error)) => Err(self.kill_for(WorkerError::Protocol(error.to_string())).await),
            Err(_) => Err(self.kill_for(timed_out(inputs, limit)).await),
        }
    }

    async fn kill_for(&mut self, error: WorkerError) -> WorkerError {
        self.broken = true;
        if let Err(failure) = self.child.kill().await {
            tracing::warn!(%failure, "worker could not be killed");
        }
        error
    }

    /// The error for a child that closed its pipe: how it ended, and its last words.
    async fn bury(&mut self) -> WorkerError {
        self.broken = true;
        let status = match timeout(END_TIMEOUT, self.child.wait()).await {
            Ok(Ok(status)) => status.to_string(),
            Ok(Err(error)) => error.to_string(),
            Err(_) => {
                // It closed its pipe but lives on.
                self.child.kill().await.ok();
                "closed its pipe and was killed".to_owned()
            }
        };
        let words = self.last_words.lock().unwrap_or_else(PoisonError::into_inner);
        WorkerError::Crashed { status, last_words: String::from_utf8_lossy(&words).trim().to_owned() }
    }
}

fn timed_out(inputs: usize, limit: Duration) -> WorkerError {
    WorkerError::TimedOut { inputs, limit_ms: u64::try_from(limit.as_millis()).unwrap_or(u64::MAX) }
}

/// Drains a child's standard error and keeps its end.
async fn listen(mut stderr: ChildStderr, last_words: Arc<Mutex<Vec<u8>>>) {
    let mut chunk = [0; 1024];
    while let Ok(read @ 1..) = stderr.read(&mut chunk).await {
        let mut words = last_words.lock().unwrap_or_else(PoisonError::into_inner);
        words.extend(&chunk[..read]);
        let excess = words.len().saturating_sub(LAST_WORDS);
        words.drain(..excess);
    }
}
