//! Addresses of endpoints, which often carry a key that nobody else may see.

use std::{
    convert::Infallible,
    fmt::{Debug, Display, Formatter},
    str::FromStr,
};

/// Parts of an address that are shorter than this, such as `v2`, are no secret.
const SECRET_BYTES_MIN: usize = 8;
/// Stands where a secret was.
const HIDDEN: &str = "[hidden]";

/// The URL of an endpoint. Scheme and host are all that is ever shown of it, in whichever form.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint(String);

impl Endpoint {
    /// The endpoint at `url`.
    pub fn new(url: impl Into<String>) -> Self {
        Self(url.into())
    }

    /// The whole URL, to connect to and never to show.
    pub fn secret_url(&self) -> &str {
        &self.0
    }

    /// `text`, in which others may have quoted the endpoint's URL or its key, without them.
    pub fn scrub(&self, text: &str) -> String {
        let mut clean = without_secrets(&text.replace(&self.0, &self.to_string()));
        let host = self.to_string();
        let parts = self.0.split(['/', '?', '#', '&', '=', '@', ':', ' ']);
        for secret in parts.filter(|part| part.len() >= SECRET_BYTES_MIN && !host.contains(part)) {
            clean = clean.replace(secret, HIDDEN);
        }
        clean
    }
}

impl Display for Endpoint {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let (scheme, rest) = self.0.split_once("://").map_or(("", self.0.as_str()), |(scheme, rest)| (scheme, rest));
        let separator = if scheme.is_empty() { "" } else { "://" };
        write!(f, "{scheme}{separator}{}", host_of(rest))
    }
}

impl Debug for Endpoint {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        Display::fmt(self, f)
    }
}

impl FromStr for Endpoint {
    type Err = Infallible;

    fn from_str(url: &str) -> Result<Self, Infallible> {
        Ok(Self::new(url))
    }
}

impl From<String> for Endpoint {
    fn from(url: String) -> Self {
        Self(url)
    }
}

/// `text` with scheme and host alone of every URL in it.
pub fn without_secrets(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("://") {
        let is_url =
            |byte: char| !byte.is_whitespace() && !matches!(byte, '"' | '\'' | '`' | '<' | '>' | '(' | ')' | ',');
        let end = after.find(|byte| !is_url(byte)).unwrap_or(after.len());
        clean.push_str(before);
        clean.push_str("://");
        clean.push_str(host_of(&after[..end]));
        rest = &after[end..];
    }
    clean.push_str(rest);
    clean
}

/// Host and port of what follows a URL's scheme.
fn host_of(rest: &str) -> &str {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit('@').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRETS: [&str; 6] = [
        "https://rpc.example.org/?api-key=SECRET-KEY",
        "https://rpc.example.org/v2/SECRET-KEY",
        "https://user:SECRET-KEY@rpc.example.org/path",
        "wss://rpc.example.org:8900#SECRET-KEY",
        "rpc.example.org/?key=SECRET-KEY",
        "https://rpc.example.org/?api-key=a&token=SECRET-KEY x",
    ];

    #[test]
    fn only_scheme_and_host_are_shown() {
        for url in SECRETS {
            let endpoint = Endpoint::new(url);
            for shown in [format!("{endpoint}"), format!("{endpoint:?}"), format!("{:?}", Some(&endpoint))] {
                assert!(shown.contains("rpc.example.org") && !shown.contains("SECRET"), "{shown}");
            }
            assert_eq!(endpoint.secret_url(), url);
        }
        assert_eq!(Endpoint::new("http://127.0.0.1:8899").to_string(), "http://127.0.0.1:8899");
        assert_eq!(Endpoint::new("http://[::1]:8899/x").to_string(), "http://[::1]:8899");
    }

    #[test]
    fn what_others_say_of_an_endpoint_loses_its_secrets_and_nothing_else() {
        for url in SECRETS {
            let said = format!("status 401 for url ({url}), the key SECRET-KEY is unknown");
            let clean = Endpoint::new(url).scrub(&said);
            assert!(!clean.contains("SECRET") && clean.starts_with("status 401 for url ("), "{clean}");
            assert!(clean.ends_with(", the key [hidden] is unknown") && clean.contains("rpc.example.org"), "{clean}");
        }
        let url = Endpoint::new("http://127.0.0.1:8899");
        assert_eq!(url.scrub("connection refused (127.0.0.1:8899)"), "connection refused (127.0.0.1:8899)");
    }

    #[test]
    fn every_url_in_a_text_keeps_its_host() {
        let text = "from https://a.example/x?k=1 to \"wss://b@c.example:9/y\", done";
        assert_eq!(without_secrets(text), "from https://a.example to \"wss://c.example:9\", done");
        assert_eq!(without_secrets("nothing :// here"), "nothing :// here");
    }
}
