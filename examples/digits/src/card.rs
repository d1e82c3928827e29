//! The text of the model cards.

use modchains_sdk::bundle::{Accuracy, BundleDraft};

use crate::network::TrainOptions;

pub(super) fn card(draft: &BundleDraft, accuracy: &Accuracy, training: usize, options: TrainOptions) -> String {
    let (form, result) = if draft.numeric_class.is_provable() {
        (
            "int8 weights and activations, exact integer sums; every operator gets the same bytes",
            "the digit, then ten logits, each a 32-bit little-endian integer",
        )
    } else {
        (
            "TorchScript module in 32-bit floats; nobody can prove what it should have answered",
            "one byte with the digit, then ten 16-bit little-endian logits in steps of 1/256",
        )
    };
    format!(
        "# {name} {version}\n\n\
         Recognises one handwritten digit.\n\n\
         | | |\n|---|---|\n\
         | Accuracy on held-out images | {correct} of {held_out} ({percent:.2} %) |\n\
         | Form | {form} |\n\
         | Input | 64 bytes: 8 by 8 pixels, row by row, 0 (paper) to 16 (ink) |\n\
         | Result | {result} |\n\
         | Network | convolution 3x3 to 16 channels, convolution 3x3 stride 2 to 32, linear to 64, linear to 10 |\n\
         | Training data | {training} images of the digits set in scikit-learn |\n\
         | Training | {epochs} epochs, AdamW, seed {seed} |\n\n\
         ## Data\n\n\
         Optical Recognition of Handwritten Digits (E. Alpaydin, C. Kaynak; UCI Machine Learning Repository), the\n\
         1,797 images that scikit-learn distributes. The held-out images are a fifth of each class, chosen by the seed;\n\
         they were used neither for training nor for calibrating the quantisation. The figure was measured by running\n\
         this bundle.\n\n\
         ## Limits\n\n\
         Small centred digits on empty ground from 43 writers. Anything else gets an answer too, and a wrong one.\n",
        name = draft.name,
        version = draft.version,
        correct = accuracy.correct,
        held_out = accuracy.held_out,
        percent = accuracy.ratio() * 100.0,
        epochs = options.epochs,
        seed = options.seed,
    )
}
