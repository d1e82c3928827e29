//! Moves of a dispute that another program makes cannot be read from the ledger, and are refused.

use modchains_sdk::provable::Move;
use modchains_test_graphs::{convolutional, input};
use modchains_test_seed::random;
use modchains_tests::{
    disputes::{ChainBoard, Inference, play_until},
    world::{Side, World},
};
use test_foreign::Route;

use super::program::{foreign, install};

#[test]
fn a_move_under_a_call_is_refused_and_sent_itself_it_is_made() {
    let mut random = random();
    let model = convolutional(&mut random);
    let inference = Inference::new(&model, 1, input(&model, 1, &mut random));
    let mut claimed = inference.right.clone();
    let last = claimed.len() - 1;
    claimed[last] ^= 1;
    let mut world = World::ready();
    install(&mut world.chain);
    let mut board = ChainBoard::open(&mut world, Side::A, &inference, &claimed);
    let looks: [fn(&Move) -> bool; 5] = [
        |step| matches!(step, Move::Trace(_)),
        |step| matches!(step, Move::Reveal(_)),
        |step| matches!(step, Move::Pick(_)),
        |step| matches!(step, Move::Anchor(_)),
        |step| matches!(step, Move::Judge(_)),
    ];
    for look in looks {
        let step = play_until(&mut board, &inference, &claimed, look);
        let forwarded = Route::of([step.clone()]).instruction(&foreign());
        assert_eq!(board.world.chain.send(&[forwarded]).unwrap_err().name, "MoveUnderCall");
        board.world.clone().chain.must(&[step]);
    }
}
