//! The compiled program accepts a request exactly when the core's rules of licences do.

use modchains_core::licence::{Grant, LicenceKind, LicenceTerms, RateWindow, effective};
use modchains_exchange::state::{LicenceGrantArgs, ModelTerms};
use modchains_oracle::{instructions::RequestCreateArgs, state::LicenceUse};
use modchains_sdk::{address, instruction::oracle::LicenceProof};
use modchains_tests::world::{FEE_ATOMS, World, request_args};
use proptest::prelude::*;

use crate::oracle::licences::{SIDE, TERMS, ask, grant, grant_args, requester, revoke, set_terms};

/// What the creator or the requester does, a while after the last step.
#[derive(Debug, Clone)]
enum Step {
    SetTerms(LicenceKind, LicenceTerms),
    /// For so many seconds, or for good.
    Grant(LicenceTerms, Option<i64>),
    Revoke,
    Ask {
        uses: u16,
        fee_max_atoms: u64,
        proof: LicenceProof,
    },
}

/// What the chain should hold.
#[derive(Debug)]
struct Expected {
    kind: LicenceKind,
    terms: LicenceTerms,
    grant: Option<Grant>,
    windows: [RateWindow; 2],
}

impl Expected {
    /// Name of the error that refuses the request, if one does; otherwise what it costs.
    fn ask(&mut self, uses: u16, fee_max_atoms: u64, proof: LicenceProof, now: i64) -> Result<u64, String> {
        let grant = self.grant.as_ref();
        let name = |error| format!("{error:?}");
        let terms = effective(self.kind, &self.terms, grant, now).map_err(name)?;
        terms.check_uses(uses).map_err(name)?;
        let fee_atoms = terms.fee_atoms(FEE_ATOMS);
        if fee_max_atoms < fee_atoms {
            let too_dear = if fee_max_atoms < FEE_ATOMS { "FeeAboveLimit" } else { "LicencePriceAboveLimit" };
            return Err(too_dear.to_owned());
        }
        if terms.rate_max > 0 && !proof.is_counted {
            return Err("LicenceUseMissing".to_owned());
        }
        let window = &mut self.windows[usize::from(grant.is_some())];
        *window = window.record(&terms, now).map_err(name)?;
        Ok(fee_atoms)
    }
}

/// Valid terms with narrow uses, prices around the service's fee, and rates that a few requests fill.
fn terms() -> impl Strategy<Value = LicenceTerms> {
    let prices = prop_oneof![Just(0), (FEE_ATOMS - 2)..(FEE_ATOMS + 3), Just(3 * FEE_ATOMS)];
    let rates = prop_oneof![Just((0, 0)), (1_u32..3, prop_oneof![Just(1), 20_u32..60])];
    (1_u16..32, prices, rates).prop_map(|(uses, price_atoms, (rate_max, rate_window_seconds))| LicenceTerms {
        uses,
        price_atoms,
        rate_max,
        rate_window_seconds,
    })
}

fn step() -> impl Strategy<Value = Step> {
    let kinds = prop_oneof![Just(LicenceKind::Public), Just(LicenceKind::Paid), Just(LicenceKind::GrantOnly)];
    let uses = prop_oneof![3 => (0_u32..5).prop_map(|bit| 1_u16 << bit), 1 => 0_u16..64];
    let limits = prop_oneof![1 => (FEE_ATOMS - 2)..(FEE_ATOMS + 3), 2 => Just(4 * FEE_ATOMS)];
    let proofs = prop::bool::weighted(0.9).prop_map(|is_counted| LicenceProof { is_counted });
    prop_oneof![
        1 => (kinds, terms()).prop_map(|(kind, terms)| Step::SetTerms(kind, terms)),
        1 => (terms(), prop::option::of(1_i64..100)).prop_map(|(terms, seconds)| Step::Grant(terms, seconds)),
        1 => Just(Step::Revoke),
        7 => (uses, limits, proofs)
            .prop_map(|(uses, fee_max_atoms, proof)| Step::Ask { uses, fee_max_atoms, proof }),
    ]
}

