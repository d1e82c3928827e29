//! Outputs of nodes.

/// The output of a node for all requests of a batch, one after the other.
#[derive(Debug)]
pub struct Output {
    words: Vec<u32>,
    /// Where each request's words end.
    ends: Vec<usize>,
}

/// A block of rows on its way through a chain.
#[derive(Debug)]
pub enum Block<'a> {
    /// In its place in an output.
    Kept(&'a mut [u32]),
    /// In memory that the chain gives back.
    Lent(Vec<u32>),
}

impl Output {
    /// Room for as many words for each request, from `room`.
    pub fn new(lens: impl Iterator<Item = usize>, room: impl FnOnce(usize) -> Vec<u32>) -> Self {
        let ends: Vec<usize> = lens
            .scan(0, |end, len| {
                *end += len;
                Some(*end)
            })
            .collect();
        Self { words: room(ends.last().copied().unwrap_or(0)), ends }
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
        let (mut rest, mut start) = (self.words.as_mut_slice(), 0);
        self.ends.iter().map(move |end| {
            let (words, left) = std::mem::take(&mut rest).split_at_mut(end - start);
            (rest, start) = (left, *end);
            words
        })
    }

    /// The memory.
    pub fn into_words(self) -> Vec<u32> {
        self.words
    }
}

impl Block<'_> {
    /// Its words.
    pub fn words(&self) -> &[u32] {
        match self {
            Self::Kept(words) => words,
            Self::Lent(words) => words,
        }
    }

    /// Its words.
    pub fn words_mut(&mut self) -> &mut [u32] {
        match self {
            Self::Kept(words) => words,
            Self::Lent(words) => words,
        }
    }
}
