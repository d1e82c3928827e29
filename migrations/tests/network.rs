//! The steps on a local network, where a stranger has sent lamports to whatever address something is to be created at.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::{path::Path, sync::Arc, time::Duration};

use clap::Parser;
use indicatif::MultiProgress;
use modchains_migrations::{
    MigrateError,
    authority::{self, ChangeCommand, RoleCommand},
    config::Config,
    context::{Context, ProgramKeys},
    deploy::{ProgramImage, buffer_keypair},
    metadata::{
        plan::{Found, Next, Target},
        program::{self, HEADER_BYTES, Place},
    },
    steps::Step,
};
use modchains_sdk::{
    Keypair, Pubkey, Signer,
    address::{self, SYSTEM_PROGRAM},
    client::Client,
    keys::Program,
};
use modchains_test_faults::LocalNetwork;

/// Long enough for anything that happens at all.
const PATIENCE: Duration = Duration::from_secs(600);
/// Enough for an account without data, and not for any with data.
const DUST: u64 = 1_000_000;
/// More than three programs cost.
const FUNDS: u64 = 100_000_000_000;

/// A command line with a role in it.
#[derive(Parser)]
struct Line {
    #[command(subcommand)]
    role: RoleCommand,
}

/// A command line with a change in it.
#[derive(Parser)]
struct ChangeLine {
    #[command(subcommand)]
    change: ChangeCommand,
}

/// Somebody with funds on a network without any program of ours.
async fn start() -> (LocalNetwork, Context) {
    let network = LocalNetwork::start();
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo runs the tests");
    let context = Context {
        client: Arc::new(Client::connect(network.url()).await.unwrap()),
        authority: Keypair::new(),
        program_folder: Path::new(&manifest).join("../target/deploy"),
        program_keys: ProgramKeys::Public,
        config: Config::default(),
        compute_price_max: None,
        progress: MultiProgress::new(),
    };
    send(&context, &context.authority_address(), FUNDS).await;
    (network, context)
}

/// What a stranger does to an address.
async fn send(context: &Context, to: &Pubkey, lamports: u64) {
    let airdrop = context.client.request_airdrop(to, lamports).await.unwrap();
    let settled = context.client.await_settled(&airdrop, PATIENCE).await;
    assert!(settled.is_some_and(|settled| settled.error.is_none()), "{to}");
}

#[tokio::test]
async fn dust_at_any_address_stops_no_step() {
    let (_network, context) = start().await;
    for program in Program::ALL {
        let image = ProgramImage::load(&context.program_folder, program).unwrap();
        send(&context, &buffer_keypair(&context.authority, &image).pubkey(), DUST).await;
        send(&context, &program.id(), DUST).await;
    }
    for step in Step::ALL {
        // Whatever comes next is still to be done, whoever has sent what to where.
        for config in [address::exchange::config(), address::oracle::config()] {
            if context.client.account(&config).await.unwrap().1.is_none() {
                send(&context, &config, DUST).await;
            }
        }
        let before = step.status(&context).await.unwrap().outcome;
        assert!(!before.done, "{}: {:?}", step.name(), before.notes);
        let after = step.run(&context).await.unwrap().outcome;
        assert!(after.done && after.changed, "{}: {:?}", step.name(), after.notes);
        let again = step.run(&context).await.unwrap().outcome;
        assert!(again.done && !again.changed, "{}: {:?}", step.name(), again.notes);
    }
}

#[tokio::test]
async fn a_role_is_handed_over_and_a_mint_is_taken_off_both_lists() {
    let (_network, mut context) = start().await;
    for step in Step::ALL {
        step.run(&context).await.unwrap();
    }
    let heir = Keypair::new();
    send(&context, &heir.pubkey(), FUNDS).await;
    let command = |line: &str| Line::try_parse_from(line.split_whitespace()).unwrap().role;
    let offer = command(&format!("role offer --program exchange --role admin --to {}", heir.pubkey()));
    let former = context.authority_address();
    context.send(&[offer.instruction(&former).unwrap()], &[]).await.unwrap();
    let admin = authority::holders(&context).await.unwrap().remove(0);
    assert_eq!((admin.holder, admin.offered_to), (former.to_string(), Some(heir.pubkey().to_string())));
    let mint = address::WRAPPED_SOL_MINT;
    let former_admin = std::mem::replace(&mut context.authority, heir);
    let accept = command("role accept --program exchange --role admin").instruction(&context.authority_address());
    context.send(&[accept.unwrap()], &[]).await.unwrap();
    let admin = authority::holders(&context).await.unwrap().remove(0);
    assert_eq!((admin.holder, admin.offered_to), (context.authority_address().to_string(), None));
    // The oracle has its former admin, so that neither can shorten both lists at once.
    assert!(authority::delist(&context, &mint).await.is_err());
    let offer = command(&format!("role offer --program oracle --role admin --to {}", context.authority_address()));
    let offer = offer.instruction(&former).unwrap();
    context.client.send(&[offer], &[&former_admin]).await.unwrap();
    let accept = command("role accept --program oracle --role admin").instruction(&context.authority_address());
    context.send(&[accept.unwrap()], &[]).await.unwrap();
    assert_eq!(authority::delist(&context, &mint).await.unwrap().0, 2);
    assert_eq!(authority::delist(&context, &mint).await.unwrap().0, 0);
    assert!(!Step::QuoteMints.status(&context).await.unwrap().outcome.done);
}

