//! The log, on standard error. Nothing that others wrote steers the terminal of who reads it, and a reader that has gone
//! away ends no service. Of a URL, also in what libraries log, scheme and host alone are shown: the rest may be a key, and
//! of the configured endpoints it is shown nowhere.

use std::{
    io::{self, Write},
    sync::Arc,
};

use modchains_crank::config::{Config, LogFormat};
use modchains_sdk::{
    Endpoint,
    terminal::{escaped, escaped_json, print_error},
};
use tracing_subscriber::EnvFilter;

/// Starts logging for the whole process.
pub fn start(config: &Config) -> anyhow::Result<()> {
    let format = config.log.format;
    let endpoints = [Some(config.rpc_url.clone()), config.websocket_url()];
    let endpoints: Arc<[Endpoint]> = endpoints.into_iter().flatten().map(Endpoint::new).collect();
    let builder = tracing_subscriber::fmt().with_env_filter(EnvFilter::try_new(&config.log.filter)?);
    // Colours are escape codes too.
    let builder = builder.with_writer(move || Line { format, endpoints: Arc::clone(&endpoints) }).with_ansi(false);
    match format {
        LogFormat::Text => builder.init(),
        LogFormat::Json => builder.json().init(),
    }
    Ok(())
}

/// Takes one event at a time.
struct Line {
    format: LogFormat,
    endpoints: Arc<[Endpoint]>,
}

impl Write for Line {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        print_error(shown(&String::from_utf8_lossy(event), self.format, &self.endpoints));
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn shown(event: &str, format: LogFormat, endpoints: &[Endpoint]) -> String {
    let event = event.trim_end_matches('\n').to_owned();
    let event = endpoints.iter().fold(event, |event, endpoint| endpoint.scrub(&event));
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
        assert_eq!(shown(event, LogFormat::Text, &[]), "WARN \\u{1b}[2K a\\nINFO forged \\u{202e} b");
        let json = "{\"message\":\"a\u{202e}\\u001b\"}\n";
        assert_eq!(shown(json, LogFormat::Json, &[]), "{\"message\":\"a\\u202e\\u001b\"}");
    }

    #[test]
    fn an_endpoints_key_is_shown_in_neither_form_with_its_url_or_without() {
        let endpoints = ["https://rpc.example.org/?api-key=a-key-of-somebody", "wss://rpc.example.org/other-key"];
        let endpoints = endpoints.map(Endpoint::new);
        let event = "WARN cannot reach wss://user:SECRET@rpc.example.org/other-key?api-key=SECRET, trying again";
        let text = shown(event, LogFormat::Text, &endpoints);
        assert_eq!(text, "WARN cannot reach wss://rpc.example.org, trying again");
        assert_eq!(shown("TRACE GET /other-key HTTP/1.1", LogFormat::Text, &endpoints), "TRACE GET /[hidden] HTTP/1.1");
        let json = "{\"error\":\"no answer (https://rpc.example.org/?api-key=SECRET), a-key-of-somebody\"}";
        let json = shown(json, LogFormat::Json, &endpoints);
        assert_eq!(json, "{\"error\":\"no answer (https://rpc.example.org), [hidden]\"}");
    }
}
