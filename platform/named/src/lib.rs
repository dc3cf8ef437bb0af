#![doc = include_str!("../README.md")]

/// An enum whose values have names.
pub trait Named: Copy + PartialEq + 'static {
    /// Every value, with its name.
    const NAMES: &'static [(Self, &'static str)];

    fn name(self) -> &'static str {
        let named = Self::NAMES.iter().find(|(value, _)| *value == self);
        named.map_or("", |(_, name)| name)
    }

    fn of_name(name: &str) -> Result<Self, UnknownName> {
        let named = Self::NAMES.iter().find(|(_, known)| *known == name);
        named.map(|(value, _)| *value).ok_or_else(|| UnknownName(name.to_owned()))
    }
}

/// A name that no value has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a known name")]
pub struct UnknownName(String);

#[cfg(feature = "database")]
impl From<UnknownName> for sea_orm::DbErr {
    fn from(unknown: UnknownName) -> Self {
        Self::Type(unknown.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, Copy, PartialEq)]
    enum Season {
        Spring,
        Autumn,
    }

    impl Named for Season {
        const NAMES: &'static [(Self, &'static str)] = &[(Self::Spring, "SPRING"), (Self::Autumn, "AUTUMN")];
    }

    #[test]
    fn a_value_is_found_by_its_name_and_by_no_other() {
        assert_eq!(Season::of_name(Season::Autumn.name()), Ok(Season::Autumn));
        let unknown = Season::of_name("spring").unwrap_err();
        assert_eq!(unknown.to_string(), "`spring` is not a known name");
    }
}
