//! What is kept in memory because reading it again would say the same.

use std::collections::HashMap;
use std::hash::Hash;
use std::mem;
use std::sync::{Mutex, PoisonError};

use domain::time::{Moment, minutes, seconds};
use store::Engine;

use crate::Services;

/// A bounded memory of two generations: when the young one is full, it becomes the old one, and the old one
/// is forgotten. What is asked for stays young.
pub struct Kept<K, V> {
    most: usize,
    generations: Mutex<(HashMap<K, V>, HashMap<K, V>)>,
}

impl<K: Eq + Hash + Copy, V: Clone> Kept<K, V> {
    /// An empty one. It holds at most twice as many.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { most, generations: Mutex::new((HashMap::new(), HashMap::new())) }
    }

    /// What was kept under a key.
    pub fn get(&self, key: &K) -> Option<V> {
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = generations.0.get(key) {
            return Some(value.clone());
        }
        let value = generations.1.remove(key)?;
        Self::insert(&mut generations, self.most, *key, value.clone());
        Some(value)
    }

    /// Keeps a value under a key.
    pub fn put(&self, key: K, value: V) {
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

/// When something was read, and what this server had changed by then.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Since {
    at: Moment,
    changes: u64,
}

impl Since {
    /// To be asked for before reading: what is changed meanwhile makes it old.
    pub(crate) fn now(s: &Services) -> Self {
        Self { at: s.now(), changes: s.db.changes() }
    }

    /// What this server changes is heard of at once. A second server on one `PostgreSQL` may go on for a second with
    /// what it has read; a `SQLite` file is served by one server, and its own command line only adds.
    pub(crate) fn is_fresh(self, s: &Services) -> bool {
        let believed = match s.db.engine() {
            Engine::Sqlite => minutes(1),
            Engine::Postgres => seconds(1),
        };
        let now = s.now();
        self.changes == s.db.changes() && now >= self.at && now - self.at < believed
    }
}

/// A bounded memory of what may change: it is read again when it might have.
pub(crate) struct Fresh<K, V>(Kept<K, (Since, V)>);

impl<K: Eq + Hash + Copy, V: Clone> Fresh<K, V> {
    /// An empty one. It holds at most twice as many.
    pub(crate) fn new(most: usize) -> Self {
        Self(Kept::new(most))
    }

    /// What is known under a key, or else what reading it says.
    ///
    /// # Errors
    /// As reading.
    pub(crate) async fn read<E>(
        &self,
        s: &Services,
        key: K,
        read: impl Future<Output = Result<V, E>>,
    ) -> Result<V, E> {
        if let Some((since, value)) = self.0.get(&key)
            && since.is_fresh(s)
        {
            return Ok(value);
        }
        let since = Since::now(s);
        let value = read.await?;
        self.0.put(key, (since, value.clone()));
        Ok(value)
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
