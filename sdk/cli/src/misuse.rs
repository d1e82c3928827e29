//! Command lines that make no sense.

use std::{ffi::OsString, process::ExitCode};

use clap::error::ErrorKind;
use modchains_sdk::{terminal, without_secrets};
use serde_json::json;

/// What a command that was misused exits with.
const EXIT_CODE: u8 = 2;
/// How the paragraphs of an error begin that only repeat what `--help` says.
const HINTS: [&str; 2] = ["Usage:", "For more information"];

/// Shows what is wrong with a command line, or the help that it asked for, and gives the exit code.
pub fn report(error: &clap::Error, line: &[OsString]) -> ExitCode {
    if !error.use_stderr() {
        // A reader that has gone away, as in `modchains --help | head`, leaves nobody to tell.
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    // What is wrong may be a URL with a key in it.
    let text = without_secrets(&error.render().to_string());
    if wants_json(line) {
        let message = match error.kind() {
            ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => "a subcommand is missing; see --help".to_owned(),
            _ => one_line(&text),
        };
        let report = json!({ "error": { "label": "misuse", "message": message } });
        terminal::print_error(terminal::escaped_json(&report, false));
    } else {
        terminal::print_error(terminal::escaped_lines(text.trim_end()));
    }
    ExitCode::from(EXIT_CODE)
}

/// Whether `--json` stands anywhere among the options: what else the line says could not be read.
fn wants_json(line: &[OsString]) -> bool {
    line.iter().take_while(|argument| *argument != "--").any(|argument| argument == "--json")
}

/// An error's paragraphs without hints, in one line.
fn one_line(text: &str) -> String {
    let text = text.strip_prefix("error: ").unwrap_or(text);
    let paragraphs = text.split("\n\n").filter(|part| !HINTS.iter().any(|hint| part.trim_start().starts_with(hint)));
    let words = paragraphs.flat_map(str::split_whitespace);
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_asked_for_before_two_dashes_alone() {
        let line = |text: &str| text.split(' ').map(OsString::from).collect::<Vec<_>>();
        assert!(wants_json(&line("modchains market buy -1 M --json")));
        assert!(wants_json(&line("modchains --json market")));
        assert!(!wants_json(&line("modchains market show -- --json")));
        assert!(!wants_json(&line("modchains market show --jsonx")));
    }

    #[test]
    fn an_error_is_one_line_without_hints() {
        let text = "error: the following were not provided:\n  <MODEL>\n\nUsage: modchains model show <MODEL>\n\nFor more \
                    information, try '--help'.\n";
        assert_eq!(one_line(text), "the following were not provided: <MODEL>");
        let tip = "error: unexpected argument '--x'\n\n  tip: a similar argument exists: '--y'\n\nUsage: modchains";
        assert_eq!(one_line(tip), "unexpected argument '--x' tip: a similar argument exists: '--y'");
    }
}
