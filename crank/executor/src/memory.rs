//! Memory that is used again: fresh pages from the system would cost more than most nodes.

use std::{
    mem,
    ops::{Deref, DerefMut},
    sync::{Mutex, PoisonError},
};

/// Vectors that are free at the moment.
#[derive(Debug, Default)]
pub struct Memory<T>(Mutex<Vec<Vec<T>>>);

/// A part of a vector, which goes back when it is dropped.
#[derive(Debug)]
pub struct Lent<'a, T> {
    memory: &'a Memory<T>,
    vector: Vec<T>,
    len: usize,
}

impl<T: Copy + Default> Memory<T> {
    /// Room for `len` elements, which hold anything.
    pub fn lend(&self, len: usize) -> Lent<'_, T> {
        let mut free = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // The smallest that is large enough, or else the largest, which then grows.
        let fit = |vector: &Vec<T>| (vector.len() < len, vector.len().abs_diff(len));
        let best = free.iter().enumerate().min_by_key(|(_, vector)| fit(vector)).map(|(place, _)| place);
        let mut vector = best.map(|place| free.swap_remove(place)).unwrap_or_default();
        drop(free);
        if vector.len() < len {
            vector.resize(len, T::default());
        }
        Lent { memory: self, vector, len }
    }
}

impl<T> Deref for Lent<'_, T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.vector[..self.len]
    }
}

impl<T> DerefMut for Lent<'_, T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.vector[..self.len]
    }
}

impl<T> Drop for Lent<'_, T> {
    fn drop(&mut self) {
        let vector = mem::take(&mut self.vector);
        self.memory.0.lock().unwrap_or_else(PoisonError::into_inner).push(vector);
    }
}