/// No clock of a network moves a day: that a change is applied once its timelock is over is the programs' tests' to show.
#[tokio::test]
async fn a_change_is_queued_shown_and_taken_back_and_not_applied_before_its_time() {
    let (_network, mut context) = start().await;
    for step in Step::ALL {
        step.run(&context).await.unwrap();
    }
    let command = |line: &str| ChangeLine::try_parse_from(line.split_whitespace()).unwrap().change;
    let file_says = |context: &mut Context| {
        let market = &mut context.config.exchange.market;
        (market.usage_stale_seconds, context.config.oracle.service.claim_seconds) = (7 * 3_600, 240);
    };
    let names =
        |settings: &[authority::ChangedSetting]| settings.iter().map(|it| it.setting.clone()).collect::<Vec<_>>();
    for (program, setting, place) in [("exchange", "usage_stale_seconds", 0), ("oracle", "claim_seconds", 1)] {
        let of = |act: &str| command(&format!("change {act} --program {program}"));
        for (act, has_file, label) in
            [("apply", true, "nothing_queued"), ("cancel", true, "nothing_queued"), ("queue", false, "config_missing")]
        {
            assert_eq!(of(act).instruction(&context, has_file).await.unwrap_err().label(), label, "{program} {act}");
        }
        if place == 0 {
            assert_eq!(of("queue").instruction(&context, true).await.unwrap_err().label(), "nothing_to_queue");
            file_says(&mut context);
        }
        assert!(command("change show").instruction(&context, true).await.unwrap().is_none());
        let report = authority::reports(&context, true).await.unwrap().remove(place);
        assert_eq!((report.queued_at_seconds, names(&report.in_file)), (None, vec![setting.to_owned()]));

        let queue = of("queue").instruction(&context, true).await.unwrap().unwrap();
        context.send(&[queue], &[]).await.unwrap();
        let report = authority::reports(&context, false).await.unwrap().remove(place);
        let queued_at_seconds = report.queued_at_seconds.unwrap();
        assert!(queued_at_seconds > context.client.now_seconds().await.unwrap(), "{report:?}");
        assert_eq!((names(&report.queued), report.in_file), (vec![setting.to_owned()], Vec::new()));
        let apply = of("apply").instruction(&context, true).await.unwrap().unwrap();
        let refused = context.send(&[apply], &[]).await.unwrap_err();
        assert!(refused.to_string().contains("TimelockRunning"), "{refused}");

        let cancel = of("cancel").instruction(&context, true).await.unwrap().unwrap();
        context.send(&[cancel], &[]).await.unwrap();
        let report = authority::reports(&context, false).await.unwrap().remove(place);
        assert!(report.queued_at_seconds >= Some(queued_at_seconds) && report.queued.is_empty(), "{report:?}");
    }
    let (stranger, admin) = (Keypair::new(), context.authority_address());
    send(&context, &stranger.pubkey(), FUNDS).await;
    context.authority = stranger;
    let queue = command("change queue --program exchange").instruction(&context, true).await.unwrap().unwrap();
    let refused = context.send(&[queue], &[]).await.unwrap_err();
    assert!(refused.to_string().contains("NotAdmin"), "{refused} of {admin}");
}

/// The loader creates no account that holds lamports, and nobody else can create one there.
#[tokio::test]
async fn lamports_where_the_loader_would_keep_a_program_are_told_before_anything_is_paid() {
    let (_network, context) = start().await;
    let last = *Program::ALL.last().unwrap();
    let data_address = address::program_data(&last.id());
    send(&context, &data_address, DUST).await;
    for refused in [Step::DeployPrograms.status(&context).await, Step::DeployPrograms.run(&context).await] {
        let refused = refused.unwrap_err();
        let is_told = matches!(&refused, MigrateError::NotAProgram { address, .. } if *address == data_address);
        assert!(is_told && refused.to_string().contains("deploy under another address"), "{refused}");
    }
    assert_eq!(context.client.lamports(&context.authority_address()).await.unwrap(), FUNDS);
}

/// The metadata program itself is in no package registry; what comes before its instructions is the system program's.
#[tokio::test]
async fn dust_at_the_buffer_of_long_metadata_stops_no_publication() {
    let (_network, context) = start().await;
    let (buffer, authority) = (Keypair::new(), context.authority_address());
    let place = Place::new(Program::Exchange.id(), authority, "idl");
    let data = vec![7; 5_000];
    let bytes = HEADER_BYTES + data.len();
    let rent_lamports = context.client.rent_lamports(bytes).await.unwrap();
    // Published before, with other data.
    let mut published = [&[2][..], place.program.as_ref(), &[0; 32], &[1, 1], &place.seed].concat();
    published.resize(HEADER_BYTES, 0);
    let published = modchains_sdk::Account { data: published, owner: program::ID, ..Default::default() };
    let target = Target { place, data, buffer: buffer.pubkey(), rent_lamports };
    send(&context, &buffer.pubkey(), DUST).await;
    let (_, found) = context.client.any_account(&buffer.pubkey()).await.unwrap();
    let next = target.next(Found { metadata: Some(&published), buffer: found.as_ref() }, |_| false).unwrap();
    let Next::Once { instructions, buffer_signs: true } = next else { panic!("one transaction, not {next:?}") };
    let (create, written): (Vec<_>, Vec<_>) = instructions.into_iter().partition(|it| it.program_id == SYSTEM_PROGRAM);
    assert_eq!(written.len(), 2, "the metadata program makes a buffer of it and hands it over");
    context.send(&create, &[&buffer]).await.unwrap();
    let account = context.client.account(&buffer.pubkey()).await.unwrap().1.unwrap();
    assert_eq!((account.owner, account.data.len(), account.lamports), (program::ID, bytes, rent_lamports));
}
