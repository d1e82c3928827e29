//! all-MiniLM-L6-v2 in libtorch's own binary32 operations, as anybody would write it.

use anyhow::{Context, Result};
use modchains_sdk::{bundle::ModelGraph, core::provable::ElementKind};
use tch::{Kind, Tensor};

const LAYERS: usize = 6;
const WIDTH: i64 = 384;
const HEADS: i64 = 12;

/// The weights of the graph as tensors, in the order in which its nodes use them, with their biases.
pub struct Stock(Vec<(Tensor, Tensor)>);

impl Stock {
    pub fn new(graph: &ModelGraph) -> Result<Self> {
        let nodes = (0..graph.records().len() as u32).filter_map(|node| graph.weights(node));
        let values = |bytes: &[u8]| {
            let mut words = vec![0; bytes.len() / ElementKind::Float.bytes()];
            ElementKind::Float.decode(bytes, &mut words);
            Tensor::from_slice(&words.into_iter().map(f32::from_bits).collect::<Vec<_>>())
        };
        let tensors = nodes.map(|weights| {
            let sides = [weights.tensor.rows, weights.tensor.columns].map(i64::from);
            let matrix = values(weights.elements).f_view(sides)?;
            Ok((
                if sides[0] == 1 { matrix.f_squeeze_dim(0)? } else { matrix },
                values(weights.biases.unwrap_or_default()),
            ))
        });
        let mut tensors = tensors.collect::<Result<Vec<_>>>()?;
        // The last matrix of each layer was halved, as the graph leaves a factor of GELU to it.
        for layer in 0..LAYERS {
            let (outer, _) = tensors.get_mut(4 + 10 * layer + 7).context("too few weights")?;
            *outer = outer.f_mul_scalar(2)?;
        }
        Ok(Self(tensors))
    }

    /// The vectors of texts of the same length, as `(texts, tokens)` in 64-bit integers.
    pub fn forward(&self, tokens: &Tensor) -> Result<Tensor> {
        let [texts, count] = [tokens.size()[0], tokens.size()[1]];
        let mut weights = self.0.iter();
        let mut next = || weights.next().context("too few weights");
        let (words, positions) = (&next()?.0, &next()?.0);
        let x = words.f_index_select(0, &tokens.f_view([-1])?)?.f_view([texts, count, -1])?;
        let x = x.f_add(&positions.f_narrow(0, 0, count)?)?;
        let mut x = norm(&x, &next()?.0, &next()?.0)?;
        for _ in 0..LAYERS {
            let mixed = attention(&x, [next()?, next()?, next()?, next()?])?;
            x = norm(&mixed.f_add(&x)?, &next()?.0, &next()?.0)?;
            let (inner, outer) = (next()?, next()?);
            let hidden = x.f_linear(&inner.0, Some(&inner.1))?.f_gelu("none")?;
            x = norm(&hidden.f_linear(&outer.0, Some(&outer.1))?.f_add(&x)?, &next()?.0, &next()?.0)?;
        }
        let mean = x.f_mean_dim(1_i64, false, Kind::Float)?;
        let length = mean.f_norm_scalaropt_dim(2.0, 1_i64, true)?;
        Ok(mean.f_div(&length)?)
    }
}

fn norm(x: &Tensor, scale: &Tensor, offset: &Tensor) -> Result<Tensor> {
    Ok(x.f_layer_norm([WIDTH], Some(scale), Some(offset), 1e-12, false)?)
}

/// The queries' weights have the scale of scores in them.
fn attention(x: &Tensor, [query, key, value, output]: [&(Tensor, Tensor); 4]) -> Result<Tensor> {
    let [texts, count] = [x.size()[0], x.size()[1]];
    let heads = |part: &(Tensor, Tensor)| {
        let all = x.f_linear(&part.0, Some(&part.1))?;
        all.f_view([texts, count, HEADS, -1])?.f_transpose(1, 2)
    };
    let (query, key, value) = (heads(query)?, heads(key)?, heads(value)?);
    let mixed =
        Tensor::f_scaled_dot_product_attention(&query, &key, &value, None::<&Tensor>, 0.0, false, Some(1.0), false)?;
    let mixed = mixed.f_transpose(1, 2)?.f_reshape([texts, count, -1])?;
    Ok(mixed.f_linear(&output.0, Some(&output.1))?)
}
