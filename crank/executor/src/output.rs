//! Outputs of nodes.

use crate::memory::{Lent, Memory};

/// The output of a node for all requests of a batch, one after the other.
#[derive(Debug)]
pub struct Output<'a> {
    words: Lent<'a, u32>,
    /// Where each request's words end.
    ends: Vec<usize>,
}

/// A block of rows on its way through a chain.
#[derive(Debug)]
pub enum Block<'a> {
    /// In its place in an output.
    Kept(&'a mut [u32]),
    /// In memory of the chain alone.
    Passed(Lent<'a, u32>),
}

impl<'a> Output<'a> {
    /// Room for as many words for each request.
    pub fn new(lens: impl Iterator<Item = usize>, memory: &'a Memory<u32>) -> Self {
        let ends: Vec<usize> = lens
            .scan(0, |end, len| {
                *end += len;
                Some(*end)
            })
            .collect();
        Self { words: memory.lend(ends.last().copied().unwrap_or(0)), ends }
    }

    /// The words of all requests.
    pub fn all(&self) -> &[u32] {
        &self.words
    }

    /// The words of all requests.
    pub fn all_mut(&mut self) -> &mut [u32] {
        &mut self.words
    }

    /// The words of a request.
    pub fn of(&self, item: usize) -> &[u32] {
        let start = if item == 0 { 0 } else { self.ends[item - 1] };
        &self.words[start..self.ends[item]]
    }

    /// The words of each request.
    pub fn each_mut(&mut self) -> impl Iterator<Item = &mut [u32]> {
        let (mut rest, mut start) = (&mut self.words[..], 0);
        self.ends.iter().map(move |end| {
            let (words, left) = std::mem::take(&mut rest).split_at_mut(end - start);
            (rest, start) = (left, *end);
            words
        })
    }
}

impl Block<'_> {
    /// Row by row.
    pub fn words(&self) -> &[u32] {
        match self {
            Self::Kept(words) => words,
            Self::Passed(words) => words,
        }
    }

    /// Row by row, to be written.
    pub fn words_mut(&mut self) -> &mut [u32] {
        match self {
            Self::Kept(words) => words,
            Self::Passed(words) => words,
        }
    }
}
