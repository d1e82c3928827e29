//! The registry route's tools in the cache: compiler and LLVM from Debian sid, the sBPF linker from the crates
//! registry, a patched copy of Rust's standard library, and wrapper scripts that start them.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest, Sha256};

use crate::{files, lock, paths, process, setup::sid, ui::Step};

/// Exact version of the linker; its dependencies are pinned by the lock file it ships.
const LINKER_VERSION: &str = "0.2.6";
/// The LLVM release that this linker version is written for.
const LLVM_VERSION: &str = "23";
/// Description of the target for rustc. It says that memory may be read and written at any alignment, as the runtime
/// allows: without that, every address is copied byte by byte and programs are twice as large.
const TARGET: &str = include_str!("target.json");
/// Debian's name for this machine's libraries, and the loader among them.
const MULTIARCH: (&str, &str) = if cfg!(target_arch = "aarch64") {
    ("aarch64-linux-gnu", "ld-linux-aarch64.so.1")
} else {
    ("x86_64-linux-gnu", "ld-linux-x86-64.so.2")
};

/// In std's `RandomState::new`, the part that keeps keys in a writable thread-local, which programs cannot have.
const RANDOM_STATE_BODY: (&str, &str) =
    ("        thread_local!(static KEYS:", "            RandomState { k0, k1 }\n        })\n");
/// What takes its place: fixed keys. Programs hash only their own accounts' addresses, and must not be random.
const FIXED_KEYS: &str = "        RandomState { k0: 0x5bd1_e995_9e37_79b9, k1: 0x7f4a_7c15_85eb_ca6b }\n";
/// After the body is gone, these imports have no use.
const RANDOM_STATE_IMPORTS: [&str; 2] = ["use crate::cell::Cell;\n", "use crate::sys::random::hashmap_random_keys;\n"];

/// Tools that are set up and ready.
pub struct Toolchain {
    folder: PathBuf,
    rustc_version: String,
}

impl Toolchain {
    /// Fetches and builds what is missing.
    pub fn set_up() -> Result<Self> {
        let folder = paths::cache()?.join("sbf");
        let _lock = lock::hold("sbf", "setting up the compiler of the programs")?;
        sid::unpack(&folder.join("apt"), &folder.join("sid"))?;
        let mut toolchain = Self { folder, rustc_version: String::new() };
        toolchain.patch_std()?;
        toolchain.install_linker()?;
        toolchain.isolate_llvm()?;
        toolchain.write_wrappers()?;
        let output = Command::new(toolchain.rustc()).arg("-vV").output().context("cannot start the unpacked rustc")?;
        ensure!(output.status.success(), "the unpacked rustc fails: {}", String::from_utf8_lossy(&output.stderr));
        toolchain.rustc_version = String::from_utf8(output.stdout).context("rustc's version is no text")?;
        Ok(toolchain)
    }

    /// Changes with anything that may change what the tools produce.
    pub fn identity(&self) -> String {
        let mut hasher = Sha256::new();
        for part in [&self.rustc_version, LINKER_VERSION, TARGET, FIXED_KEYS] {
            hasher.update(part);
        }
        files::hex(&hasher.finalize())
    }

    /// The compiler.
    pub fn rustc(&self) -> PathBuf {
        self.folder.join("bin/rustc")
    }

    /// The LLVM assembler.
    pub fn llvm_as(&self) -> PathBuf {
        self.folder.join("bin/llvm-as")
    }

    /// The linker, as it comes.
    pub fn linker(&self) -> PathBuf {
        self.folder.join("bin/sbpf-linker")
    }

    /// Description of the target.
    pub fn target(&self) -> PathBuf {
        self.folder.join("bin/sbf-modchains.json")
    }

