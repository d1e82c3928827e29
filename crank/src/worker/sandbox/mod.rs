//! Locking the worker process in. Called once, before any other thread exists and before the bundle is read.

mod denied;

use std::{collections::BTreeMap, path::Path};

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset, RulesetAttr,
    RulesetCreatedAttr, RulesetError, RulesetStatus, Scope,
};
use nix::{
    libc,
    sys::resource::{Resource, getrlimit, setrlimit},
};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
};
use serde::{Deserialize, Serialize};

use self::denied::{DENIED, DENIED_HERE};
use super::Sandbox;

/// Open files the process may have.
const DESCRIPTORS: u64 = 64;
/// What libtorch reads to choose its kernels; public facts about the machine.
const HARDWARE: [&str; 2] = ["/proc/cpuinfo", "/sys/devices/system/cpu"];

/// What holds the worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SandboxStatus {
    /// `full`, `partial` (an older kernel: files yes, sockets and signals by seccomp only) or `none`.
    pub landlock: String,
    /// Whether the system call filter is in place.
    pub seccomp: bool,
}

/// Why the process could not be locked in.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// Another thread already runs outside the sandbox.
    #[error("the worker has {0} threads before its sandbox; nothing may start threads before it")]
    Threads(usize),
    /// A resource limit was refused.
    #[error("limit {name} = {value} was refused: {source}; let the service lower its own limits")]
    Limit {
        /// Name of the limit.
        name: &'static str,
        /// Value asked for.
        value: u64,
        /// The system's reason.
        source: nix::Error,
    },
    /// Landlock is missing or refused the rules.
    #[error(
        "Landlock: {0}; it needs Linux 5.13 or newer with `landlock` among the active security modules, or set sandbox = \"best-effort\" and trust the model"
    )]
    Landlock(String),
    /// The filter was refused.
    #[error(
        "seccomp: {0}; the kernel must have CONFIG_SECCOMP_FILTER, or set sandbox = \"best-effort\" and trust the model"
    )]
    Seccomp(String),
}

impl SandboxError {
    /// Stable label for metrics.
    #[must_use]
    pub fn label(&self) -> &'static str {
        match self {
            Self::Threads(_) => "sandbox_threads",
            Self::Limit { .. } => "sandbox_limit",
            Self::Landlock(_) => "sandbox_landlock",
            Self::Seccomp(_) => "sandbox_seccomp",
        }
    }
}

/// Limits, then Landlock, then seccomp.
pub(super) fn lock_in(
    mode: Sandbox,
    bundle_dir: &Path,
    memory_bytes: u64,
    cpu_seconds: u64,
) -> Result<SandboxStatus, SandboxError> {
    require_single_thread()?;
    let limits = [
        ("RLIMIT_CORE", Resource::RLIMIT_CORE, 0),
        ("RLIMIT_FSIZE", Resource::RLIMIT_FSIZE, 0),
        ("RLIMIT_NOFILE", Resource::RLIMIT_NOFILE, DESCRIPTORS),
        ("RLIMIT_DATA", Resource::RLIMIT_DATA, memory_bytes),
        ("RLIMIT_CPU", Resource::RLIMIT_CPU, cpu_seconds),
    ];
    for (name, resource, value) in limits {
        let failed = |source| SandboxError::Limit { name, value, source };
        let (_, hard) = getrlimit(resource).map_err(failed)?;
        // A service that is held tighter already stays so.
        setrlimit(resource, value.min(hard), value.min(hard)).map_err(failed)?;
    }
    let landlock = match restrict_files(bundle_dir) {
        Ok(status) => status,
        Err(error) if mode == Sandbox::Required => return Err(SandboxError::Landlock(error)),
        Err(_) => "none",
    };
    let seccomp = match install_filters() {
        Ok(()) => true,
        Err(error) if mode == Sandbox::Required => return Err(SandboxError::Seccomp(error)),
        Err(_) => false,
    };
    Ok(SandboxStatus { landlock: landlock.to_owned(), seccomp })
}

/// Landlock and seccomp bind the calling thread and those it starts later.
fn require_single_thread() -> Result<(), SandboxError> {
    match std::fs::read_dir("/proc/self/task").map(Iterator::count) {
        Ok(1) | Err(_) => Ok(()),
        Ok(threads) => Err(SandboxError::Threads(threads)),
    }
}

