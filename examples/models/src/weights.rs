//! The weights of the graph, from the published ones.

use safetensors::{
    SafeTensors,
    tensor::{Dtype, TensorView},
};

use crate::ModelError;

const LAYERS: usize = 6;
/// Published names in a layer, names in the graph, and what they are multiplied with.
const AFFINE: [(&str, &str, [Factor; 2]); 6] = [
    ("attention.self.query", "query", [Factor::OfScores, Factor::OfScores]),
    ("attention.self.key", "key", [Factor::One, Factor::One]),
    ("attention.self.value", "value", [Factor::One, Factor::One]),
    ("attention.output.dense", "output", [Factor::One, Factor::One]),
    ("intermediate.dense", "inner", [Factor::One, Factor::One]),
    ("output.dense", "outer", [Factor::Half, Factor::One]),
];
const NORMS: [(&str, &str); 2] = [("attention.output.LayerNorm", "attention_norm"), ("output.LayerNorm", "norm")];

/// What the graph leaves to the weights, of matrices and of biases.
#[derive(Debug, Clone, Copy)]
enum Factor {
    One,
    /// Of GELU; exact.
    Half,
    /// Of attention's scores, one over the square root of 32; rounded once.
    OfScores,
}

impl Factor {
    fn times(self, weight: f32) -> f32 {
        match self {
            Self::One => weight,
            Self::Half => weight / 2.0,
            // In double precision, so that only the last step rounds to 32 bits.
            Self::OfScores => (f64::from(weight) / 32.0_f64.sqrt()) as f32,
        }
    }
}

/// A tensor of the graph.
struct Named {
    name: String,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl Named {
    /// With zero in the place of every negative zero.
    fn new(name: String, shape: Vec<usize>, elements: impl Iterator<Item = f32>) -> Self {
        Self { name, shape, bytes: elements.flat_map(|element| (element + 0.0).to_le_bytes()).collect() }
    }
}

/// `weights.safetensors` of the graph, of the published file. Position embeddings are those of the first `positions` tokens and hold
/// those of token type 0 as well.
pub fn converted(published: &[u8], positions: usize) -> Result<Vec<u8>, ModelError> {
    let published = SafeTensors::deserialize(published)?;
    let read = |name: &str| floats(&published, name);
    let mut parts = Vec::new();
    let (shape, words) = read("embeddings.word_embeddings.weight")?;
    parts.push(Named::new("words.weight".into(), shape, words.into_iter()));
    let (shape, places) = read("embeddings.position_embeddings.weight")?;
    let (_, kind) = read("embeddings.token_type_embeddings.weight")?;
    let width = *shape.last().unwrap_or(&1);
    let kind = kind.get(..width).unwrap_or_default();
    let sums = places.iter().zip(kind.iter().cycle()).map(|(place, kind)| place + kind).take(positions * width);
    parts.push(Named::new("positions".into(), vec![positions, width], sums));
    let mut norm = |theirs: &str, ours: &str| -> Result<(), ModelError> {
        for part in ["weight", "bias"] {
            let (shape, elements) = read(&format!("{theirs}.{part}"))?;
            parts.push(Named::new(format!("{ours}.{part}"), [&[1], &shape[..]].concat(), elements.into_iter()));
        }
        Ok(())
    };
    norm("embeddings.LayerNorm", "norm")?;
    for layer in 0..LAYERS {
        for (theirs, ours) in NORMS {
            norm(&format!("encoder.layer.{layer}.{theirs}"), &format!("layers.{layer}.{ours}"))?;
        }
    }
    for layer in 0..LAYERS {
        for (theirs, ours, factors) in AFFINE {
            for ((part, suffix), factor) in [("weight", ""), ("bias", ".bias")].into_iter().zip(factors) {
                let (shape, elements) = read(&format!("encoder.layer.{layer}.{theirs}.{part}"))?;
                let elements = elements.into_iter().map(|element| factor.times(element));
                parts.push(Named::new(format!("layers.{layer}.{ours}{suffix}"), shape, elements));
            }
        }
    }
    let views = parts
        .iter()
        .map(|part| Ok((part.name.as_str(), TensorView::new(Dtype::F32, part.shape.clone(), &part.bytes)?)));
    let views = views.collect::<Result<Vec<_>, safetensors::SafeTensorError>>()?;
    Ok(safetensors::serialize(views, None)?)
}

/// Shape and elements of a published tensor.
fn floats(published: &SafeTensors<'_>, name: &str) -> Result<(Vec<usize>, Vec<f32>), ModelError> {
    let tensor = published.tensor(name)?;
    if tensor.dtype() != Dtype::F32 {
        let problem = format!("is {:?}, expected {:?}", tensor.dtype(), Dtype::F32);
        return Err(ModelError::Tensor { name: name.to_owned(), problem });
    }
    let elements = tensor.data().as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    Ok((tensor.shape().to_vec(), elements))
}
