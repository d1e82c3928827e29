//! A model this operator answers for, and which requests fit it.

use modchains_sdk::{
    Pubkey,
    bundle::{Bundle, InputError, InputSpec, OutputRule},
    decode::FetchedRequest,
    instruction::Token,
    oracle::state::RequestStatus,
};

use crate::worker::WorkerPool;

/// Seconds before a request's deadline from which it is left alone: the answer could come too late.
const DEADLINE_MARGIN_SECONDS: i64 = 2;

/// How many values of an input the log shows.
const ASKED_VALUES: usize = 12;

/// A model with its running workers.
pub struct Served {
    /// Address of the model.
    pub model: Pubkey,
    /// Address of its service.
    pub service: Pubkey,
    /// This operator's account at the service.
    pub operator: Pubkey,
    /// What the service is paid in.
    pub quote: Token,
    /// What it answers.
    pub offer: Offer,
    /// The processes that run it.
    pub pool: WorkerPool,
}

/// What a bundle can answer.
#[derive(Debug, Clone)]
pub struct Offer {
    /// Name and version, for the log.
    pub name: String,
    /// The version, by the hash of its manifest.
    pub manifest_sha256: [u8; 32],
    /// Code of its numeric class on chain.
    pub numeric_class: u8,
    /// What one request carries.
    pub input: InputSpec,
    /// What one result carries.
    pub output: OutputRule,
}

impl Offer {
    /// What `bundle` can answer.
    pub fn of(bundle: &Bundle) -> Self {
        let manifest = bundle.manifest();
        Self {
            name: format!("{} {}", manifest.name, manifest.version),
            manifest_sha256: bundle.manifest_sha256(),
            numeric_class: manifest.numeric_class as u8,
            input: manifest.input.clone(),
            output: manifest.output.clone(),
        }
    }

    /// What was asked, in the terms of the model: the shape of the input and its first values.
    pub fn asked(&self, input: &[u8]) -> String {
        self.input.shown(input, ASKED_VALUES)
    }

    /// What a result says, in the terms of the model.
    pub fn answered(&self, output: &[u8]) -> String {
        self.output.answer(output).map_or_else(|error| error.to_string(), |answer| answer.to_string())
    }
}

/// Why a request is not this operator's to answer. It is not looked at again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotOurs {
    /// The request names a version that is not loaded.
    #[error(
        "it names the version {asked}, the loaded bundle is {loaded}; load the bundle of that version to answer it"
    )]
    OtherVersion {
        /// Manifest hash in the request, hex.
        asked: String,
        /// Manifest hash of the bundle, hex.
        loaded: String,
    },
    /// Input and input hash do not belong together.
    #[error("its input does not hash to what it commits to")]
    InputHash,
    /// The model does not take the input.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The request's class is not the model's.
    #[error("it asks for numeric class {asked}, the model's is {loaded}")]
    NumericClass {
        /// Class in the request.
        asked: u8,
        /// Class of the bundle.
        loaded: u8,
    },
    /// The result would not fit.
    #[error("it has room for {room} bytes of output, the model's results have {needed}")]
    OutputRoom {
        /// Bytes the request has room for.
        room: u16,
        /// Bytes of a result.
        needed: usize,
    },
}

impl NotOurs {
    /// Stable label for metrics.
    pub fn label(&self) -> &'static str {
        match self {
            Self::OtherVersion { .. } => "other_version",
            Self::InputHash => "input_hash",
            Self::Input(_) => "input",
            Self::NumericClass { .. } => "numeric_class",
            Self::OutputRoom { .. } => "output_room",
        }
    }
}

/// What to do with a request that was announced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Run the model; `claim` when it is still to be claimed.
    Answer {
        /// Whether a claim must go before the result.
        claim: bool,
    },
    /// Not for this operator.
    NotOurs(NotOurs),
    /// Taken by another operator, answered, settled or too late; if that changes it is announced again.
    Leave,
}

/// Decides about a request to a service that `operator` answers for with `offer`.
pub fn consider(request: &FetchedRequest, offer: &Offer, operator: &Pubkey, now_seconds: i64) -> Verdict {
    // A status unknown to this release was refused when the request was decoded.
    let Ok(state) = request.state() else { return Verdict::Leave };
    let in_time = |end_seconds: i64| now_seconds < end_seconds.saturating_sub(DEADLINE_MARGIN_SECONDS);
    if !state.answer_until_seconds(operator.as_array()).is_some_and(in_time) {
        return Verdict::Leave;
    }
    match require_fit(request, offer) {
        Ok(()) => Verdict::Answer { claim: state.status == RequestStatus::Open },
        Err(reason) => Verdict::NotOurs(reason),
    }
}

