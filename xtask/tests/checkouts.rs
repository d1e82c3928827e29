//! Checkouts that share a cache: nothing that one has compiled of its own is ever used by another.

// reason: a failed expectation is a failed test.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Output},
    thread,
    time::{Duration, SystemTime},
};

use tempfile::TempDir;

/// A cache and checkouts that share it.
struct Machine {
    folder: TempDir,
}

impl Machine {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// A checkout whose only program prints `answer`, from files that are older than anything compiled here.
    fn clone_as(&self, name: &str, answer: &str) -> PathBuf {
        let root = self.folder.path().join(name);
        let manifest = "[workspace]\n[package]\nname = \"modchains-thing\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
        let script = Path::new(&std::env::var_os("CARGO_MANIFEST_DIR").unwrap()).join("checkout.sh");
        put(&root.join("Cargo.toml"), manifest);
        put(&root.join("src/main.rs"), &format!("fn main() {{ println!(\"{answer}\") }}"));
        fs::create_dir_all(root.join("xtask")).unwrap();
        fs::copy(script, root.join("xtask/checkout.sh")).unwrap();
        root
    }

    fn script(&self, root: &Path, kind: &str, target: Option<&Path>) -> Output {
        let mut command = Command::new(root.join("xtask/checkout.sh"));
        command.arg(kind).env("MODCHAINS_CACHE", self.folder.path().join("cache")).env_remove("CARGO_TARGET_DIR");
        command.envs(target.map(|target| ("CARGO_TARGET_DIR", target)));
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output
    }

    fn target(&self, root: &Path) -> PathBuf {
        folder(&self.script(root, "host", None))
    }

    /// Compiles the checkout's program and runs it.
    fn answer(&self, root: &Path) -> String {
        let cargo = std::env::var_os("CARGO").unwrap();
        let mut command = Command::new(cargo);
        command.args(["run", "--quiet", "--offline"]).current_dir(root).env("CARGO_TARGET_DIR", self.target(root));
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}

fn folder(output: &Output) -> PathBuf {
    String::from_utf8(output.stdout.clone()).unwrap().trim_end().into()
}

fn put(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    let an_hour_ago = SystemTime::now() - Duration::from_secs(3_600);
    File::options().write(true).open(path).unwrap().set_modified(an_hour_ago).unwrap();
}

#[test]
fn two_checkouts_that_build_at_the_same_time_each_run_their_own_program() {
    let machine = Machine::new();
    let roots = [machine.clone_as("one", "first"), machine.clone_as("two", "second")];
    for _ in 0..2 {
        let answers = thread::scope(|scope| {
            let builds = roots.each_ref().map(|root| scope.spawn(|| machine.answer(root)));
            builds.map(|build| build.join().unwrap())
        });
        assert_eq!(answers, ["first", "second"]);
    }
}

#[test]
fn a_checkout_in_the_place_of_another_is_compiled_anew() {
    let machine = Machine::new();
    let (here, there) = (machine.clone_as("here", "old"), machine.clone_as("there", "new"));
    assert_eq!(machine.answer(&here), "old");
    fs::rename(&here, here.with_file_name("gone")).unwrap();
    fs::rename(&there, &here).unwrap();
    assert_eq!(machine.answer(&here), "new");
}

#[test]
fn a_new_checkout_starts_with_the_packages_of_others_and_nothing_of_ours() {
    let machine = Machine::new();
    let (first, second) = (machine.clone_as("first", "1"), machine.clone_as("second", "2"));
    let compiled = machine.target(&first).join("debug");
    let others =
        ["/.fingerprint/serde-00aa/lib", "/deps/libserde-00aa.rlib", "/deps/serde-00aa.d", "/build/libc-00bb/out"];
    let ours = [
        "/.fingerprint/modchains-core-00cc/lib",
        "/deps/libmodchains_core-00cc.rlib",
        "/deps/math-00cc",
        "/build/modchains-core-00cc/out",
        "/incremental/modchains_core-1/x",
        "/modchains",
    ];
    put(&compiled.join(".fingerprint/libc-00bb/build"), "");
    for file in others.iter().chain(&ours) {
        put(&PathBuf::from(format!("{}{file}", compiled.display())), file);
    }
    let output = machine.script(&second, "host", None);
    let copied = folder(&output).join("debug");
    let time = |path: String| fs::metadata(path).unwrap().modified().unwrap();
    for file in others {
        let (from, to) = (format!("{}{file}", compiled.display()), format!("{}{file}", copied.display()));
        assert_eq!(fs::read_to_string(&to).unwrap(), file);
        assert_eq!(time(to), time(from), "cargo compares times");
    }
    for file in ours {
        assert!(!Path::new(&format!("{}{file}", copied.display())).exists(), "{file} was copied");
    }
    assert!(String::from_utf8_lossy(&output.stderr).contains("first"), "{output:?}");
}

#[test]
fn the_folder_of_a_checkout_that_is_gone_goes_with_the_next_new_one() {
    let machine = Machine::new();
    let (first, second) = (machine.clone_as("first", "1"), machine.clone_as("second", "2"));
    let left = machine.target(&first);
    fs::remove_dir_all(&first).unwrap();
    let output = machine.script(&second, "host", None);
    assert!(!left.exists());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains(first.to_str().unwrap()) && said.contains("removing"), "{said}");
}

#[test]
fn a_target_folder_of_ones_own_is_kept_and_one_of_another_checkout_is_not() {
    let machine = Machine::new();
    let (first, second) = (machine.clone_as("first", "1"), machine.clone_as("second", "2"));
    let own = machine.folder.path().join("my target");
    assert_eq!(folder(&machine.script(&first, "host", Some(&own))), own);
    let of_first = machine.target(&first);
    let of_second = folder(&machine.script(&second, "host", Some(&of_first)));
    assert_ne!(of_second, of_first);
    assert_eq!(of_second, machine.target(&second));
}
