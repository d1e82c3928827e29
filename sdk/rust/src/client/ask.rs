//! One question to the endpoint, bounded in time whatever the endpoint does, and repeated where a fault may have passed.

use std::time::Duration;

use async_trait::async_trait;
use http::Extensions;
use reqwest_middleware::{
    ClientBuilder, Middleware, Next,
    reqwest::{self, Request, Response, header::RETRY_AFTER},
};
use serde_json::Value;
use solana_rpc_client::{http_sender::HttpSender, nonblocking::rpc_client::RpcClient, rpc_client::RpcClientConfig};
use solana_rpc_client_api::request::RpcRequest;
use tokio::time::{Instant, sleep, timeout_at};

use super::Client;
use crate::{Endpoint, Result, SdkError};

/// The pauses before a question is repeated.
const PAUSES: [Duration; 2] = [Duration::from_millis(100), Duration::from_millis(400)];

/// Takes the wish to be left alone for so long out of an answer. The RPC client, which has no limit for it, then repeats
/// a question that came too soon after half a second, a few times.
struct NoRetryAfter;

#[async_trait]
impl Middleware for NoRetryAfter {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> reqwest_middleware::Result<Response> {
        let mut response = next.run(request, extensions).await?;
        response.headers_mut().remove(RETRY_AFTER);
        Ok(response)
    }
}

/// A client that nothing at the other end can keep waiting for longer than `timeout`.
///
/// # Errors
/// When the system lacks what connections need.
pub(super) fn connect(endpoint: &Endpoint, timeout: Duration) -> Result<RpcClient> {
    let builder = reqwest::Client::builder().default_headers(HttpSender::default_headers());
    let client = builder.timeout(timeout).pool_idle_timeout(timeout).build().map_err(|error| {
        SdkError::RpcUnreachable { url: endpoint.clone(), reason: endpoint.scrub(&error.to_string()) }
    })?;
    let client = ClientBuilder::new(client).with(NoRetryAfter).build();
    let sender = HttpSender::new_with_client_with_middleware(endpoint.secret_url(), client);
    Ok(RpcClient::new_sender(sender, RpcClientConfig::default()))
}

impl Client {
    /// Asks, and asks again when a fault may have passed. Only for what changes nothing.
    pub(super) async fn ask<T: serde::de::DeserializeOwned>(&self, method: RpcRequest, parameters: Value) -> Result<T> {
        let deadline = Instant::now() + self.timeout;
        for pause in PAUSES {
            match self.ask_until(deadline, method, parameters.clone()).await {
                Err(error) if error.is_transient() && Instant::now() + pause < deadline => sleep(pause).await,
                answer => return answer,
            }
        }
        self.ask_until(deadline, method, parameters).await
    }

    /// Asks once. For what the endpoint may do even when its answer is lost.
    pub(super) async fn ask_once<T: serde::de::DeserializeOwned>(
        &self,
        method: RpcRequest,
        parameters: Value,
    ) -> Result<T> {
        self.ask_until(Instant::now() + self.timeout, method, parameters).await
    }

    async fn ask_until<T: serde::de::DeserializeOwned>(
        &self,
        deadline: Instant,
        method: RpcRequest,
        parameters: Value,
    ) -> Result<T> {
        match timeout_at(deadline, self.rpc.send(method, parameters)).await {
            Ok(answer) => answer.map_err(|error| SdkError::from_rpc(&self.url, &error)),
            Err(_) => Err(SdkError::RpcUnreachable {
                url: self.url.clone(),
                reason: format!("{method} took longer than {} ms", self.timeout.as_millis()),
            }),
        }
    }
}