fn require_fit(request: &FetchedRequest, offer: &Offer) -> Result<(), NotOurs> {
    let terms = &request.request.value;
    if terms.version_manifest_sha256 != offer.manifest_sha256 {
        let (asked, loaded) = (hex::encode(terms.version_manifest_sha256), hex::encode(offer.manifest_sha256));
        return Err(NotOurs::OtherVersion { asked, loaded });
    }
    if !request.input_matches() {
        return Err(NotOurs::InputHash);
    }
    offer.input.check(&request.input)?;
    if terms.numeric_class != offer.numeric_class {
        return Err(NotOurs::NumericClass { asked: terms.numeric_class, loaded: offer.numeric_class });
    }
    let (room, needed) = (terms.output_bytes_max, offer.output.bytes());
    if usize::from(room) < needed {
        return Err(NotOurs::OutputRoom { room, needed });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is the test's failure")]

    use modchains_sdk::bundle::Encoding;

    use super::*;
    use crate::service::settle::tests::{NOW, request};

    fn offer() -> Offer {
        let input = InputSpec { shape: vec![2], dtype: Encoding::Unsigned8, bytes: 2, units: None, max: Some(16) };
        let labels = (0..10).map(|label| format!("digit {label}")).collect();
        let output = OutputRule::ClassLogitsI32 { bytes: 44, steps_per_unit: Some(100), labels };
        Offer { name: "digits 1".to_owned(), manifest_sha256: [8; 32], numeric_class: 0, input, output }
    }

    #[test]
    fn question_and_answer_are_told_in_the_terms_of_the_model() {
        let offer = offer();
        assert_eq!(offer.asked(&[3, 16]), "2 [3, 16]");
        let mut image = offer.clone();
        image.input.shape = vec![1, 8, 8];
        assert_eq!(image.asked(&[7; 64]), "1x8x8 [7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, ...]");
        let mut logits = [0; 10];
        logits[4] = 900;
        let output: Vec<u8> = [4].iter().chain(&logits).flat_map(|word: &i32| word.to_le_bytes()).collect();
        assert_eq!(offer.answered(&output), "digit 4 (99.9 % sure)");
        assert!(offer.answered(&output[1..]).contains("43 bytes"));
    }

    fn verdict(request: &FetchedRequest, operator: &Pubkey) -> Verdict {
        consider(request, &offer(), operator, NOW)
    }

    #[test]
    fn an_open_request_that_fits_is_claimed_and_answered() {
        let open = request(RequestStatus::Open, Pubkey::default());
        assert_eq!(verdict(&open, &Pubkey::new_unique()), Verdict::Answer { claim: true });
    }

    #[test]
    fn a_claim_of_this_operator_is_answered_and_anothers_is_left() {
        let operator = Pubkey::new_unique();
        let claimed = request(RequestStatus::Claimed, operator);
        assert_eq!(verdict(&claimed, &operator), Verdict::Answer { claim: false });
        assert_eq!(verdict(&claimed, &Pubkey::new_unique()), Verdict::Leave);
    }

    #[test]
    fn what_is_answered_settled_or_almost_too_late_is_left() {
        let operator = Pubkey::new_unique();
        for status in [RequestStatus::Posted, RequestStatus::Finalized, RequestStatus::Refunded] {
            assert_eq!(verdict(&request(status, operator), &operator), Verdict::Leave);
        }
        let mut late = request(RequestStatus::Open, Pubkey::default());
        late.request.value.deadline_seconds = NOW + DEADLINE_MARGIN_SECONDS;
        assert_eq!(verdict(&late, &operator), Verdict::Leave);
        late.request.value.deadline_seconds += 1;
        assert_eq!(verdict(&late, &operator), Verdict::Answer { claim: true });
    }

    #[test]
    fn each_misfit_is_refused_by_name() {
        type Change = fn(&mut FetchedRequest);
        let cases: [(&str, Change); 5] = [
            ("other_version", |request| request.request.value.version_manifest_sha256 = [9; 32]),
            ("input_hash", |request| request.input[0] ^= 1),
            ("input_hash", |request| request.request.value.salt[3] ^= 1),
            ("numeric_class", |request| request.request.value.numeric_class = 1),
            ("output_room", |request| request.request.value.output_bytes_max = 43),
        ];
        for (label, change) in cases {
            let mut changed = request(RequestStatus::Open, Pubkey::default());
            change(&mut changed);
            let refused = verdict(&changed, &Pubkey::new_unique());
            assert!(matches!(&refused, Verdict::NotOurs(reason) if reason.label() == label), "{label}: {refused:?}");
        }
        let mut narrow = offer();
        narrow.input.max = Some(1);
        let open = request(RequestStatus::Open, Pubkey::default());
        let refused = consider(&open, &narrow, &Pubkey::new_unique(), NOW);
        assert!(matches!(refused, Verdict::NotOurs(NotOurs::Input(InputError::Range { .. }))), "{refused:?}");
    }
}
