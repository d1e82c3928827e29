//! Notifications of open requests over a websocket.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use backon::{BackoffBuilder, ExponentialBuilder};
use futures_util::{
    StreamExt,
    stream::{BoxStream, select_all},
};
use modchains_sdk::{
    Pubkey,
    decode::FetchedRequest,
    oracle::{
        self,
        state::{Request, RequestStatus},
    },
};
use solana_account_decoder_client_types::UiAccountEncoding;
use solana_pubsub_client::nonblocking::pubsub_client::{PubsubClient, PubsubClientError};
use solana_rpc_client_api::{
    config::{RpcAccountInfoConfig, RpcProgramAccountsConfig},
    filter::{Memcmp, RpcFilterType},
    response::{Response, RpcKeyedAccount},
};
use tokio::{
    sync::{Notify, mpsc},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use super::context::{Announced, Context};

/// Where a request names its service, and where its status lies.
const REQUEST_SERVICE: usize = 8 + std::mem::offset_of!(Request, service);
const REQUEST_STATUS: usize = 8 + std::mem::offset_of!(Request, status);
/// Pauses between attempts to connect.
const PAUSES: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(15)];
/// A connection on which nothing came for so long is dead, however open it looks.
const SILENCE: Duration = Duration::from_secs(5);
/// A connection that lasted this long starts over with the shortest pause.
const LASTED: Duration = Duration::from_secs(30);

/// Why a connection ended.
#[derive(Debug, thiserror::Error)]
enum Ended {
    #[error("the connection was closed")]
    Closed,
    #[error("it was silent for {} s", SILENCE.as_secs())]
    Silent,
    #[error(transparent)]
    Failed(#[from] PubsubClientError),
}

/// Announces open requests until `stop`. After every connection `connected` is notified, because requests made
/// meanwhile were missed.
pub async fn run(
    context: Arc<Context>,
    announced: mpsc::Sender<Announced>,
    connected: Arc<Notify>,
    stop: CancellationToken,
) {
    let [shortest, longest] = PAUSES;
    let builder = ExponentialBuilder::new().with_min_delay(shortest).with_max_delay(longest).without_max_times();
    let builder = builder.with_jitter();
    let mut pauses = builder.build();
    loop {
        let started = Instant::now();
        let Some(ended) = stop.run_until_cancelled(listen(&context, &announced, &connected)).await else { return };
        context.sight.set_notified(false);
        context.chain.websocket.down(&ended);
        // The list is read at once, and at the faster pace from now on.
        connected.notify_one();
        if started.elapsed() > LASTED {
            pauses = builder.build();
        }
        let pause = tokio::time::sleep(pauses.next().unwrap_or(longest));
        if stop.run_until_cancelled(pause).await.is_none() {
            return;
        }
    }
}

/// One connection, until it ends.
async fn listen(context: &Context, announced: &mpsc::Sender<Announced>, connected: &Notify) -> Ended {
    let connecting = timeout(SILENCE, PubsubClient::new(&context.chain.websocket_url)).await;
    let client = match connecting {
        Ok(Ok(client)) => client,
        Ok(Err(error)) => return error.into(),
        Err(_) => return Ended::Silent,
    };
    let streams = match timeout(SILENCE, subscribe(context, &client)).await {
        Ok(Ok(streams)) => streams,
        Ok(Err(error)) => return error.into(),
        Err(_) => return Ended::Silent,
    };
    context.chain.websocket.up();
    context.sight.set_notified(true);
    connected.notify_one();
    let mut notifications = select_all(streams);
    let forward = async {
        while let Some(notification) = notifications.next().await {
            let seen_at = Instant::now();
            if let Some((model, request)) = decode(context, &notification) {
                // Fails only when the service stops.
                announced.send(Announced { model, request, seen_at }).await.ok();
            }
        }
        Ended::Closed
    };
    tokio::select! {
        ended = forward => ended,
        ended = silence(&client) => ended,
    }
}

type Notifications<'a> = BoxStream<'a, Response<RpcKeyedAccount>>;

async fn subscribe<'a>(
    context: &Context,
    client: &'a PubsubClient,
) -> Result<Vec<Notifications<'a>>, PubsubClientError> {
    let mut streams = Vec::with_capacity(context.models.len());
    for served in &context.models {
        let config = subscription(context, &served.service);
        let (stream, _unsubscribe) = client.program_subscribe(&oracle::ID, Some(config)).await?;
        streams.push(stream);
    }
    Ok(streams)
}

/// Resolves when a connection that seems open carries nothing any more. Slots come several times a second; an endpoint
/// that does not announce them must at least refuse to.
async fn silence(client: &PubsubClient) -> Ended {
    loop {
        match timeout(SILENCE, client.slot_subscribe()).await {
            Err(_) => return Ended::Silent,
            Ok(Ok((mut slots, _unsubscribe))) => loop {
                match timeout(SILENCE, slots.next()).await {
                    Ok(Some(_)) => {}
                    Ok(None) => return Ended::Closed,
                    Err(_) => return Ended::Silent,
                }
            },
            Ok(Err(PubsubClientError::SubscribeFailed { .. })) => tokio::time::sleep(SILENCE).await,
            Ok(Err(error)) => return error.into(),
        }
    }
}

fn subscription(context: &Context, service: &Pubkey) -> RpcProgramAccountsConfig {
    let matches = |offset, bytes: &[u8]| RpcFilterType::Memcmp(Memcmp::new_base58_encoded(offset, bytes));
    let discriminator = <Request as modchains_sdk::anchor_lang::Discriminator>::DISCRIMINATOR;
    RpcProgramAccountsConfig {
        filters: Some(vec![
            matches(0, discriminator),
            matches(REQUEST_SERVICE, service.as_ref()),
            matches(REQUEST_STATUS, &[RequestStatus::Open as u8]),
        ]),
        account_config: RpcAccountInfoConfig {
            encoding: Some(UiAccountEncoding::Base64),
            commitment: Some(context.chain.settings.commitment.config()),
            ..RpcAccountInfoConfig::default()
        },
        ..RpcProgramAccountsConfig::default()
    }
}

/// The endpoint is not trusted: what does not decode, or belongs to no service of ours, is dropped.
fn decode(context: &Context, notification: &Response<RpcKeyedAccount>) -> Option<(usize, FetchedRequest)> {
    let address: Pubkey = notification.value.pubkey.parse().ok()?;
    let account = notification.value.account.to_account()?;
    match FetchedRequest::decode(&address, &account, notification.context.slot) {
        Ok(request) => Some((context.model_of(&request.request.value.service)?, request)),
        Err(error) => {
            tracing::warn!(%address, %error, "notification dropped");
            None
        }
    }
}
