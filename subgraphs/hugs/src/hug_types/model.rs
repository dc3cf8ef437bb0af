//! A kind of hug.

use ids::HugTypeId;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HugType {
    pub(crate) id: HugTypeId,
    pub(crate) name: String,
    pub(crate) emoji: String,
    pub(crate) duration_ms: i32,
    /// From 1, a touch, to 5, a squeeze.
    pub(crate) intensity: i32,
    /// A retired type stays on the hugs that have it; no new hug gets it.
    pub(crate) active: bool,
}