    /// A folder of the registry route's own.
    pub fn subfolder(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Whether rustc and LLVM disagree on how 128-bit values are returned.
    pub fn needs_wide_builtins(&self) -> Result<bool> {
        Ok(minor_version(&self.rustc_version)? < 100)
    }

    fn sid(&self, path: &str) -> PathBuf {
        self.folder.join("sid/usr").join(path)
    }

    fn libraries(&self) -> PathBuf {
        self.sid("lib").join(MULTIARCH.0)
    }

    fn patch_std(&self) -> Result<()> {
        let source = self.sid("lib/rustlib/src/rust/library/std/src/hash/random.rs");
        let text = fs::read_to_string(&source).with_context(|| format!("cannot read {}", source.display()))?;
        if text.contains(FIXED_KEYS) {
            return Ok(());
        }
        files::write_if_changed(&source, patch_random_state(&text)?.as_bytes())?;
        Ok(())
    }

    fn install_linker(&self) -> Result<()> {
        let folder = self.folder.join(format!("sbpf-linker-{LINKER_VERSION}"));
        if folder.is_dir() {
            return Ok(());
        }
        let step = Step::start(format!("building sbpf-linker {LINKER_VERSION} (two to four minutes)"));
        // A target folder that survives a break, so that the next try goes on where this one ended.
        let target = self.folder.join("linker-target");
        files::complete_folder(&folder, |partial| {
            let mut command = process::cargo();
            process::clean_cargo_environment(&mut command)
                .args(["install", "sbpf-linker", "--version", LINKER_VERSION, "--locked", "--root"])
                .arg(partial)
                .env("CARGO_TARGET_DIR", &target);
            process::run(&step, &mut command, &self.folder.join("logs/sbpf-linker.log"))?;
            Ok(())
        })?;
        fs::remove_dir_all(&target).with_context(|| format!("cannot clear {}", target.display()))?;
        step.done();
        Ok(())
    }

    /// The linker takes the first LLVM it finds, and rustc's own is another release: a folder with the right one only.
    fn isolate_llvm(&self) -> Result<()> {
        let name = fs::read_dir(self.libraries())?
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .find(|name| name.starts_with(&format!("libLLVM.so.{LLVM_VERSION}")))
            .with_context(|| format!("Debian's packages hold no LLVM {LLVM_VERSION}"))?;
        let folder = self.folder.join("llvm");
        if folder.join(&name).exists() {
            return Ok(());
        }
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        files::complete_folder(&folder, |partial| Ok(symlink(self.libraries().join(&name), partial.join(&name))?))
    }

    fn write_wrappers(&self) -> Result<()> {
        let sysroot = format!("--sysroot {}", quoted(&self.folder.join("sid/usr"))?);
        let assembler = self.sid(&format!("lib/llvm-{LLVM_VERSION}/bin/llvm-as"));
        let linker = self.folder.join(format!("sbpf-linker-{LINKER_VERSION}/bin/sbpf-linker"));
        let llvm = format!("LD_LIBRARY_PATH={} ", quoted(&self.folder.join("llvm"))?);
        write_script(&self.rustc(), &self.start("", &self.sid("bin/rustc"), &sysroot)?)?;
        write_script(&self.llvm_as(), &self.start("", &assembler, "")?)?;
        write_script(&self.linker(), &self.start(&llvm, &linker, "")?)?;
        files::write_if_changed(&self.target(), TARGET.as_bytes())?;
        Ok(())
    }

    /// Starts a program through the unpacked loader with the unpacked libraries.
    fn start(&self, environment: &str, program: &Path, arguments: &str) -> Result<String> {
        let libraries = quoted(&self.libraries())?;
        let loader = quoted(&self.libraries().join(MULTIARCH.1))?;
        Ok(format!("{environment}exec {loader} --library-path {libraries} {} {arguments} \"$@\"\n", quoted(program)?))
    }
}

/// Writes an executable shell script.
pub fn write_script(path: &Path, body: &str) -> Result<()> {
    if files::write_if_changed(path, format!("#!/bin/sh\n{body}").as_bytes())? {
        fs::set_permissions(path, fs::Permissions::from_mode(0o755))?;
    }
    Ok(())
}

/// A path as a word of a shell script.
pub fn quoted(path: &Path) -> Result<String> {
    match path.to_str() {
        Some(text) if !text.contains('\'') => Ok(format!("'{text}'")),
        _ => bail!("the path {} cannot be used in a script; choose another cache folder", path.display()),
    }
}

/// The `97` of `rustc 1.97.1`.
fn minor_version(version: &str) -> Result<u32> {
    let release =
        version.lines().find_map(|line| line.strip_prefix("release: 1.")).context("rustc tells no release")?;
    release
        .split('.')
        .next()
        .and_then(|minor| minor.parse().ok())
        .with_context(|| format!("rustc's release is 1.{release}"))
}

/// Gives std's hash maps fixed keys.
fn patch_random_state(source: &str) -> Result<String> {
    let problem = "std's RandomState is not as expected; this rustc is too new for the patch";
    let (before, rest) = source.split_once(RANDOM_STATE_BODY.0).context(problem)?;
    let (_, after) = rest.split_once(RANDOM_STATE_BODY.1).context(problem)?;
    let mut patched = format!("{before}{FIXED_KEYS}{after}");
    for import in RANDOM_STATE_IMPORTS {
        ensure!(patched.contains(import), "{problem}");
        patched = patched.replace(import, "");
    }
    Ok(patched)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail by panic")]

    use super::*;

    #[test]
    fn random_state_gets_fixed_keys_and_the_rest_stays() {
        let source = "use crate::cell::Cell;\nuse crate::fmt;\nuse crate::sys::random::hashmap_random_keys;\n\
            pub fn new() -> RandomState {\n        thread_local!(static KEYS: Cell<(u64, u64)> = {\n        });\n\
            \x20       KEYS.with(|keys| {\n            RandomState { k0, k1 }\n        })\n    }\nrest\n";
        let expected = format!("use crate::fmt;\npub fn new() -> RandomState {{\n{FIXED_KEYS}    }}\nrest\n");
        assert_eq!(patch_random_state(source).unwrap(), expected);
        assert!(patch_random_state("pub fn new() {}").unwrap_err().to_string().contains("too new"));
    }

    #[test]
    fn the_minor_version_is_read_from_the_release_line() {
        assert_eq!(minor_version("rustc 1.97.1 (x)\nbinary: rustc\nrelease: 1.97.1\n").unwrap(), 97);
        assert_eq!(minor_version("release: 1.100.0-nightly\n").unwrap(), 100);
        assert!(minor_version("binary: rustc\n").is_err());
    }

    #[test]
    fn a_path_that_would_break_out_of_its_quotes_is_refused() {
        assert_eq!(quoted(Path::new("/a b/$c")).unwrap(), "'/a b/$c'");
        assert!(quoted(Path::new("/a'; rm")).is_err());
    }
}
