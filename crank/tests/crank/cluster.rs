//! A stand-in for a cluster on which one model is served: JSON-RPC with the answers that the service reads, each method
//! of which can be made to fail, and a websocket that can fall silent.

use std::{
    collections::{HashMap, HashSet},
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use base64::{Engine, prelude::BASE64_STANDARD};
use bytemuck::Zeroable;
use modchains_sdk::{
    Hash, Keypair, Pubkey, Signer, address,
    anchor_lang::Discriminator,
    bundle::Bundle,
    instruction::Token,
    keys::Program,
    oracle::state::{Operator, Request, Service},
};
use serde_json::{Value, json};
use tungstenite::Message;

/// What the stand-in answers.
#[derive(Default)]
pub struct State {
    /// Accounts by address, as `getAccountInfo` gives them.
    pub accounts: HashMap<String, Value>,
    /// What `getProgramAccounts` lists.
    pub requests: Vec<Value>,
    /// Methods that are refused.
    pub refused: HashSet<String>,
    /// Methods that are answered with 429 and a long `Retry-After`.
    pub busy: HashSet<String>,
    /// How often each method was asked.
    pub calls: HashMap<String, usize>,
    /// Transactions that were sent.
    pub sent: Vec<Vec<u8>>,
    /// The latest blockhash.
    pub blockhash: Hash,
    /// Whether the websocket has fallen silent.
    pub is_silent: bool,
    /// How many websockets were opened.
    pub websockets: usize,
}

/// A running stand-in.
pub struct Cluster {
    pub url: String,
    pub ws_url: String,
    state: Arc<Mutex<State>>,
}

/// The operator of these tests.
pub fn operator() -> Keypair {
    Keypair::new_from_array([7; 32])
}

/// What the chain knows it by.
pub fn operator_address() -> Pubkey {
    operator().pubkey()
}

/// The model of these tests.
pub fn model() -> Pubkey {
    Pubkey::new_from_array([5; 32])
}

pub fn now_seconds() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().try_into().unwrap()
}

impl Cluster {
    /// Serves `bundle` as the current version of [`model`], with [`operator`] in funds and bonded.
    pub fn start(bundle: &Bundle) -> Self {
        let state = Arc::new(Mutex::new(State { blockhash: Hash::new_from_array([1; 32]), ..State::default() }));
        let shared = Arc::clone(&state);
        let url = serve_rpc(move |method, parameters| answer(&mut shared.lock().unwrap(), method, parameters));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let ws_url = format!("ws://{}", listener.local_addr().unwrap());
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || serve_websocket(stream.unwrap(), &shared));
            }
        });
        let cluster = Self { url, ws_url, state };
        cluster.set_up(bundle);
        cluster
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// How often a method was asked.
    pub fn calls(&self, method: &str) -> usize {
        self.state().calls.get(method).copied().unwrap_or_default()
    }

    /// Gives the operator's key so many lamports.
    pub fn fund(&self, lamports: u64) {
        let system = address::SYSTEM_PROGRAM;
        let account = json!({ "data": ["", "base64"], "executable": false, "lamports": lamports,
            "owner": system.to_string(), "rentEpoch": 0, "space": 0 });
        self.state().accounts.insert(operator_address().to_string(), account);
    }

    /// Opens a request for `input`, which anybody may claim for ten minutes.
    pub fn ask(&self, bundle: &Bundle, input: &[u8]) {
        let salt = [9; 16];
        let request = Request {
            service: address::oracle::service(&model()),
            version_manifest_sha256: bundle.manifest_sha256(),
            input_hash: modchains_sdk::bundle::sha256(&[&salt[..], input].concat()),
            salt,
            input_bytes: input.len().try_into().unwrap(),
            output_bytes_max: bundle.manifest().output.bytes().try_into().unwrap(),
            created_at_seconds: now_seconds(),
            deadline_seconds: now_seconds() + 600,
            ..Request::zeroed()
        };
        let room = vec![0; usize::from(request.output_bytes_max)];
        let data = [Request::DISCRIMINATOR, bytemuck::bytes_of(&request), input, &room].concat();
        let mut state = self.state();
        let address = Pubkey::new_from_array([(state.requests.len() + 1).try_into().unwrap(); 32]);
        let account = account(&data, Program::Oracle.id());
        state.requests.push(json!({ "pubkey": address.to_string(), "account": account }));
    }

    fn set_up(&self, bundle: &Bundle) {
        self.fund(1_000_000_000);
        let quote = Token::WRAPPED_SOL;
        let service = Service {
            model: model(),
            quote_mint: quote.mint,
            manifest_sha256: bundle.manifest_sha256(),
            fee_atoms: 1,
            input_bytes_max: 700,
            output_bytes_max: 1_024,
            ..Service::zeroed()
        };
        let operator_state = Operator { bond_atoms: 1_000_000, ..Operator::zeroed() };
        let mut mint = vec![0; 82];
        (mint[44], mint[45]) = (9, 1);
        let mut clock = vec![0; 40];
        clock[32..].copy_from_slice(&now_seconds().to_le_bytes());
        let service_data = [Service::DISCRIMINATOR, bytemuck::bytes_of(&service)].concat();
        let operator_data = [Operator::DISCRIMINATOR, bytemuck::bytes_of(&operator_state)].concat();
        let oracle = Program::Oracle.id();
        let mut state = self.state();
        let mut put = |address: Pubkey, account: Value| state.accounts.insert(address.to_string(), account);
        put(address::oracle::service(&model()), account(&service_data, oracle));
        let operator = address::oracle::operator(&address::oracle::service(&model()), &operator_address());
        put(operator, account(&operator_data, oracle));
        put(quote.mint, account(&mint, quote.program));
        put(Pubkey::from_str_const("SysvarC1ock11111111111111111111111111111111"), account(&clock, oracle));
        for program in Program::ALL {
            let mut account = account(&[], oracle);
            account["executable"] = json!(true);
            put(program.id(), account);
        }
    }
}

