//! A connection that nothing at the other end can keep waiting.

use std::time::Duration;

use async_trait::async_trait;
use http::Extensions;
use reqwest_middleware::{
    ClientBuilder, Middleware, Next,
    reqwest::{self, Request, Response, header::RETRY_AFTER},
};
use solana_rpc_client::{http_sender::HttpSender, nonblocking::rpc_client::RpcClient, rpc_client::RpcClientConfig};

use crate::{Endpoint, Result, SdkError};

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
