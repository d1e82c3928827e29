//! Reads what `cargo test` prints.

use std::fmt::Write;

/// What passed and what failed so far.
#[derive(Debug, Default)]
pub struct Tally {
    passed: u64,
    skipped: u64,
    /// Name and command of each failure.
    failures: Vec<(String, String)>,
    /// Of the test binary that is running.
    binary: Binary,
    /// Whether a failure has been counted since the last command began.
    command_failed: bool,
}

#[derive(Debug, Default)]
struct Binary {
    /// As cargo announces it.
    label: String,
    /// Failed tests from its last list of failures.
    failed: Vec<String>,
    in_list: bool,
    has_result: bool,
}

impl Tally {
    /// Counts something that passed.
    pub fn pass(&mut self) {
        self.passed += 1;
    }

    /// Counts something that failed, with the command that repeats it.
    pub fn fail(&mut self, name: impl Into<String>, repeat: impl Into<String>) {
        self.failures.push((name.into(), repeat.into()));
        self.command_failed = true;
    }

    /// How many failed.
    pub fn failed(&self) -> usize {
        self.failures.len()
    }

    /// Takes in a line of `cargo test`.
    pub fn line(&mut self, line: &str) {
        let trimmed = line.trim_start();
        if let Some(label) = trimmed.strip_prefix("Running ").or_else(|| trimmed.strip_prefix("Doc-tests ")) {
            self.binary = Binary { label: label.to_owned(), ..Binary::default() };
        } else if line == "failures:" {
            // There are two such lists: the first holds what the tests printed, the last their names alone.
            self.binary.failed.clear();
            self.binary.in_list = true;
        } else if let Some(result) = line.strip_prefix("test result: ") {
            self.result(result);
        } else if let Some(target) = failed_target(line) {
            self.target_failed(target);
        } else if self.binary.in_list {
            match line.strip_prefix("    ") {
                Some(name) => self.binary.failed.push(name.to_owned()),
                None => self.binary.in_list = line.is_empty(),
            }
        }
    }

    /// `ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s`
    fn result(&mut self, result: &str) {
        for part in result.split([';', '.']) {
            match part.trim().split_once(' ') {
                Some((count, "passed")) => self.passed += count.parse().unwrap_or(0),
                Some((count, "ignored")) => self.skipped += count.parse().unwrap_or(0),
                _ => {}
            }
        }
        self.binary.in_list = false;
        self.binary.has_result = true;
    }

    fn target_failed(&mut self, target: &str) {
        let binary = std::mem::take(&mut self.binary);
        if !binary.has_result || binary.failed.is_empty() {
            return self.fail(format!("{} ended early", binary.label), format!("cargo test {target}"));
        }
        for name in binary.failed {
            let repeat = if target.contains("--doc") {
                format!("cargo test {target} -- '{name}'")
            } else {
                format!("cargo test {target} -- --exact '{name}'")
            };
            self.fail(name, repeat);
        }
    }

    /// The end of a command: one that failed without a failed test counts itself, since nothing may have run.
    pub fn end(&mut self, ended_well: bool, command: &str) {
        if !ended_well && !self.command_failed {
            self.fail(command, command);
        }
        self.command_failed = false;
    }

    /// How to repeat each failure, then the sum in a line of its own.
    pub fn report(&self) -> String {
        let mut text = String::new();
        if !self.failures.is_empty() {
            text.push_str("\nto repeat each failure, after eval \"$(cargo xtask env)\":\n");
        }
        for (name, repeat) in &self.failures {
            // unwrap-safety: writing to a string cannot fail.
            writeln!(text, "  {repeat}    # {name}").unwrap_or_default();
        }
        let skipped = if self.skipped > 0 { format!(", {} skipped", self.skipped) } else { String::new() };
        format!("{text}{} passed, {} failed{skipped}\n", self.passed, self.failures.len())
    }
}

/// The arguments in "error: test failed, to rerun pass `-p crate --test name`".
fn failed_target(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("error: ")?;
    let (what, rest) = rest.split_once(", to rerun pass `")?;
    ["test failed", "doctest failed"].contains(&what).then_some(())?;
    rest.strip_suffix('`')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(output: &str, ended_well: bool) -> Tally {
        let mut tally = Tally::default();
        output.lines().for_each(|line| tally.line(line));
        tally.end(ended_well, "cargo test --workspace --tests");
        tally
    }

    const TWO_FAILED: &str = "\
   Compiling modchains-core v0.1.0
     Running tests/math.rs (target/debug/deps/math-1)

running 4 tests
test a_law ... ok
test roots::are_exact ... FAILED
test slow ... ignored
test sums ... FAILED

failures:

---- roots::are_exact stdout ----
    a line of its own that is no test
failures: 1

---- sums stdout ----

thread 'sums' panicked

failures:
    roots::are_exact
    sums

test result: FAILED. 1 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s

error: test failed, to rerun pass `-p modchains-core --test math`
     Running tests/curve.rs (target/debug/deps/curve-1)

running 2 tests
test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s

error: 1 target failed:
    `-p modchains-core --test math`
";

    #[test]
    fn failures_of_every_binary_are_counted_and_can_be_repeated() {
        assert_eq!(
            tally(TWO_FAILED, false).report(),
            "\nto repeat each failure, after eval \"$(cargo xtask env)\":\n  \
             cargo test -p modchains-core --test math -- --exact 'roots::are_exact'    # roots::are_exact\n  \
             cargo test -p modchains-core --test math -- --exact 'sums'    # sums\n\
             3 passed, 2 failed, 1 skipped\n"
        );
    }

    #[test]
    fn a_binary_that_dies_counts_as_one_failure() {
        let output = "     Running unittests src/lib.rs (target/debug/deps/crank-1)\nrunning 9 tests\ntest a ... ok\n\
             error: test failed, to rerun pass `-p modchains-crank --lib`\n\nCaused by:\n  process didn't exit \
             successfully: `crank-1` (signal: 6, SIGABRT: process abort signal)\n";
        let report = tally(output, false).report();
        assert!(report.contains("  cargo test -p modchains-crank --lib    # unittests src/lib.rs"), "{report}");
        assert!(report.ends_with("\n0 passed, 1 failed\n"), "{report}");
    }

    #[test]
    fn sources_that_do_not_compile_are_a_failure() {
        let report = tally("error: could not compile `modchains-core` (lib) due to 1 previous error\n", false).report();
        assert!(report.ends_with("# cargo test --workspace --tests\n0 passed, 1 failed\n"), "{report}");
    }

    #[test]
    fn when_everything_passed_the_report_is_one_line() {
        let output = "test result: ok. 7 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.1s\n";
        assert_eq!(tally(output, true).report(), "7 passed, 0 failed\n");
    }

    #[test]
    fn documentation_examples_are_repeated_by_name() {
        let output = "   Doc-tests modchains_sdk\nfailures:\n    sdk/rust/src/lib.rs - quote (line 9)\n\n\
             test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out\n\
             error: doctest failed, to rerun pass `-p modchains-sdk --doc`\n";
        let report = tally(output, false).report();
        assert!(
            report.contains("cargo test -p modchains-sdk --doc -- 'sdk/rust/src/lib.rs - quote (line 9)'"),
            "{report}"
        );
    }
}
