//! `idl`: Anchor's interface descriptions of the programs, built by Anchor's own library.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anchor_lang_idl::{build::IdlBuilder, types::Idl};
use anyhow::{Context, Result, ensure};

use crate::{
    files, paths, process,
    programs::{PROGRAMS, Program},
    ui::Step,
};

/// Where the copies that clients are made from are committed.
const COMMITTED: &str = "sdk/idl";

/// This very program, even when a build has replaced its file meanwhile.
const OWN_PROGRAM: &str = "/proc/self/exe";

/// The events of the programs, for the Rust SDK.
const EVENT_LIST: &str = "sdk/rust/src/decode/event/list.rs";
const EVENT_LIST_HEAD: &str = "// Generated from the IDLs by `cargo xtask idl`; not to be edited.\n\n\
    use anchor_lang::{AnchorDeserialize, Discriminator};\n";

/// Builds every program's IDL; writes it to `target/idl` and `sdk/idl`, or with `check` compares with the latter. What is
/// generated from the IDLs follows them.
pub fn generate(check: bool) -> Result<()> {
    let mut stale = Vec::new();
    let mut idls = Vec::new();
    for program in &PROGRAMS {
        let file = format!("{}.json", program.library);
        let step = Step::start(format!("describing {} (the first time: a few minutes)", program.name));
        let idl = build_in_child(program, &step)?;
        step.done();
        files::write_if_changed(&paths::repository().join("target/idl").join(&file), idl.as_bytes())?;
        stale.extend(commit(check, format!("{COMMITTED}/{file}"), &idl)?);
        idls.push(idl);
    }
    stale.extend(commit(check, EVENT_LIST.to_owned(), &event_list(&idls)?)?);
    ensure!(stale.is_empty(), "out of date: {}; run `cargo xtask idl` and commit", stale.join(", "));
    Ok(())
}

/// Writes a generated file, or with `check` gives its path when the committed one differs.
fn commit(check: bool, path: String, content: &str) -> Result<Option<String>> {
    let file = paths::repository().join(&path);
    if !check {
        files::write_if_changed(&file, content.as_bytes())?;
        return Ok(None);
    }
    Ok((fs::read_to_string(file).ok().as_deref() != Some(content)).then_some(path))
}

/// The source that lists every event of the programs with these IDLs, which are in the order of [`PROGRAMS`].
fn event_list(idls: &[String]) -> Result<String> {
    let mut source = EVENT_LIST_HEAD.to_owned();
    for (program, idl) in PROGRAMS.iter().zip(idls) {
        let idl: Idl = serde_json::from_str(idl).with_context(|| format!("the IDL of {} is none", program.name))?;
        let names = idl.events.iter().map(|event| format!("        {},\n", event.name)).collect::<String>();
        let (first, rest) = program.name.split_at(1);
        let (name, title) = (program.name, first.to_uppercase() + rest);
        let library = program.library;
        source += &format!(
            "\nevents! {{\n    /// What the {name} program reports.\n    {title}Event, {library} {{\n{names}    }}\n}}\n"
        );
    }
    Ok(source)
}

/// Anchor's library runs `cargo` from the search path and, when `RUSTUP_TOOLCHAIN` is set, would install that
/// toolchain again. So it runs in a child that sees the toolchain's own programs first and no such variable.
fn build_in_child(program: &Program, step: &Step) -> Result<String> {
    let mut command = Command::new(OWN_PROGRAM);
    process::clean_cargo_environment(&mut command)
        .args(["idl-one", program.name])
        .current_dir(paths::repository())
        .env("PATH", search_path()?)
        .env_remove("RUSTUP_TOOLCHAIN")
        // It compiles with flags of its own, so nothing could be shared with another folder anyway.
        .env("CARGO_TARGET_DIR", paths::results("idl")?);
    process::run(step, &mut command, &paths::repository().join("target/idl").join(format!("{}.log", program.library)))
}

