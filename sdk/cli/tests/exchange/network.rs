//! A local network with the compiled programs, and people with keys on it.

use std::{
    fs,
    io::{Read, Write},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::{
        Arc, LazyLock,
        atomic::{AtomicUsize, Ordering},
    },
    thread::sleep,
    time::{Duration, Instant},
};

use indicatif::MultiProgress;
use modchains_migrations::{
    config::Config,
    context::{Context, ProgramKeys},
    steps::Step,
};
use modchains_sdk::{
    Account, Instruction, Keypair, Pubkey, Signer, address,
    client::Client,
    instruction::{
        budget::{compute_limit, compute_price},
        oracle,
    },
    keys,
    oracle::instructions::{RequestClaimArgs, ResultPostArgs},
};
use modchains_test_faults::LocalNetwork;
use serde_json::Value;
use tempfile::TempDir;

const START_TIMEOUT: Duration = Duration::from_secs(600);
const POLL: Duration = Duration::from_millis(50);
/// More compute units than a claim and a result take.
const ANSWER_UNITS: u32 = 100_000;
/// Windows short enough to wait for.
const SHORT_WINDOWS: &str = include_str!("../../../../tests/short-windows.toml");

/// The network that all tests of this file share. It ends with them.
pub static NETWORK: LazyLock<Network> = LazyLock::new(Network::start);

/// A network with the programs: a local one that runs, or the cluster that `MODCHAINS_TEST_URL` names.
pub struct Network {
    url: String,
    admin: PathBuf,
    folder: TempDir,
    _local: Option<LocalNetwork>,
}

impl Network {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (url, local) = match std::env::var("MODCHAINS_TEST_URL") {
            Ok(url) => (url, None),
            Err(_) => {
                let local = LocalNetwork::start();
                (local.url().to_owned(), Some(local))
            }
        };
        // Where somebody has deployed the programs already, only the same key may look after them.
        let admin = match std::env::var_os("MODCHAINS_TEST_ADMINISTRATOR") {
            Some(key) => PathBuf::from(key),
            None => {
                let key = folder.path().join("admin.json");
                keys::save(&key, &Keypair::new()).unwrap();
                key
            }
        };
        let network = Self { url, admin, folder, _local: local };
        tokio::runtime::Runtime::new().unwrap().block_on(network.migrate());
        network
    }

    async fn migrate(&self) {
        let client = Client::connect(&self.url).await.unwrap();
        let authority = keys::load(&self.admin).unwrap();
        let airdrop = client.request_airdrop(&authority.pubkey(), 100_000_000_000).await.unwrap();
        client.await_settled(&airdrop, START_TIMEOUT).await.expect("the airdrop arrives");
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo runs the tests");
        let context = Context {
            client: Arc::new(client),
            authority,
            program_folder: Path::new(&manifest).join("../../target/deploy"),
            program_keys: ProgramKeys::Public,
            config: toml::from_str::<Config>(SHORT_WINDOWS).unwrap(),
            compute_price_max: None,
            progress: MultiProgress::new(),
        };
        for step in Step::ALL {
            let report = step.run(&context).await.unwrap();
            assert!(report.outcome.done, "{}: {:?}", report.name, report.outcome.notes);
        }
    }

    /// Somebody new with `sol` SOL, also when another test has called somebody the same.
    pub fn person(&self, name: &str, sol: u32) -> Person {
        static PEOPLE: AtomicUsize = AtomicUsize::new(0);
        let key = self.folder.path().join(format!("{name}-{}.json", PEOPLE.fetch_add(1, Ordering::Relaxed)));
        let person = Person { url: self.url.clone(), home: self.folder.path().to_owned(), key, address: String::new() };
        let made = person.json(&["keygen", person.key.to_str().unwrap()]);
        let address = made["address"].as_str().unwrap().to_owned();
        let person = Person { address, ..person };
        person.json(&["airdrop", &sol.to_string()]);
        person
    }

    /// Who has deployed the programs and is the admin of both configurations.
    pub fn admin(&self) -> Person {
        let address = keys::load(&self.admin).unwrap().pubkey().to_string();
        Person { url: self.url.clone(), home: self.folder.path().to_owned(), key: self.admin.clone(), address }
    }

    /// What the library reads.
    pub fn read<T>(&self, question: impl AsyncFnOnce(&Client) -> T) -> T {
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let client = Client::connect(&self.url).await.unwrap();
            question(&client).await
        })
    }

    /// The account at an address, which must exist.
    pub fn account(&self, address: &Pubkey) -> Account {
        let found = self.read(async |client| client.account(address).await.unwrap().1);
        found.unwrap_or_else(|| panic!("there is nothing at {address}"))
    }

    /// Where it answers.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A folder that goes away with the network.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// Somebody with a key, at a shell.
pub struct Person {
    url: String,
    home: PathBuf,
    key: PathBuf,
    /// Their address.
    pub address: String,
}