fn model_terms(kind: LicenceKind, terms: &LicenceTerms) -> ModelTerms {
    ModelTerms {
        licence_kind: kind as u8,
        licence_uses: terms.uses,
        licence_price_atoms: terms.price_atoms,
        licence_rate_max: terms.rate_max,
        licence_rate_window_seconds: terms.rate_window_seconds,
        ..TERMS
    }
}

fn grant_of(terms: &LicenceTerms, expires_at_seconds: i64) -> LicenceGrantArgs {
    LicenceGrantArgs {
        price_atoms: terms.price_atoms,
        expires_at_seconds,
        rate_max: terms.rate_max,
        rate_window_seconds: terms.rate_window_seconds,
        uses: terms.uses,
        ..grant_args()
    }
}

/// The windows that the requester's counter shows, under the default terms and under the grant; empty ones when there is
/// no counter.
fn windows(world: &World) -> [RateWindow; 2] {
    let address = address::oracle::licence_use(&SIDE.model(), &requester());
    world.chain.raw(&address).map_or_else(Default::default, |_| {
        let counter: LicenceUse = world.chain.state(&address);
        let windows = counter.windows();
        [windows.default, windows.granted]
    })
}

fn check(steps: &[(i64, Step)]) -> Result<usize, TestCaseError> {
    let mut world = World::ready();
    let terms = LicenceTerms { uses: TERMS.licence_uses, price_atoms: 0, rate_max: 0, rate_window_seconds: 0 };
    let mut expected = Expected { kind: LicenceKind::Public, terms, grant: None, windows: Default::default() };
    let mut accepted = 0;
    for (nonce, (seconds, step)) in (1..).zip(steps) {
        world.chain.advance(*seconds);
        let now = world.chain.now();
        match step {
            Step::SetTerms(kind, terms) => {
                world.chain.must(&[set_terms(model_terms(*kind, terms))]);
                (expected.kind, expected.terms) = (*kind, *terms);
            }
            Step::Grant(terms, seconds) => {
                let expires_at_seconds = seconds.map_or(0, |seconds| now + seconds);
                world.chain.must(&[grant(grant_of(terms, expires_at_seconds))]);
                expected.grant = Some(Grant { terms: *terms, expires_at_seconds, revoked_at_seconds: 0 });
            }
            Step::Revoke => {
                if let Some(grant) = expected.grant.as_mut().filter(|grant| grant.revoked_at_seconds == 0) {
                    world.chain.must(&[revoke()]);
                    grant.revoked_at_seconds = now;
                }
            }
            Step::Ask { uses, fee_max_atoms, proof } => {
                let args = RequestCreateArgs { uses: *uses, fee_max_atoms: *fee_max_atoms, ..request_args(nonce) };
                let outcome = world.chain.send(&[ask(*proof, args)]);
                let charged =
                    outcome.map(|_| world.request_state(SIDE, nonce).fee_atoms).map_err(|refusal| refusal.name);
                prop_assert_eq!(&charged, &expected.ask(*uses, *fee_max_atoms, *proof, now), "step {}", nonce);
                accepted += usize::from(charged.is_ok());
            }
        }
        prop_assert_eq!(windows(&world), expected.windows, "step {}", nonce);
    }
    Ok(accepted)
}

#[test]
fn a_request_is_accepted_exactly_when_the_rules_of_the_core_accept_it() {
    let mut runner = proptest::test_runner::TestRunner::new(modchains_test_seed::cases(48));
    let (asked, accepted) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
    let steps = prop::collection::vec((prop_oneof![3 => Just(0_i64), 2 => 0_i64..70], step()), 1..40);
    let outcome = runner.run(&steps, |steps| {
        asked.set(asked.get() + steps.iter().filter(|(_, step)| matches!(step, Step::Ask { .. })).count());
        accepted.set(accepted.get() + check(&steps)?);
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
    println!("{} of {} requests accepted", accepted.get(), asked.get());
    assert!(5 * accepted.get() > asked.get() && accepted.get() < asked.get(), "both answers are tested");
}
