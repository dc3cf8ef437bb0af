//! What all stores of this subgraph share: the names of the database's parts, and enums as text.

pub(crate) use sea_orm::{ConnectionTrait as Connection, DbErr as StoreError};

/// An enum that is stored by name.
pub(crate) trait Named: Copy + PartialEq + 'static {
    const NAMES: &'static [(Self, &'static str)];

    fn name(self) -> &'static str {
        let named = Self::NAMES.iter().find(|(value, _)| *value == self);
        named.map_or("", |(_, name)| name)
    }

    fn of_name(name: &str) -> Result<Self, StoreError> {
        let named = Self::NAMES.iter().find(|(_, known)| *known == name);
        named
            .map(|(value, _)| *value)
            .ok_or_else(|| StoreError::Type(format!("`{name}` is not a known name")))
    }
}
