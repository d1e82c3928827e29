//! Fetching a manifest from where a version on chain says that its bundle lies.
//!
//! Nothing about the address is trusted: its creator chose it, and whoever looks at an answer follows it. The answer is
//! bounded in time and size and must have the hash that the chain has, and addresses of the reader's own network are
//! asked only when the reader allows it, after redirections too.

use std::{
    net::{IpAddr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use reqwest::{Client, Response, Url, header::LOCATION, redirect::Policy};
use tokio::{net::lookup_host, time::timeout};

use super::{BundleError, BundleLimits, MANIFEST_FILE, Manifest, sha256};

/// How often a server may send the reader elsewhere.
const REDIRECTIONS_MAX: usize = 3;

/// How a manifest is fetched.
#[derive(Debug, Clone, Copy)]
pub struct FetchOptions {
    /// Longest time for all of it.
    pub timeout: Duration,
    /// Ask addresses of loopback and private networks too.
    pub allows_private: bool,
}

/// Why a manifest could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The address is none that can be fetched.
    #[error("{uri:?} cannot be fetched: {problem}; get the bundle from the model's creator")]
    Uri {
        /// The address.
        uri: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The address lies in the reader's own network.
    #[error("{host:?} is in a private network, which an address on chain must not point into")]
    Private {
        /// The host.
        host: String,
    },
    /// The server does not answer as it should.
    #[error("{url:?} gave no manifest: {reason}; try again later, or get the bundle from the model's creator")]
    Unreachable {
        /// What was asked for.
        url: String,
        /// What happened.
        reason: String,
    },
    /// The server has another manifest.
    #[error("{url:?} has another bundle: its SHA-256 is {actual}, the version's is {expected}")]
    Other {
        /// What was asked for.
        url: String,
        /// The hash on chain, hex.
        expected: String,
        /// The hash found, hex.
        actual: String,
    },
    /// The manifest is not valid.
    #[error(transparent)]
    Bundle(#[from] BundleError),
}

/// The manifest of the bundle at `uri`, a folder or its `model.toml`, that has the hash `manifest_sha256`.
///
/// # Errors
/// [`FetchError`], at the latest when the time is over.
pub async fn fetch_manifest(
    uri: &str,
    manifest_sha256: &[u8; 32],
    options: &FetchOptions,
) -> Result<Manifest, FetchError> {
    let url = manifest_url(uri)?;
    let fetched = timeout(options.timeout, fetch(url.clone(), options)).await;
    let text = fetched
        .unwrap_or_else(|_| Err(unreachable(&url, format!("no answer within {} s", options.timeout.as_secs_f32()))))?;
    let actual = sha256(&text);
    if actual != *manifest_sha256 {
        let (expected, actual) = (hex::encode(manifest_sha256), hex::encode(actual));
        return Err(FetchError::Other { url: url.into(), expected, actual });
    }
    Ok(Manifest::parse(&text)?)
}

/// Whether an address of the web names this machine, or one of a private network, by its number.
pub fn is_private_url(url: &str) -> bool {
    let url = Url::parse(url).ok();
    let host = url.as_ref().and_then(Url::host_str).unwrap_or_default();
    let name = host.trim_start_matches('[').trim_end_matches(']');
    name == "localhost" || name.parse().is_ok_and(is_private)
}

/// Where the manifest of the bundle at `uri` lies.
fn manifest_url(uri: &str) -> Result<Url, FetchError> {
    let refuse = |problem| FetchError::Uri { uri: uri.to_owned(), problem };
    let mut url = Url::parse(uri).map_err(|_| refuse("it is no address of the web"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refuse("it is neither http nor https"));
    }
    let mut segments = url.path_segments_mut().map_err(|()| refuse("it has no path"))?;
    segments.pop_if_empty();
    drop(segments);
    if url.path().rsplit('/').next() != Some(MANIFEST_FILE) {
        let mut segments = url.path_segments_mut().map_err(|()| refuse("it has no path"))?;
        segments.push(MANIFEST_FILE);
    }
    Ok(url)
}

fn unreachable(url: &Url, reason: String) -> FetchError {
    FetchError::Unreachable { url: url.to_string(), reason }
}

async fn fetch(mut url: Url, options: &FetchOptions) -> Result<Vec<u8>, FetchError> {
    for _ in 0..=REDIRECTIONS_MAX {
        let response = ask(&url, options).await?;
        let status = response.status();
        if status.is_success() {
            return read(&url, response).await;
        }
        let target = response.headers().get(LOCATION).and_then(|target| target.to_str().ok());
        match target.filter(|_| status.is_redirection()).map(|target| url.join(target)) {
            Some(Ok(target)) if matches!(target.scheme(), "http" | "https") => url = target,
            _ => return Err(unreachable(&url, format!("the server answered {status}"))),
        }
    }
    Err(unreachable(&url, format!("it was redirected more than {REDIRECTIONS_MAX} times")))
}

/// Asks one of the addresses of the host, all of which were looked at before.
async fn ask(url: &Url, options: &FetchOptions) -> Result<Response, FetchError> {
    let host = url.host_str().unwrap_or_default();
    let name = host.trim_start_matches('[').trim_end_matches(']');
    let found = lookup_host((name, url.port_or_known_default().unwrap_or_default())).await;
    let addresses: Vec<SocketAddr> = found.map_err(|error| unreachable(url, error.to_string()))?.collect();
    if !options.allows_private && addresses.iter().any(|address| is_private(address.ip())) {
        return Err(FetchError::Private { host: host.to_owned() });
    }
    let client = Client::builder().redirect(Policy::none()).resolve_to_addrs(host, &addresses).build();
    let answered = client.map_err(|error| unreachable(url, error.to_string()))?.get(url.clone()).send().await;
    answered.map_err(|error| unreachable(url, root_cause(&error)))
}

/// Reads at most as much as a manifest may have.
async fn read(url: &Url, mut response: Response) -> Result<Vec<u8>, FetchError> {
    let limit_bytes = BundleLimits::default().manifest_bytes;
    let mut text = Vec::new();
    while let Some(part) = response.chunk().await.map_err(|error| unreachable(url, root_cause(&error)))? {
        text.extend_from_slice(&part);
        let actual_bytes = text.len() as u64;
        if actual_bytes > limit_bytes {
            return Err(BundleError::TooLarge { file: MANIFEST_FILE.to_owned(), limit_bytes, actual_bytes }.into());
        }
    }
    Ok(text)
}

/// The innermost message of an error chain.
fn root_cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

/// Whether an address is not one of the public internet.
fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [first, second, ..] = v4.octets();
            let is_shared = first == 100 && second & 0xc0 == 64;
            v4.is_private() || v4.is_loopback() || v4.is_link_local() || first == 0 || first >= 224 || is_shared
        }
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or_else(|| is_private_v6(v6), |v4| is_private(v4.into())),
    }
}