impl Person {
    /// The command line with this person's key; nobody answers questions.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_modchains"));
        command.args(arguments).env_clear().env("HOME", &self.home).env("MODCHAINS_URL", &self.url);
        command.env("MODCHAINS_KEYPAIR", &self.key).stdin(Stdio::null());
        command
    }

    /// What a command prints for scripts. It must do what it is asked.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let output = self.command(arguments).args(["--json", "--yes"]).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {output:?}"))
    }

    /// What a command prints for people. It must do what it is asked.
    pub fn text(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// The label and message of a command that must be refused, with one line of JSON on standard error.
    pub fn refused(&self, arguments: &[&str]) -> (String, String) {
        refusal(arguments, &self.command(arguments).args(["--json", "--yes"]).output().unwrap())
    }

    /// As [`Self::refused`], without `--yes`.
    pub fn refused_unasked(&self, arguments: &[&str]) -> (String, String) {
        refusal(arguments, &self.command(arguments).arg("--json").output().unwrap())
    }

    /// Answers a request as its operator and makes the result final: what the operator service does.
    pub fn answer(&self, model: &str, request: &str, output: &[u8]) {
        let (model, request) = (model.parse().unwrap(), request.parse().unwrap());
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let key = keys::load(&self.key).unwrap();
            let authority = key.pubkey();
            let client = Client::connect(&self.url).await.unwrap();
            let state = client.request(&request).await.unwrap().request.value;
            let (created_at_seconds, service) = (state.created_at_seconds, state.service);
            let claim = RequestClaimArgs { created_at_seconds, land_until_seconds: state.deadline_seconds };
            let claim = oracle::request_claim(&authority, &service, &request, claim);
            let (numeric_class, output) = (state.numeric_class, output.to_vec());
            let post = ResultPostArgs { created_at_seconds, numeric_class, trace_root: [0; 32], output };
            let post = oracle::result_post(&authority, &service, &request, post);
            let budgeted = [compute_limit(ANSWER_UNITS), compute_price(1), claim, post];
            let signed = client.sign(&budgeted, &[&key]).await.unwrap();
            assert_eq!(client.confirm(&signed).await.unwrap().error, None, "{request}");
            let operator = address::oracle::operator(&service, &authority);
            let finalize = oracle::result_finalize(&model, &request, &operator);
            let deadline = Instant::now() + START_TIMEOUT;
            while let Err(refused) = client.send(std::slice::from_ref(&finalize), &[&key]).await {
                assert!(refused.is_refusal("ChallengeWindowOpen") && Instant::now() < deadline, "{refused}");
                tokio::time::sleep(POLL).await;
            }
        });
    }

    /// Sends instructions that this person pays for and signs with `others`: what no command sends.
    pub fn send(&self, instructions: &[Instruction], others: &[&Keypair]) {
        let key = keys::load(&self.key).unwrap();
        let signers = [&[&key], others].concat();
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let client = Client::connect(&self.url).await.unwrap();
            client.send(instructions, &signers).await.unwrap();
        });
    }

    /// Lamports, wrapped lamports and atoms of a model's token.
    pub fn balance(&self, model: &str) -> (u64, u64, u64) {
        let balance = self.json(&["balance", "--model", model]);
        let tokens = atoms(&balance["tokens"][0]["balance"]);
        (atoms(&balance["sol"]), atoms(&balance["wrapped_sol"]), tokens)
    }
}

/// Serves the manifest in `folder` over HTTP on loopback, `times` times, and gives the address of the folder.
pub fn serve_manifest(folder: &Path, times: usize) -> String {
    let manifest = fs::read(folder.join("model.toml")).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/bundle/", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for _ in 0..times {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 4_096];
            let length = stream.read(&mut request).unwrap_or(0);
            let is_found = request[..length].starts_with(b"GET /bundle/model.toml ");
            let (status, body) = if is_found { ("200 OK", &manifest[..]) } else { ("404 Not Found", &[][..]) };
            let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
            let _ = stream.write_all(&[head.as_bytes(), body].concat());
        }
    });
    url
}

fn refusal(arguments: &[&str], output: &Output) -> (String, String) {
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {output:?}");
    assert!(output.stdout.is_empty(), "{arguments:?}: {output:?}");
    let report: Value = serde_json::from_slice(&output.stderr).unwrap();
    let text = |key: &str| report["error"][key].as_str().unwrap().to_owned();
    (text("label"), text("message"))
}

/// Atoms of an amount.
pub fn atoms(amount: &Value) -> u64 {
    amount["atoms"].as_str().unwrap_or_else(|| panic!("{amount} is no amount")).parse().unwrap()
}

/// Waits until `happens` says so.
pub fn eventually(what: &str, happens: impl Fn() -> bool) {
    let deadline = Instant::now() + START_TIMEOUT;
    while !happens() {
        assert!(Instant::now() < deadline, "{what} did not happen");
        sleep(Duration::from_millis(200));
    }
}
