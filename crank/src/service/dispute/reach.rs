use std::time::Duration;

use modchains_sdk::{
    Instruction, Pubkey, SdkError,
    client::{Client, ClientOptions, SendOptions},
    decode::{FetchedDispute, FetchedRequest, MadeMove},
    dispute::replay,
    oracle::state::RequestStatus,
};
use tokio::sync::OnceCell;

use crate::{config::Config, service::context::Context};

/// The endpoints of a service, asked one after the other: a clock does not stop because one of them is down.
pub struct Reach {
    /// Those besides the first, each connected when it is needed.
    further: Vec<(String, OnceCell<Client>)>,
    options: ClientOptions,
    price_max: u64,
}

/// Whether the next endpoint is to be asked after this answer.
fn is_open<T>(answer: &Result<T, SdkError>) -> bool {
    answer.as_ref().is_err_and(SdkError::is_transient)
}

impl Reach {
    /// Nothing is asked yet.
    pub fn new(context: &Context, config: &Config) -> Self {
        let further = config.disputes.rpc_urls.iter().map(|url| (url.clone(), OnceCell::new())).collect();
        let options = ClientOptions {
            commitment: context.chain.client.commitment(),
            timeout: Duration::from_millis(config.chain.rpc_timeout_ms),
            ..ClientOptions::default()
        };
        Self { further, options, price_max: config.disputes.priority_fee_cap_microlamports }
    }

    /// Most that a compute unit may cost, in micro-lamports.
    pub const fn price_max(&self) -> u64 {
        self.price_max
    }

    /// The disputes about results of a service.
    pub async fn disputes(&self, context: &Context, service: &Pubkey) -> Result<Vec<FetchedDispute>, SdkError> {
        let mut answer = context.chain.client.disputes_of_service(service).await;
        for client in self.further() {
            if !is_open(&answer) {
                break;
            }
            answer = match client.connected().await {
                Ok(client) => client.disputes_of_service(service).await,
                Err(error) => Err(error),
            };
        }
        answer
    }

    /// The requests of a service in a status.
    pub async fn requests(
        &self,
        context: &Context,
        service: &Pubkey,
        status: RequestStatus,
    ) -> Result<Vec<FetchedRequest>, SdkError> {
        let mut answer = context.chain.client.requests(service, Some(status)).await;
        for client in self.further() {
            if !is_open(&answer) {
                break;
            }
            answer = match client.connected().await {
                Ok(client) => client.requests(service, Some(status)).await,
                Err(error) => Err(error),
            };
        }
        answer
    }

    /// The moves of a dispute, from the first endpoint that knows all that led to where the game stands, or the last that
    /// knows any: not every endpoint keeps what is old, or reads transactions of every version.
    pub async fn moves(&self, context: &Context, dispute: &FetchedDispute) -> Result<Vec<MadeMove>, SdkError> {
        let address = &dispute.dispute.address;
        let mut answer = context.chain.client.dispute_moves(address, None).await;
        for client in self.further() {
            if answer.as_ref().is_ok_and(|moves| is_whole(dispute, moves)) {
                break;
            }
            let next = match client.connected().await {
                Ok(client) => client.dispute_moves(address, None).await,
                Err(error) => Err(error),
            };
            if next.is_ok() {
                answer = next;
            }
        }
        answer
    }

    /// Signs and sends through the first endpoint that answers, for at least `price` micro-lamports a compute unit. What was
    /// sent twice is refused the second time.
    pub async fn send(&self, context: &Context, instructions: &[Instruction], price: u64) -> Result<(), SdkError> {
        let options = SendOptions {
            compute_price_max: Some(context.chain.settings.priority_fee_cap_microlamports),
            compute_price_min: price,
            ..SendOptions::default()
        };
        let signers = [context.chain.payer.authority()];
        let mut answer = context.chain.client.send_with(instructions, &signers, &options).await;
        for client in self.further() {
            if !is_open(&answer) {
                break;
            }
            answer = match client.connected().await {
                Ok(client) => client.send_with(instructions, &signers, &options).await,
                Err(error) => Err(error),
            };
        }
        answer.map(|_| ())
    }

    fn further(&self) -> Vec<Further<'_>> {
        self.further.iter().map(|(url, cell)| Further { url, cell, options: &self.options }).collect()
    }
}

/// An endpoint besides the first.
struct Further<'a> {
    url: &'a str,
    cell: &'a OnceCell<Client>,
    options: &'a ClientOptions,
}

impl<'a> Further<'a> {
    /// Its client, which is connected once.
    async fn connected(self) -> Result<&'a Client, SdkError> {
        self.cell.get_or_try_init(|| Client::connect_with(self.url, self.options)).await
    }
}

/// Whether moves lead to where a game stands.
fn is_whole(dispute: &FetchedDispute, moves: &[MadeMove]) -> bool {
    let both = [dispute.request.input.as_slice(), dispute.request.output.as_slice()];
    let (_, reached) = replay(&dispute.case, both, moves, |made| &made.step);
    reached.phase == dispute.game.phase
}