/// The search path with the real toolchain in front of rustup's proxies.
fn search_path() -> Result<std::ffi::OsString> {
    let output = Command::new("rustc").args(["--print", "sysroot"]).output().context("cannot start rustc")?;
    let sysroot = String::from_utf8(output.stdout).context("rustc's sysroot is no text")?;
    let mut folders = vec![PathBuf::from(sysroot.trim()).join("bin")];
    folders.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    env::join_paths(folders).context("the search path holds a colon")
}

/// Builds one program's IDL and prints it. Runs in the child.
pub fn print_one(name: &str) -> Result<()> {
    let program = Program::named(name)?;
    let folder = paths::repository().join(program.folder);
    let arguments = vec!["--lib".into(), "--locked".into()];
    let idl = IdlBuilder::new().program_path(folder).skip_lint(true).cargo_args(arguments).build()?;
    ensure!(idl.metadata.name == program.name, "the IDL is of `{}`, not `{}`", idl.metadata.name, program.name);
    println!("{}", serde_json::to_string_pretty(&idl)?);
    Ok(())
}

/// What `modchains-migrate metadata publish` sends, as its tests record it.
const METADATA_VECTORS: &str = "migrations/tests/vectors/metadata.json";

/// Installs the clients that others have written, lets Anchor's load the committed IDLs and compares what the Program
/// Metadata program's sends with what we send.
pub fn check_in_node() -> Result<()> {
    let idls = paths::repository().join(COMMITTED);
    let idls = PROGRAMS.map(|program| idls.join(format!("{}.json", program.library)));
    node("xtask/node/idl-check.mjs", &idls)?;
    node("migrations/node/metadata-check.mjs", &[paths::repository().join(METADATA_VECTORS)])
}

fn node(script: &str, arguments: &[PathBuf]) -> Result<()> {
    let script = paths::repository().join(script);
    install_packages(script.parent().context("a script lies in a folder")?)?;
    let status =
        Command::new("node").arg(&script).args(arguments).status().context("cannot start node; is it installed?")?;
    ensure!(status.success(), "{} failed", script.display());
    Ok(())
}

/// `npm ci`, unless it was done for this very lock file.
fn install_packages(folder: &Path) -> Result<()> {
    let lock = files::sha256_of(&folder.join("package-lock.json"))?;
    let marker = folder.join("node_modules/.installed");
    if fs::read_to_string(&marker).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    let step = Step::start(format!("installing the TypeScript clients of {} from npm", folder.display()));
    let log = paths::repository().join("target/idl/npm.log");
    process::run(&step, Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(folder), &log)?;
    files::write_if_changed(&marker, lock.as_bytes())?;
    step.done();
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail by panic")]

    use super::*;

    fn committed(path: &str) -> String {
        fs::read_to_string(paths::repository().join(path)).unwrap()
    }

    #[test]
    fn the_committed_event_list_is_that_of_the_committed_idls() {
        let idls = PROGRAMS.map(|program| committed(&format!("{COMMITTED}/{}.json", program.library)));
        assert_eq!(event_list(&idls).unwrap(), committed(EVENT_LIST));
    }

    #[test]
    fn an_event_that_a_program_comes_to_emit_comes_to_be_listed() {
        let mut idl: Idl = serde_json::from_str(&committed(&format!("{COMMITTED}/modchains_vault.json"))).unwrap();
        let mut event = idl.events[0].clone();
        event.name = "SomethingNew".to_owned();
        idl.events.push(event);
        let exchange = committed(&format!("{COMMITTED}/modchains_exchange.json"));
        let listed = event_list(&[exchange, serde_json::to_string(&idl).unwrap()]).unwrap();
        assert!(listed.contains("VaultEvent, modchains_vault {\n"), "{listed}");
        assert!(listed.ends_with("        SomethingNew,\n    }\n}\n"), "{listed}");
    }
}
