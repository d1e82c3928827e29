//! Sending what anyone may send. Nothing is journaled: doing it twice is refused by the programs.

use modchains_sdk::{Instruction, SdkError};

use crate::service::context::Context;

/// How a submission ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// On chain.
    Done,
    /// Not on chain; somebody else may have done it.
    NotDone,
}

/// Signs, sends and follows instructions with a fixed compute limit, and logs how it ended.
pub async fn submit(context: &Context, what: &'static str, units: u32, instructions: Vec<Instruction>) -> Outcome {
    match try_submit(context, units, instructions).await {
        Ok(None) => Outcome::Done,
        Ok(Some(reason)) => {
            tracing::info!(what, reason, "refused; somebody else may have done it");
            Outcome::NotDone
        }
        Err(error) => {
            tracing::debug!(what, %error, label = error.label(), "not done");
            Outcome::NotDone
        }
    }
}

/// The reason for which the chain refused it, if it did.
async fn try_submit(context: &Context, units: u32, instructions: Vec<Instruction>) -> Result<Option<String>, SdkError> {
    let Some(signer) = context.chain.signer().await else { return Ok(Some("the service stops".to_owned())) };
    let signed = signer.sign(&context.chain.payer.budgeted(units, instructions))?;
    let confirmation = context.chain.client.confirm(&signed).await;
    Ok(confirmation?.error.map(|error| error.to_string()))
}
