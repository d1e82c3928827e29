//! Debian sid's rustc, Rust sources and LLVM, unpacked into the cache without installing anything.
//!
//! apt resolves and downloads with a state of its own, checks the release file's signature against the
//! machine's keyring and every package against the release file. The programs run through their own loader,
//! since sid's C library is newer than the machine's.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};

use super::sources::{Archive, machine_archive};
use crate::{files, process, ui::Step};

/// What is asked for; apt adds the libraries they need.
const PACKAGES: [&str; 4] = ["rustc", "rust-src", "llvm-23", "libllvm23"];
/// Dependencies by name that only matter to a compiler for this machine: programs are linked by another linker,
/// and build scripts by the machine's own C compiler.
const UNUSED_PREFIXES: [&str; 6] = ["gcc-", "cpp-", "binutils-", "libc6-dev_", "linux-libc-dev_", "perl"];

/// Downloads and unpacks the packages into `root`, which then holds a `usr` tree and `packages.txt` with
/// the name, version and SHA-256 of each.
pub fn unpack(state: &Path, root: &Path) -> Result<()> {
    if root.is_dir() {
        return Ok(());
    }
    let archive = machine_archive()?;
    let packages = download(state, &archive)?;
    let step = Step::start(format!("unpacking {} Debian packages", packages.len()));
    files::complete_folder(root, |partial| {
        let mut list = String::new();
        for package in &packages {
            let name = package.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            list.push_str(&format!("{} {name}\n", files::sha256_of(package)?));
            if UNUSED_PREFIXES.iter().any(|prefix| name.starts_with(prefix)) {
                continue;
            }
            step.detail(&name);
            let mut unpack = Command::new("dpkg-deb");
            unpack.arg("-x").arg(package).arg(partial);
            process::run(&step, &mut unpack, &state.join("dpkg-deb.log"))?;
        }
        Ok(fs::write(partial.join("packages.txt"), list)?)
    })?;
    fs::remove_dir_all(state).with_context(|| format!("cannot clear {}", state.display()))?;
    step.done();
    Ok(())
}

/// Lets apt resolve and fetch; returns the package files. A second call after a break fetches what is missing.
fn download(state: &Path, archive: &Archive) -> Result<Vec<PathBuf>> {
    for folder in ["lists/partial", "archives/partial"] {
        fs::create_dir_all(state.join(folder)).with_context(|| format!("cannot create {}", state.display()))?;
    }
    let sources = state.join("sid.sources");
    files::write_if_changed(&sources, sources_file(archive).as_bytes())?;

    let step = Step::start("reading Debian sid's package lists");
    process::run(&step, apt(state).arg("update"), &state.join("apt-update.log"))?;
    step.done();

    let step = Step::start("downloading rustc, Rust sources and LLVM from Debian sid (about 270 MB)");
    let mut install = apt(state);
    install.args(["install", "--download-only", "--no-install-recommends", "--yes"]).args(PACKAGES);
    process::run(&step, &mut install, &state.join("apt-download.log"))?;
    let mut packages: Vec<PathBuf> = fs::read_dir(state.join("archives"))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "deb"))
        .collect();
    packages.sort();
    ensure!(packages.len() > PACKAGES.len(), "apt downloaded only {} packages", packages.len());
    step.done();
    Ok(packages)
}

fn sources_file(archive: &Archive) -> String {
    format!(
        "Types: deb\nURIs: {}\nSuites: sid\nComponents: main\nSigned-By: {}\n",
        archive.uri,
        archive.signed_by.display()
    )
}

/// `apt-get` with every path of its state inside `state`, and unsigned archives refused whatever the machine
/// is configured to accept.
fn apt(state: &Path) -> Command {
    let mut command = Command::new("apt-get");
    let own = |option: &str, path: &str| format!("-o{option}={}", state.join(path).display());
    command.args([
        own("Dir::Etc::SourceList", "sid.sources"),
        "-oDir::Etc::SourceParts=/dev/null".into(),
        own("Dir::State", ""),
        own("Dir::State::Lists", "lists"),
        "-oDir::State::status=/dev/null".into(),
        own("Dir::Cache::archives", "archives"),
        "-oDir::Cache::pkgcache=".into(),
        "-oDir::Cache::srcpkgcache=".into(),
        "-oAcquire::AllowInsecureRepositories=false".into(),
        "-oAcquire::AllowWeakRepositories=false".into(),
        "-oAPT::Get::AllowUnauthenticated=false".into(),
        "-oAcquire::Languages=none".into(),
        "-oAcquire::Retries=3".into(),
        "-oAPT::Keep-Downloaded-Packages=true".into(),
    ]);
    // So that the errors we show can be searched for.
    command.env("LC_ALL", "C");
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_private_sources_keep_mirror_and_signature_check() {
        let archive = Archive { uri: "http://mirror.example/debian".into(), signed_by: "/keys/d.gpg".into() };
        let text = sources_file(&archive);
        assert!(
            text.contains("URIs: http://mirror.example/debian\n") && text.contains("Signed-By: /keys/d.gpg\n"),
            "{text}"
        );
    }

    #[test]
    fn apt_runs_on_a_private_state_and_refuses_unsigned_archives() {
        let command = apt(Path::new("/cache/apt"));
        let arguments: Vec<_> = command.get_args().map(|argument| argument.to_string_lossy().into_owned()).collect();
        for expected in [
            "-oDir::Etc::SourceList=/cache/apt/sid.sources",
            "-oDir::State::Lists=/cache/apt/lists",
            "-oAcquire::AllowInsecureRepositories=false",
            "-oAPT::Get::AllowUnauthenticated=false",
        ] {
            assert!(arguments.iter().any(|argument| argument == expected), "{expected} is missing in {arguments:?}");
        }
    }
}