/// Only the bundle and the description of the processor stay readable. The first version's file rights are a must; later rights, TCP ports and scopes are
/// taken where the kernel has them, and seccomp covers the same ground where it has not.
fn restrict_files(bundle_dir: &Path) -> Result<&'static str, String> {
    let bundle = PathFd::new(bundle_dir).map_err(|error| error.to_string())?;
    let readable = AccessFs::ReadFile | AccessFs::ReadDir;
    // What is not there needs no rule.
    let hardware: Vec<PathFd> = HARDWARE.iter().filter_map(|path| PathFd::new(path).ok()).collect();
    let restrict = || -> Result<RulesetStatus, RulesetError> {
        let status = Ruleset::default()
            .set_compatibility(CompatLevel::HardRequirement)
            .handle_access(AccessFs::from_all(ABI::V1))?
            .set_compatibility(CompatLevel::BestEffort)
            .handle_access(AccessFs::from_all(ABI::V6))?
            .handle_access(AccessNet::from_all(ABI::V6))?
            .scope(Scope::from_all(ABI::V6))?
            .create()?
            .add_rule(PathBeneath::new(bundle, readable))?
            .add_rules(hardware.into_iter().map(|path| Ok::<_, RulesetError>(PathBeneath::new(path, readable))))?
            .restrict_self()?;
        Ok(status.ruleset)
    };
    match restrict().map_err(|error| error.to_string())? {
        RulesetStatus::FullyEnforced => Ok("full"),
        RulesetStatus::PartiallyEnforced => Ok("partial"),
        RulesetStatus::NotEnforced => Err("not enforced by this kernel".to_owned()),
    }
}

/// Two filters, because each has one answer: "not permitted" for what is forbidden, and "not implemented" for `clone3`,
/// whose flags a filter cannot see; the C library then falls back to `clone`.
fn install_filters() -> Result<(), String> {
    let denied = filter(denied_rules()?, libc::EPERM)?;
    let absent = filter(BTreeMap::from([(libc::SYS_clone3, Vec::new())]), libc::ENOSYS)?;
    for program in [denied, absent] {
        seccompiler::apply_filter(&program).map_err(|error| error.to_string())?;
    }
    Ok(())
}

fn filter(rules: BTreeMap<i64, Vec<SeccompRule>>, errno: i32) -> Result<BpfProgram, String> {
    let architecture = std::env::consts::ARCH.try_into().map_err(|error| format!("{error}"))?;
    let answer = SeccompAction::Errno(errno.unsigned_abs());
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, answer, architecture);
    filter.and_then(BpfProgram::try_from).map_err(|error| error.to_string())
}

fn denied_rules() -> Result<BTreeMap<i64, Vec<SeccompRule>>, String> {
    let when = |argument, length, operator, value| {
        SeccompCondition::new(argument, length, operator, value)
            .and_then(|condition| SeccompRule::new(vec![condition]))
            .map(|rule| vec![rule])
            .map_err(|error| error.to_string())
    };
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> =
        DENIED.iter().chain(DENIED_HERE).map(|number| (*number, Vec::new())).collect();
    // Threads yes, processes no.
    let thread = libc::CLONE_THREAD.unsigned_abs().into();
    rules.insert(libc::SYS_clone, when(0, SeccompCmpArgLen::Qword, SeccompCmpOp::MaskedEq(thread), 0)?);
    // A thread may signal its own process (abort does), nobody else.
    let own = u64::from(std::process::id());
    rules.insert(libc::SYS_tgkill, when(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, own)?);
    // Limits may be read, not raised.
    rules.insert(libc::SYS_prlimit64, when(2, SeccompCmpArgLen::Qword, SeccompCmpOp::Ne, 0)?);
    // The x32 calls of x86-64 kernels are the same calls under other numbers, some of them from 512 on.
    #[cfg(target_arch = "x86_64")]
    {
        const X32_BIT: i64 = 0x4000_0000;
        let shadows: Vec<i64> = rules.keys().copied().chain([libc::SYS_clone3]).chain(512..=547).collect();
        rules.extend(shadows.into_iter().map(|number| (X32_BIT | number, Vec::new())));
    }
    Ok(rules)
}
