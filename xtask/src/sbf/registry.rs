//! The registry route: cargo with Debian's rustc, which builds std for the target, and the sBPF linker.

use std::{cell::OnceCell, fs, path::PathBuf, process::Command};

use anyhow::{Context, Result};

use super::{
    builtins,
    profile::{self, FORMULAS_FLAG},
    stamp::Stamp,
    toolchain::{Toolchain, quoted, write_script},
};
use crate::{
    ids::Ids,
    paths, process,
    programs::{PROGRAMS, Program, TEST_PROGRAMS},
    ui::Step,
};

/// For rustc, beside the linker. Solana's crates ask for `target_os = "solana"`; std takes an alignment constant
/// from the other name. Stack frames are as large as the runtime's. `{:?}` writes nothing: it is for logs that nobody
/// pays for. Copies of up to 64 bytes are made in place, longer ones by a call. The linker inlines nothing of its own
/// accord: what is worth inlining is decided when each program's crate is compiled. Nor does it keep the helper functions
/// that code might come to call when all is optimised, 8 KB of float arithmetic among them, but those for 128 bits: a
/// program names what else it needs, and does not link without it.
const RUSTC_FLAGS: [&str; 12] = [
    "-Zunstable-options",
    "-Zfmt-debug=none",
    "-Cpanic=immediate-abort",
    "-Ctarget-cpu=v2",
    "-Crelocation-model=static",
    "-Aexplicit_builtin_cfgs_in_flags",
    "--cfg=target_os=\"solana\"",
    "--cfg=target_arch=\"csky\"",
    "-Clink-arg=--llvm-args=-bpf-stack-size=4096,-bpf-max-stores-per-memfunc=8,-inline-threshold=-100",
    "-Clink-arg=--deploy=false",
    "-Clink-arg=--disable-math-builtins",
    "-Clink-arg=--export=__multi3,__udivti3,__umodti3,__divti3,__modti3",
];

/// For cargo. Core stays at level `s`: at `z` it divides signed numbers, which this processor cannot.
const CARGO_FLAGS: [&str; 6] = [
    "--config=profile.release.package.core.opt-level=\"s\"",
    FORMULAS_FLAG,
    "-Zbuild-std=std,panic_abort",
    "-Zbuild-std-features=optimize_for_size",
    "-Zjson-target-spec",
    "--release",
];

const LINK_SCRIPT: &str = include_str!("link-program.sh");
/// Tells the link script, which checkouts share, what to link into every program.
const LINK_INPUTS: &str = "MODCHAINS_LINK_INPUTS";

/// The toolchain with its linker and helper functions, ready to compile programs.
pub struct Registry {
    toolchain: Toolchain,
    identity: String,
    target: PathBuf,
    /// What is linked into every program, quoted for a shell.
    inputs: OnceCell<String>,
}

impl Registry {
    /// Fetches and builds what is missing of the tools.
    pub fn set_up() -> Result<Self> {
        let toolchain = Toolchain::set_up()?;
        let identity = format!(
            "registry {} {} {}",
            toolchain.identity(),
            builtins::identity()?,
            [&RUSTC_FLAGS.join(" "), &CARGO_FLAGS.join(" "), LINK_SCRIPT].join(" ")
        );
        let stamp = Stamp::new(&identity, &[]);
        // cargo does not notice a change of std's sources or of the linker: each set of tools has its own folder.
        let target = paths::results("sbf")?.join(stamp.short());
        let registry = Self { toolchain, identity, target, inputs: OnceCell::new() };
        registry.write_link_script()?;
        Ok(registry)
    }

    /// Names the tools and everything else on this route that changes the result.
    pub fn identity(&self) -> String {
        self.identity.clone()
    }

    /// Compiles a program and returns the file.
    pub fn build(&self, program: &Program, ids: &Ids) -> Result<PathBuf> {
        let inputs = match self.inputs.get() {
            Some(inputs) => inputs,
            None => {
                let inputs = self.build_inputs()?;
                self.inputs.get_or_init(|| inputs)
            }
        };
        let step = Step::start(format!("building {} (the first time: a few minutes)", program.name));
        let mut cargo = self.cargo("rustc");
        cargo
            .current_dir(paths::repository())
            .args(["--package", program.package, "--lib", "--crate-type", "cdylib", "--locked"])
            .args(["--features", program.features])
            .arg("--")
            .arg(program.inline_flag())
            .env(LINK_INPUTS, inputs)
            .args((!program.helpers.is_empty()).then(|| format!("-Clink-arg=--export={}", program.helpers)))
            .envs(profile::variables())
            .envs(ids.variables());
        process::run(&step, &mut cargo, &self.target.join("logs").join(format!("{}.log", program.name)))?;
        step.done();
        Ok(self.target.join("sbf-modchains/release").join(format!("lib{}.so", program.library)))
    }

    fn build_inputs(&self) -> Result<String> {
        fs::create_dir_all(&self.target).with_context(|| format!("cannot create {}", self.target.display()))?;
        let inputs = builtins::build(&self.toolchain, self.cargo("build"), &self.target)?;
        Ok(inputs.iter().map(|path| quoted(path)).collect::<Result<Vec<_>>>()?.join(" "))
    }

    /// `cargo <subcommand>` for the target.
    fn cargo(&self, subcommand: &str) -> Command {
        let mut command = process::cargo();
        let linker = format!("-Clinker={}", self.link_script().display());
        let flags: Vec<&str> = RUSTC_FLAGS.into_iter().chain([linker.as_str()]).collect();
        process::clean_cargo_environment(&mut command)
            .arg(subcommand)
            .args(CARGO_FLAGS)
            .arg("--target")
            .arg(self.toolchain.target())
            .env("CARGO_TARGET_DIR", &self.target)
            .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"))
            .env("RUSTC", self.toolchain.rustc())
            .env("RUSTC_BOOTSTRAP", "1")
            .env("RUSTC_BOOTSTRAP_SYNTHETIC_TARGET", "1");
        command
    }

    /// Named by its content: cargo takes its path for a part of what is compiled.
    fn link_script(&self) -> PathBuf {
        self.toolchain.subfolder("bin").join(format!("link-program-{}", Stamp::new(LINK_SCRIPT, &[]).short()))
    }

    /// Some dependencies are dynamic libraries too; only our programs are worth linking. The linker knows no
    /// optimisation for size: there that is an attribute of each function, and the level beside it is 2.
    fn write_link_script(&self) -> Result<()> {
        let programs: Vec<String> =
            PROGRAMS.iter().chain(&TEST_PROGRAMS).map(|program| format!("*{}*", program.library)).collect();
        let linker = quoted(&self.toolchain.linker())?;
        let body = LINK_SCRIPT.replace("PROGRAMS", &programs.join("|")).replace("LINKER", &linker);
        write_script(&self.link_script(), &body)
    }
}
