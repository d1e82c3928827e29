//! 0001: every program is deployed and equals the local file.

use modchains_sdk::{SdkError, keys::Program};

use super::outcome::Outcome;
use crate::{
    Result,
    context::Context,
    deploy::{Deployed, ProgramImage},
};

/// Deploys or upgrades what differs.
pub async fn run(context: &Context) -> Result<Outcome> {
    let images = load(context)?;
    require_funds(context, &images).await?;
    let mut outcome = Outcome { done: true, changed: false, notes: vec![], differences: vec![], programs: vec![] };
    for image in &images {
        let report = image.deploy(context).await?;
        outcome.changed |= report.act != "unchanged";
        outcome.notes.push(format!(
            "{} {} at {}: {} bytes, sha256 {}",
            report.program, report.act, report.address, report.bytes, report.sha256
        ));
        outcome.programs.push(report);
    }
    Ok(outcome)
}

/// Compares without changing anything.
pub async fn status(context: &Context) -> Result<Outcome> {
    let mut outcome = Outcome { done: true, changed: false, notes: vec![], differences: vec![], programs: vec![] };
    for image in load(context)? {
        let name = image.program.name();
        let note = match image.deployed(context).await? {
            Deployed::Same => format!("{name} equals the local file, sha256 {}", image.sha256),
            Deployed::Absent => format!("{name} is not deployed"),
            Deployed::Differs { authority: Some(authority), .. } => {
                format!("{name} differs from the local file; {authority} may upgrade it")
            }
            Deployed::Differs { authority: None, .. } => format!("{name} differs from the local file and is immutable"),
        };
        outcome.done &= image.deployed(context).await? == Deployed::Same;
        outcome.notes.push(note);
    }
    Ok(outcome)
}

fn load(context: &Context) -> Result<Vec<ProgramImage>> {
    Program::ALL.into_iter().map(|program| ProgramImage::load(&context.program_folder, program)).collect()
}

/// Refuses before anything is paid for when the authority cannot pay for everything that is missing. A buffer that
/// exists already has been paid for.
async fn require_funds(context: &Context, images: &[ProgramImage]) -> Result<()> {
    let address = context.authority_address();
    let mut needed_lamports = 0_u64;
    for image in images {
        if image.deployed(context).await? == Deployed::Same {
            continue;
        }
        let buffer = crate::deploy::buffer_keypair(&context.authority, image);
        let paid_lamports = context.client.lamports(&modchains_sdk::Signer::pubkey(&buffer)).await?;
        needed_lamports += image.cost_lamports(context).await?.saturating_sub(paid_lamports);
    }
    let has_lamports = context.client.lamports(&address).await?;
    if has_lamports < needed_lamports {
        return Err(SdkError::InsufficientFunds { address, needed_lamports, has_lamports }.into());
    }
    Ok(())
}
