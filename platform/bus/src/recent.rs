//! The last few things seen, to drop what comes twice in short order.

use std::collections::{HashSet, VecDeque};

use ids::EventId;

/// More than what is on its way at any time; older duplicates are for the inbox to drop.
const KEPT: usize = 4096;

/// The last ids of events, a few thousand.
#[derive(Debug, Default)]
pub struct Recent {
    known: HashSet<EventId>,
    order: VecDeque<EventId>,
}

impl Recent {
    /// Whether it was seen a short time ago.
    pub fn contains(&self, id: EventId) -> bool {
        self.known.contains(&id)
    }

    /// False when it was there already.
    pub fn insert(&mut self, id: EventId) -> bool {
        if !self.known.insert(id) {
            return false;
        }
        self.order.push_back(id);
        if self.order.len() > KEPT
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u128) -> EventId {
        EventId::from_uuid(uuid::Uuid::from_u128(number))
    }

    #[test]
    fn what_is_old_is_forgotten_and_what_is_recent_is_not() {
        let mut recent = Recent::default();
        for number in 0..=KEPT {
            assert!(recent.insert(id(number as u128)));
        }
        assert!(!recent.contains(id(0)));
        assert!(!recent.insert(id(1)));
        assert!(recent.contains(id(KEPT as u128)));
    }
}
