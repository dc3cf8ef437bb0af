//! The resources, as `data/support_resources.toml` lists them. `cargo xtask tidy` holds the list to its form, and to the day on
//! which each entry was last held against its source.

use std::{fmt, sync::LazyLock};

use chrono::NaiveDate;
use serde::Deserialize;

/// What is there for every country.
const EVERYWHERE: &str = "ZZ";

pub(super) static SEEDED: LazyLock<Vec<SupportResource>> = LazyLock::new(|| {
    let list: List =
        toml::from_str(include_str!("../../data/support_resources.toml")).unwrap_or_else(|error| {
            // A test reads the list, so that none that can't be read is ever built in.
            tracing::error!(%error, "the list of support resources can't be read");
            List::default()
        });
    list.resource
});

#[derive(Debug, Default, Deserialize)]
struct List {
    resource: Vec<SupportResource>,
}

/// A country by its code of two letters (ISO 3166-1 alpha-2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CountryCode(String);

/// A text that is no code of a country.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a country is its code of two letters, such as DE")]
pub(crate) struct NoCountryCode;

impl CountryCode {
    pub(crate) fn parse(text: &str) -> Result<Self, NoCountryCode> {
        let is_code = text.len() == 2 && text.bytes().all(|letter| letter.is_ascii_alphabetic());
        if is_code { Ok(Self(text.to_ascii_uppercase())) } else { Err(NoCountryCode) }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum ResourceKind {
    Emergency,
    CrisisLine,
    YouthLine,
    Directory,
}

/// A service where people find somebody to talk to.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SupportResource {
    country: String,
    pub(crate) name: String,
    pub(crate) kind: ResourceKind,
    pub(crate) phone: Option<String>,
    pub(crate) text: Option<String>,
    pub(crate) url: String,
    pub(crate) hours: String,
    pub(crate) languages: Vec<String>,
    pub(crate) source: String,
    pub(crate) verified_at: NaiveDate,
}

impl SupportResource {
    /// Its country; `None` when it is there for every country.
    pub(crate) fn country(&self) -> Option<&str> {
        (!self.is_everywhere()).then_some(&self.country)
    }

    pub(super) fn is_of(&self, country: &CountryCode) -> bool {
        self.country == country.0 && !self.is_everywhere()
    }

    pub(super) fn is_everywhere(&self) -> bool {
        self.country == EVERYWHERE
    }
}

impl fmt::Debug for SupportResource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SupportResource({}, {})", self.country, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_can_be_read_and_has_something_for_everybody() {
        let list: List = toml::from_str(include_str!("../../data/support_resources.toml")).unwrap();
        assert!(list.resource.iter().any(SupportResource::is_everywhere));
        for resource in &list.resource {
            assert!(CountryCode::parse(&resource.country).is_ok(), "{resource:?}");
            assert!(
                resource.url.starts_with("https://") && resource.source.starts_with("https://"),
                "{resource:?}"
            );
            let reachable = resource.phone.is_some() || resource.text.is_some();
            assert!(reachable || resource.kind == ResourceKind::Directory, "{resource:?}");
        }
    }

    #[test]
    fn a_country_is_its_code_whatever_its_case() {
        assert_eq!(CountryCode::parse("de"), CountryCode::parse("DE"));
        for text in ["", "D", "DEU", "1a", "é"] {
            assert_eq!(CountryCode::parse(text), Err(NoCountryCode), "{text}");
        }
    }
}