fn is_private_v6(address: Ipv6Addr) -> bool {
    address.is_loopback()
        || address.is_unspecified()
        || address.is_multicast()
        || address.is_unique_local()
        || address.is_unicast_link_local()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use std::{
        io::{Read, Write},
        net::TcpListener,
        thread,
    };

    use super::*;
    use crate::bundle::NumericClass;

    const MANIFEST: &str = r#"
format = 1
name = "digits"
version = "1.0"
numeric_class = "unproven"
card = "CARD.md"
[input]
shape = [1]
dtype = "u8"
bytes = 1
max = 255
[output]
rule = "class-logits-i16"
bytes = 5
steps_per_unit = 10
tolerance_steps = 1
labels = ["0", "1"]
[[files]]
path = "CARD.md"
sha256 = "0000000000000000000000000000000000000000000000000000000000000000"
bytes = 1
[[files]]
path = "module.pt"
sha256 = "0000000000000000000000000000000000000000000000000000000000000000"
bytes = 1
"#;
    const OPTIONS: FetchOptions = FetchOptions { timeout: Duration::from_secs(20), allows_private: true };

    /// A server on loopback that gives each request the next of `answers`, and its address.
    fn server(answers: Vec<String>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        thread::spawn(move || {
            for answer in answers {
                let (mut stream, _) = listener.accept().unwrap();
                let mut request = [0; 4_096];
                let _ = stream.read(&mut request);
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        url
    }

    fn ok(body: &str) -> String {
        format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
    }

    fn moved(target: &str) -> String {
        format!("HTTP/1.1 302 Found\r\nlocation: {target}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
    }

    #[test]
    fn a_bundles_address_is_its_folder_or_its_manifest() {
        for (uri, url) in [
            ("https://h/digits/", "https://h/digits/model.toml"),
            ("https://h/digits", "https://h/digits/model.toml"),
            ("https://h", "https://h/model.toml"),
            ("https://h/digits/model.toml", "https://h/digits/model.toml"),
            ("https://h/digits?at=1", "https://h/digits/model.toml?at=1"),
        ] {
            assert_eq!(manifest_url(uri).unwrap().as_str(), url);
        }
        for uri in ["digits", "ftp://h/digits", "file:///etc", "data:text/plain,x"] {
            assert!(matches!(manifest_url(uri), Err(FetchError::Uri { .. })), "{uri}");
        }
    }

    #[tokio::test]
    async fn a_manifest_is_fetched_by_its_hash_through_a_redirection() {
        let url = server(vec![moved("/elsewhere/model.toml"), ok(MANIFEST)]);
        let manifest = fetch_manifest(&url, &sha256(MANIFEST.as_bytes()), &OPTIONS).await.unwrap();
        assert_eq!((manifest.name.as_str(), manifest.numeric_class), ("digits", NumericClass::Unproven));
    }

    #[tokio::test]
    async fn whatever_else_a_server_does_is_refused() {
        let hash = sha256(MANIFEST.as_bytes());
        let other = fetch_manifest(&server(vec![ok("other")]), &hash, &OPTIONS).await.unwrap_err();
        assert!(matches!(other, FetchError::Other { .. }), "{other}");
        let long = fetch_manifest(&server(vec![ok(&"#".repeat(70_000))]), &hash, &OPTIONS).await.unwrap_err();
        assert!(matches!(long, FetchError::Bundle(BundleError::TooLarge { .. })), "{long}");
        let circle = fetch_manifest(&server(vec![moved("/"); 5]), &hash, &OPTIONS).await.unwrap_err();
        assert!(circle.to_string().contains("redirected"), "{circle}");
        let missing = "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_owned();
        let missing = fetch_manifest(&server(vec![missing]), &hash, &OPTIONS).await.unwrap_err();
        assert!(missing.to_string().contains("404"), "{missing}");
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let options = FetchOptions { timeout: Duration::from_millis(300), ..OPTIONS };
        let late = fetch_manifest(&format!("http://{}", silent.local_addr().unwrap()), &hash, &options).await;
        assert!(late.unwrap_err().to_string().contains("no answer within"));
    }

    #[tokio::test]
    async fn the_readers_own_network_is_left_alone() {
        let hash = sha256(MANIFEST.as_bytes());
        let public = FetchOptions { allows_private: false, ..OPTIONS };
        for host in ["127.0.0.1:9", "[::1]:9", "10.0.0.1", "192.168.1.1", "169.254.169.254", "[::ffff:127.0.0.1]"] {
            let refused = fetch_manifest(&format!("http://{host}/"), &hash, &public).await.unwrap_err();
            assert!(matches!(refused, FetchError::Private { .. }), "{host}: {refused}");
        }
        assert!(
            is_private_url("http://127.0.0.1:8899")
                && is_private_url("http://[::1]:1/")
                && is_private_url("http://localhost")
        );
        assert!(!is_private_url("https://api.example.org") && !is_private_url("nonsense"));
        assert!(!is_private("93.184.216.34".parse().unwrap()));
        assert!(!is_private("2606:2800:220:1::1".parse().unwrap()));
    }
}
