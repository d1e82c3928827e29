//! The log, on standard error. Nothing that others wrote steers the terminal of who reads it, and a reader that has gone
//! away ends no service. Of a URL, also in what libraries log, scheme and host alone are shown: the rest may be a key.

use std::io::{self, Write};

use modchains_crank::config::{LogFormat, LogSettings};
use modchains_sdk::{
    terminal::{escaped, escaped_json, print_error},
    without_secrets,
};
use tracing_subscriber::EnvFilter;

/// Starts logging for the whole process.
pub fn start(settings: &LogSettings) -> anyhow::Result<()> {
    let format = settings.format;
    let builder = tracing_subscriber::fmt().with_env_filter(EnvFilter::try_new(&settings.filter)?);
    // Colours are escape codes too.
    let builder = builder.with_writer(move || Line { format }).with_ansi(false);
    match format {
        LogFormat::Text => builder.init(),
        LogFormat::Json => builder.json().init(),
    }
    Ok(())
}

/// Takes one event at a time.
struct Line {
    format: LogFormat,
}

impl Write for Line {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        print_error(shown(&String::from_utf8_lossy(event), self.format));
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn shown(event: &str, format: LogFormat) -> String {
    let event = without_secrets(event.trim_end_matches('\n'));
    match (format, serde_json::from_str(&event)) {
        (LogFormat::Json, Ok(value)) => escaped_json(&value, false),
        _ => escaped(&event).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_line_of_visible_characters() {
        let event = "WARN \u{1b}[2K a\nINFO forged \u{202e} b\n";
        assert_eq!(shown(event, LogFormat::Text), "WARN \\u{1b}[2K a\\nINFO forged \\u{202e} b");
        let json = "{\"message\":\"a\u{202e}\\u001b\"}\n";
        assert_eq!(shown(json, LogFormat::Json), "{\"message\":\"a\\u202e\\u001b\"}");
    }

    #[test]
    fn a_url_is_shown_without_its_key_in_both_forms() {
        let event = "WARN cannot reach wss://user:SECRET@rpc.example.org/SECRET?api-key=SECRET, trying again";
        assert_eq!(shown(event, LogFormat::Text), "WARN cannot reach wss://rpc.example.org, trying again");
        let json = "{\"error\":\"no answer (https://rpc.example.org/?api-key=SECRET)\"}";
        assert_eq!(shown(json, LogFormat::Json), "{\"error\":\"no answer (https://rpc.example.org)\"}");
    }
}
