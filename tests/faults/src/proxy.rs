use std::{
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, StatusCode, body::Bytes, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioIo},
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, time::sleep};

use crate::{
    lag::{Lag, Lagging},
    rule::{Fault, Rule},
    thread::ServerThread,
};

/// A JSON-RPC endpoint in front of another one, with faults by method. See the crate.
#[derive(Debug)]
pub struct FaultProxy {
    port: u16,
    shared: Arc<Shared>,
    _thread: ServerThread,
}

/// A call that came in.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Its method; `batch` for several in one.
    pub method: String,
    /// What was passed.
    pub params: Value,
    /// When it came.
    pub at: Instant,
    /// Whether a rule applied to it.
    pub is_faulty: bool,
}

#[derive(Debug)]
struct Shared {
    upstream: String,
    client: Client<HttpConnector, Full<Bytes>>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    rules: Vec<Rule>,
    calls: Vec<Call>,
    lagging: Option<Lagging>,
}

impl FaultProxy {
    /// Stands in front of the endpoint at `upstream`, an http URL. Calls that no rule answers get 502 while that is down,
    /// so that an endpoint can be made of rules alone.
    pub fn start(upstream: &str) -> Self {
        let client = Client::builder(TokioExecutor::new()).build_http();
        let shared = Arc::new(Shared { upstream: upstream.to_owned(), client, state: Mutex::default() });
        let served = Arc::clone(&shared);
        let (thread, port) = ServerThread::start(move |listener| serve(listener, served));
        Self { port, shared, _thread: thread }
    }

    /// Its own URL.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Adds a rule behind those there are. The first that applies to a call is carried out.
    pub fn add(&self, rule: Rule) {
        self.shared.state().rules.push(rule);
    }

    /// Takes all rules away, and the lag.
    pub fn clear(&self) {
        let mut state = self.shared.state();
        state.rules.clear();
        state.lagging = None;
    }

    /// Imitates a real validator from now on, or with another lag. See [`Lag`].
    pub fn lag(&self, lag: Lag) {
        self.shared.state().lagging.get_or_insert_default().lag = lag;
    }

    /// Every call so far, in the order of arrival.
    pub fn calls(&self) -> Vec<Call> {
        self.shared.state().calls.clone()
    }

    /// How often `method` was called so far.
    pub fn count(&self, method: &str) -> usize {
        self.shared.state().calls.iter().filter(|call| call.method == method).count()
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let service = service_fn(|request| answer(Arc::clone(&shared), request));
            // A connection that is dropped on purpose ends with an error, as one does that the client ends.
            http1::Builder::new().serve_connection(TokioIo::new(stream), service).await.ok();
        });
    }
}

async fn answer(shared: Arc<Shared>, request: Request<Incoming>) -> io::Result<Response<Full<Bytes>>> {
    let body = request.into_body().collect().await.map_err(io::Error::other)?.to_bytes();
    let call: Value = serde_json::from_slice(&body).unwrap_or_default();
    let method = call["method"].as_str().unwrap_or("batch").to_owned();
    let met = shared.note(&method, &call["params"]);
    let Some((fault, forwards)) = met else { return Ok(shared.forward(&method, call, body).await) };
    if forwards {
        shared.forward(&method, call.clone(), body.clone()).await;
    }
    let reply =
        |key: &str, value: Value| reply(StatusCode::OK, json!({"jsonrpc": "2.0", "id": call["id"], key: value}));
    match fault {
        Fault::Http { status, headers, body } => {
            let builder =
                headers.into_iter().fold(Response::builder(), |builder, (name, value)| builder.header(name, value));
            Ok(builder.status(status).body(Full::from(body)).expect("a rule has a valid status and valid headers"))
        }
        Fault::Error { code, message } => Ok(reply("error", json!({ "code": code, "message": message }))),
        Fault::Answer(result) => Ok(reply("result", result)),
        Fault::Drop => Err(io::Error::other("dropped on purpose")),
        Fault::Hang(duration) => {
            sleep(duration).await;
            Ok(shared.forward(&method, call.clone(), body).await)
        }
    }
}

fn reply(status: StatusCode, body: Value) -> Response<Full<Bytes>> {
    let response = Response::builder().status(status).header("content-type", "application/json");
    response.body(Full::from(body.to_string())).expect("the header is valid")
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a call and finds what shall befall it, and whether the endpoint gets it all the same.
    fn note(&self, method: &str, params: &Value) -> Option<(Fault, bool)> {
        let mut state = self.state();
        let State { rules, calls, .. } = &mut *state;
        let seen = || calls.iter().map(|call| call.method.clone());
        // Every rule counts the calls it is meant for, whichever is carried out.
        let met: Vec<bool> = rules.iter_mut().map(|rule| rule.meets(method, seen())).collect();
        let rule = met.iter().position(|met| *met).map(|index| &rules[index]);
        let met = rule.map(|rule| (rule.fault.clone(), rule.forwards));
        let (method, params, is_faulty) = (method.to_owned(), params.clone(), met.is_some());
        calls.push(Call { method, params, at: Instant::now(), is_faulty });
        met
    }

    /// What the endpoint says, changed to what it would say if it lagged.
    async fn forward(&self, method: &str, call: Value, body: Bytes) -> Response<Full<Bytes>> {
        let asked = self.state().lagging.as_ref().and_then(|lagging| lagging.accounts_before(method, &call["params"]));
        let before = match asked {
            Some(addresses) => Some(self.accounts(addresses).await),
            None => None,
        };
        let (status, answer) = match self.ask(body).await {
            Ok(answered) => answered,
            Err(error) => return reply(StatusCode::BAD_GATEWAY, json!({ "error": error.to_string() })),
        };
        let mut state = self.state();
        match (&mut state.lagging, serde_json::from_slice::<Value>(&answer)) {
            (Some(lagging), Ok(mut answer)) => {
                if let Some(before) = before {
                    lagging.note_sent(&answer["result"], before);
                }
                lagging.change(method, &call["params"], &mut answer["result"]);
                reply(status, answer)
            }
            _ => {
                let response = Response::builder().status(status).header("content-type", "application/json");
                response.body(Full::from(answer)).expect("the header is valid")
            }
        }
    }

    async fn ask(&self, body: Bytes) -> Result<(StatusCode, Bytes), Box<dyn std::error::Error + Send + Sync>> {
        let request =
            Request::post(&self.upstream).header("content-type", "application/json").body(Full::from(body))?;
        let response = self.client.request(request).await?;
        Ok((response.status(), response.into_body().collect().await?.to_bytes()))
    }

    /// Accounts as they are now, each with its address; null for one that does not exist.
    async fn accounts(&self, addresses: Vec<String>) -> Vec<(String, Value)> {
        let parameters = json!([addresses, { "encoding": "base64", "commitment": "processed" }]);
        let call = json!({ "jsonrpc": "2.0", "id": 0, "method": "getMultipleAccounts", "params": parameters });
        let answer = match self.ask(Bytes::from(call.to_string())).await {
            Ok((_, answer)) => serde_json::from_slice(&answer).unwrap_or_default(),
            Err(_) => Value::Null,
        };
        let value = |index: usize| answer["result"]["value"][index].clone();
        addresses.into_iter().enumerate().map(|(index, address)| (address, value(index))).collect()
    }
}
