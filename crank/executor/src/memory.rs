//! Memory that is used again: fresh pages from the system would cost more than most nodes.

use std::sync::{Mutex, PoisonError};

/// Vectors that are free at the moment.
#[derive(Debug, Default)]
pub struct Memory<T>(Mutex<Vec<Vec<T>>>);

impl<T: Copy + Default> Memory<T> {
    /// A vector of `len` elements that hold anything.
    pub fn take(&self, len: usize) -> Vec<T> {
        let mut free = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // The smallest that is large enough, or else the largest, which then grows.
        let fits = |vector: &Vec<T>| (vector.capacity() < len, vector.capacity().abs_diff(len));
        let best = free.iter().enumerate().min_by_key(|(_, vector)| fits(vector)).map(|(place, _)| place);
        let mut vector = best.map(|place| free.swap_remove(place)).unwrap_or_default();
        drop(free);
        vector.resize(len, T::default());
        vector
    }

    /// Gives a vector back.
    pub fn give(&self, vector: Vec<T>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(vector);
    }
}