fn account(data: &[u8], owner: Pubkey) -> Value {
    json!({ "data": [BASE64_STANDARD.encode(data), "base64"], "executable": false, "lamports": 1_000_000,
        "owner": owner.to_string(), "rentEpoch": 0, "space": data.len() })
}

/// How a method is answered.
pub enum Answer {
    Result(Value),
    Refused(&'static str),
    Busy,
}

fn answer(state: &mut State, method: &str, parameters: &Value) -> Answer {
    *state.calls.entry(method.to_owned()).or_default() += 1;
    if state.busy.contains(method) {
        return Answer::Busy;
    }
    if state.refused.contains(method) {
        return Answer::Refused("this method is not served here\u{1b}[2K\u{202e}");
    }
    let with_context = |value: Value| Answer::Result(json!({ "context": { "slot": 5 }, "value": value }));
    let account = |address: &Value| address.as_str().and_then(|address| state.accounts.get(address)).cloned();
    match method {
        "getGenesisHash" => Answer::Result(json!(Hash::new_from_array([3; 32]).to_string())),
        "getAccountInfo" => with_context(json!(account(&parameters[0]))),
        "getMultipleAccounts" => {
            let accounts: Vec<_> = parameters[0].as_array().unwrap().iter().map(account).collect();
            with_context(json!(accounts))
        }
        "getRecentPrioritizationFees" => Answer::Result(json!([])),
        "getLatestBlockhash" => {
            with_context(json!({ "blockhash": state.blockhash.to_string(), "lastValidBlockHeight": 1_000 }))
        }
        "getBlockHeight" => Answer::Result(json!(850)),
        "getProgramAccounts" => with_context(json!(state.requests)),
        "getSignatureStatuses" => {
            let unknown = vec![Value::Null; parameters[0].as_array().unwrap().len()];
            with_context(json!(unknown))
        }
        "sendTransaction" => {
            let bytes = BASE64_STANDARD.decode(parameters[0].as_str().unwrap()).unwrap();
            let signature = bs58::encode(&bytes[1..65]).into_string();
            state.sent.push(bytes);
            Answer::Result(json!(signature))
        }
        _ => Answer::Refused("unknown method"),
    }
}

/// Serves JSON-RPC on a loopback port, for as long as the test runs, and returns the URL.
pub fn serve_rpc(answer: impl Fn(&str, &Value) -> Answer + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answer = Arc::new(answer);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let answer = Arc::clone(&answer);
            std::thread::spawn(move || serve_connection(stream.unwrap(), &*answer));
        }
    });
    url
}

fn serve_connection(stream: TcpStream, answer: &dyn Fn(&str, &Value) -> Answer) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut writer = stream;
    loop {
        let (mut length, mut line) = (0, String::new());
        while reader.read_line(&mut line).unwrap_or_default() > 2 {
            let lower = line.to_lowercase();
            if let Some(value) = lower.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            line.clear();
        }
        let mut body = vec![0; length];
        if length == 0 || reader.read_exact(&mut body).is_err() {
            return;
        }
        let request: Value = serde_json::from_slice(&body).unwrap();
        let (status, more, text) = match answer(request["method"].as_str().unwrap(), &request["params"]) {
            Answer::Result(result) => {
                ("200 OK", "", json!({ "jsonrpc": "2.0", "id": request["id"], "result": result }))
            }
            Answer::Refused(reason) => {
                let error = json!({ "code": -32601, "message": reason });
                ("200 OK", "", json!({ "jsonrpc": "2.0", "id": request["id"], "error": error }))
            }
            Answer::Busy => ("429 Too Many Requests", "retry-after: 100\r\n", Value::Null),
        };
        let text = text.to_string();
        let head = format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\n{more}content-length: {}\r\n\r\n",
            text.len()
        );
        // The service may have ended.
        if writer.write_all(head.as_bytes()).and_then(|()| writer.write_all(text.as_bytes())).is_err() {
            return;
        }
    }
}

/// Takes every subscription and announces slots, until it is told to be silent.
fn serve_websocket(stream: TcpStream, state: &Mutex<State>) {
    state.lock().unwrap().websockets += 1;
    let Ok(mut socket) = tungstenite::accept(stream) else { return };
    socket.get_ref().set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    let mut slots = None;
    loop {
        let is_silent = state.lock().unwrap().is_silent;
        match socket.read() {
            Ok(Message::Text(text)) if !is_silent => {
                let request: Value = serde_json::from_str(&text).unwrap();
                let id = request["id"].clone();
                if request["method"] == "slotSubscribe" {
                    slots = Some(id.clone());
                }
                let text = json!({ "jsonrpc": "2.0", "id": id, "result": id }).to_string();
                if socket.send(Message::text(text)).is_err() {
                    return;
                }
            }
            Ok(Message::Close(_)) => return,
            Ok(_) => {}
            Err(tungstenite::Error::Io(error))
                if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {}
            Err(_) => return,
        }
        if let Some(subscription) = slots.as_ref().filter(|_| !is_silent) {
            let result = json!({ "parent": 1, "root": 1, "slot": 2 });
            let parameters = json!({ "result": result, "subscription": subscription });
            let text = json!({ "jsonrpc": "2.0", "method": "slotNotification", "params": parameters }).to_string();
            if socket.send(Message::text(text)).is_err() {
                return;
            }
        }
    }
}
