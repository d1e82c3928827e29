//! The unproven class: TorchScript modules with quantised outputs.

use modchains_sdk::bundle::{Bundle, InputSpec, MODULE_FILE, OutputRule};
use tch::{CModule, Kind, Tensor, no_grad};

use super::{ModelRuntime, RuntimeError};

/// A TorchScript module ready to run. It takes a float tensor (batch, shape...) of the request's bytes as numbers and
/// gives a float tensor (batch, labels). What row `n` of it says must follow from row `n` of the input alone.
pub struct ScriptRuntime {
    input: InputSpec,
    output: OutputRule,
    module: CModule,
}

impl ScriptRuntime {
    /// Loads the module from the very bytes that were verified.
    ///
    /// # Errors
    /// When the bundle is invalid or libtorch refuses the module.
    pub fn load(bundle: &Bundle) -> Result<Self, RuntimeError> {
        // The profiling executor compiles anew for every batch size it meets; the legacy one is ready at once.
        tch::jit::f_set_profiling_mode(false)?;
        let bytes = bundle.read(MODULE_FILE)?;
        let mut module = CModule::load_data(&mut bytes.as_slice())?;
        module.f_set_eval()?;
        let manifest = bundle.manifest();
        Ok(Self { input: manifest.input.clone(), output: manifest.output.clone(), module })
    }
}

impl ModelRuntime for ScriptRuntime {
    fn infer_batch(&self, inputs: &[&[u8]]) -> Result<Vec<Vec<u8>>, RuntimeError> {
        for (position, input) in inputs.iter().enumerate() {
            self.input.check(input).map_err(|source| RuntimeError::Input { position, source })?;
        }
        if inputs.is_empty() {
            return Ok(Vec::new());
        }
        let labels = self.output.labels().len();
        let expected = [inputs.len() as i64, labels as i64];
        let mut shape = vec![inputs.len() as i64];
        shape.extend(self.input.shape.iter().map(|&side| i64::from(side)));
        let logits: Vec<f32> = no_grad(|| {
            let values = Tensor::from_slice(&inputs.concat()).f_view(shape.as_slice())?.f_to_kind(Kind::Float)?;
            let logits = self.module.forward_ts(&[values])?;
            require_form(&logits, expected)?;
            Ok::<_, RuntimeError>(Vec::<f32>::try_from(logits.f_to_kind(Kind::Float)?.f_contiguous()?.f_view([-1])?)?)
        })?;
        logits.chunks(labels).map(|logits| Ok(self.output.encode_floats(logits)?)).collect()
    }
}

/// Refuses what is not one row of real numbers per request: other kinds would lose a part when they are converted, and
/// other shapes would mix the answers of different requests.
fn require_form(logits: &Tensor, expected: [i64; 2]) -> Result<(), RuntimeError> {
    let kind = logits.f_kind()?;
    if !matches!(kind, Kind::Half | Kind::BFloat16 | Kind::Float | Kind::Double) {
        return Err(RuntimeError::Kind { actual: format!("{kind:?}") });
    }
    let actual = logits.size();
    if actual == expected { Ok(()) } else { Err(RuntimeError::Shape { expected, actual }) }
}
