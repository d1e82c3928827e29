//! One question to the endpoint, bounded in time whatever the endpoint does, and repeated where a fault may have passed.

use std::time::Duration;

use serde_json::Value;
use solana_rpc_client_api::request::RpcRequest;
use tokio::time::{Instant, sleep, timeout_at};

use super::Client;
use crate::{Result, SdkError};

/// The pauses before a question is repeated.
const PAUSES: [Duration; 2] = [Duration::from_millis(100), Duration::from_millis(400)];

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
