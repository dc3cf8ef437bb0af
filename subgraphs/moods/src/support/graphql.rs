//! Support as GraphQL.

use async_graphql::{Enum, Object, Result, SimpleObject};
use graphql::{Failure, LocalDate};

use super::CountryCode;

/// What kind of service it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "super::ResourceKind")]
pub(crate) enum SupportResourceKind {
    /// Whom to call when life is in danger.
    Emergency,
    /// Somebody to talk to in a crisis.
    CrisisLine,
    /// The same for young people.
    YouthLine,
    /// Lists services near you.
    Directory,
}

/// A service where people find somebody to talk to.
#[derive(Debug, SimpleObject)]
pub(crate) struct SupportResource {
    /// The country it is for (ISO 3166-1 alpha-2); null when it is there for every country.
    country: Option<String>,
    /// Its own name.
    name: String,
    /// What kind of service it is.
    kind: SupportResourceKind,
    /// The number to call, as it is dialled within the country.
    phone: Option<String>,
    /// The number to write to, and what to write if it matters.
    text: Option<String>,
    /// Its page.
    url: String,
    /// When somebody answers, in English.
    hours: String,
    /// The languages it speaks (BCP 47).
    languages: Vec<String>,
    /// The page that says so.
    source: String,
    /// When this was last held against that page.
    verified_at: LocalDate,
}

impl From<&super::SupportResource> for SupportResource {
    fn from(resource: &super::SupportResource) -> Self {
        let super::SupportResource {
            name,
            kind,
            phone,
            text,
            url,
            hours,
            languages,
            source,
            verified_at,
            ..
        } = resource.clone();
        Self {
            country: resource.country().map(str::to_owned),
            name,
            kind: kind.into(),
            phone,
            text,
            url,
            hours,
            languages,
            source,
            verified_at: LocalDate(verified_at),
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct SupportQuery;

#[Object]
impl SupportQuery {
    /// Where people find somebody to talk to: those of the country first, then those that are there for every country.
    /// Nobody has to be logged in for it, and nobody is told who asked.
    async fn support_resources(
        &self,
        #[graphql(
            desc = "The country, as its code of two letters (ISO 3166-1 alpha-2). Without it, only what is there \
                          for every country."
        )]
        country: Option<String>,
    ) -> Result<Vec<SupportResource>> {
        of_country(country.as_deref())
    }
}

/// Told to somebody who has logged many low days, and to nobody else: it isn't kept.
#[derive(Debug, Default)]
pub(crate) struct SupportPrompt;

#[Object]
impl SupportPrompt {
    /// What to say, in English.
    async fn message(&self) -> &'static str {
        super::MESSAGE
    }

    /// Where to find somebody to talk to; the same as the query `supportResources`.
    async fn resources(
        &self,
        #[graphql(
            desc = "The country, as its code of two letters (ISO 3166-1 alpha-2). Without it, only what is there \
                          for every country."
        )]
        country: Option<String>,
    ) -> Result<Vec<SupportResource>> {
        of_country(country.as_deref())
    }
}

fn of_country(country: Option<&str>) -> Result<Vec<SupportResource>> {
    let country =
        country.map(CountryCode::parse).transpose().map_err(|error| Failure::BadUserInput.error(error))?;
    Ok(super::resources(country.as_ref()).map(SupportResource::from).collect())
}
