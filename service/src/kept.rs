//! What is kept in memory because reading it again would say the same.

use std::collections::HashMap;
use std::hash::Hash;
use std::mem;
use std::sync::{Mutex, PoisonError};

/// A bounded memory of two generations: when the young one is full, it becomes the old one, and the old one
/// is forgotten. What is asked for stays young.
pub(crate) struct Kept<K, V> {
    most: usize,
    generations: Mutex<(HashMap<K, V>, HashMap<K, V>)>,
}

impl<K: Eq + Hash + Copy, V: Clone> Kept<K, V> {
    /// An empty one. It holds at most twice as many.
    pub(crate) fn new(most: usize) -> Self {
        Self { most, generations: Mutex::new((HashMap::new(), HashMap::new())) }
    }

    /// What was kept under a key.
    pub(crate) fn get(&self, key: &K) -> Option<V> {
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = generations.0.get(key) {
            return Some(value.clone());
        }
        let value = generations.1.remove(key)?;
        Self::insert(&mut generations, self.most, *key, value.clone());
        Some(value)
    }

    /// Keeps a value under a key.
    pub(crate) fn put(&self, key: K, value: V) {
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        Self::insert(&mut generations, self.most, key, value);
    }

    fn insert(generations: &mut (HashMap<K, V>, HashMap<K, V>), most: usize, key: K, value: V) {
        if generations.0.len() >= most {
            generations.1 = mem::take(&mut generations.0);
        }
        generations.0.insert(key, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_stays_and_the_rest_is_forgotten() {
        let kept = Kept::new(10);
        for number in 0..1_000 {
            kept.put(number, number);
            assert_eq!(kept.get(&0), Some(0), "asked for every time");
        }
        assert_eq!(kept.get(&999), Some(999));
        assert_eq!(kept.get(&500), None);
        let generations = kept.generations.lock().unwrap();
        assert!(generations.0.len() + generations.1.len() <= 20);
    }
}
