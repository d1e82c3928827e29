//! The same encoder in libtorch's own binary32 operations, as anybody would write it.

use anyhow::{Context, Result};
use modchains_core::provable::ElementKind;
use modchains_test_graphs::{Encoder, Model};
use tch::{Kind, Tensor};

/// An encoder's weights as tensors, in the order in which its nodes use them.
pub struct Stock {
    encoder: Encoder,
    weights: Vec<(Tensor, Tensor)>,
}

impl Stock {
    pub fn new(encoder: Encoder, model: &Model) -> Result<Self> {
        let mut nodes: Vec<_> = model.weights.iter().collect();
        nodes.sort_by_key(|(node, _)| **node);
        let tensor = |bytes: &[u8], sides: &[i64]| {
            let mut words = vec![0; bytes.len() / 4];
            ElementKind::Float.decode(bytes, &mut words);
            let values: Vec<f32> = words.into_iter().map(f32::from_bits).collect();
            Tensor::from_slice(&values).f_view(sides)
        };
        let weights = nodes.into_iter().map(|(_, rows)| {
            let (all, biases): (Vec<&[u8]>, Vec<[u8; 4]>) = rows.iter().map(|(row, bias)| (&row[..], *bias)).unzip();
            let columns = all.first().context("a node without rows")?.len() as i64 / 4;
            let weights = match rows.len() as i64 {
                1 => tensor(&all.concat(), &[columns])?,
                count => tensor(&all.concat(), &[count, columns])?,
            };
            Ok((weights, tensor(&biases.concat(), &[-1])?))
        });
        Ok(Self { encoder, weights: weights.collect::<Result<_>>()? })
    }

    /// The vectors of texts of the same length, as `(texts, tokens)` in 64-bit integers.
    pub fn forward(&self, tokens: &Tensor) -> Result<Tensor> {
        let sides = tokens.size();
        let (texts, count) = (sides[0], sides[1]);
        let mut weights = self.weights.iter();
        let mut next = || weights.next().context("too few weights");
        let (words, positions) = (&next()?.0, &next()?.0);
        let x = words.f_index_select(0, &tokens.f_view([-1])?)?.f_view([texts, count, -1])?;
        let x = x.f_add(&positions.f_narrow(0, 0, count)?)?;
        let mut x = self.norm(&x, &next()?.0, &next()?.0)?;
        for _ in 0..self.encoder.layers {
            let parts = [next()?, next()?, next()?, next()?];
            let mixed = self.attention(&x, parts)?;
            x = self.norm(&mixed.f_add(&x)?, &next()?.0, &next()?.0)?;
            let (inside, outside) = (next()?, next()?);
            let hidden = x.f_linear(&inside.0, Some(&inside.1))?.f_gelu("none")?;
            x = self.norm(&hidden.f_linear(&outside.0, Some(&outside.1))?.f_add(&x)?, &next()?.0, &next()?.0)?;
        }
        let mean = x.f_mean_dim(1_i64, false, Kind::Float)?;
        let length = mean.f_norm_scalaropt_dim(2.0, 1_i64, true)?;
        Ok(mean.f_div(&length)?)
    }

    fn norm(&self, x: &Tensor, scale: &Tensor, offset: &Tensor) -> Result<Tensor> {
        Ok(x.f_layer_norm([i64::from(self.encoder.width)], Some(scale), Some(offset), 1e-12, false)?)
    }

    fn attention(&self, x: &Tensor, [query, key, value, output]: [&(Tensor, Tensor); 4]) -> Result<Tensor> {
        let [texts, count] = [x.size()[0], x.size()[1]];
        let heads = |part: &(Tensor, Tensor)| {
            let all = x.f_linear(&part.0, Some(&part.1))?;
            all.f_view([texts, count, i64::from(self.encoder.heads), -1])?.f_transpose(1, 2)
        };
        let (query, key, value) = (heads(query)?, heads(key)?, heads(value)?);
        let mixed =
            Tensor::f_scaled_dot_product_attention(&query, &key, &value, None::<&Tensor>, 0.0, false, None, false)?;
        let mixed = mixed.f_transpose(1, 2)?.f_reshape([texts, count, -1])?;
        Ok(mixed.f_linear(&output.0, Some(&output.1))?)
    }
}
