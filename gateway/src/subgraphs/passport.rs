//! The headers that tell a subgraph who the client is.

use std::{
    hash::{Hash, Hasher},
    sync::Arc,
};

use chrono::{DateTime, TimeDelta, Utc};
use clock::SharedClock;
use http::{HeaderMap, HeaderValue};
use identity::{ASSERTION_HEADER, Assertion, AssertionSigner, USER_ID_HEADER};
use moka::sync::Cache;

use crate::authenticate::Identity;

/// An assertion is good for sixty seconds; half of that is used, so that it never expires on its way.
const REUSED_FOR: TimeDelta = TimeDelta::seconds(30);
/// How many pairs of client and subgraph are remembered.
const CAPACITY: u64 = 20_000;

/// Signs assertions and remembers them while they are fresh.
pub(super) struct Passports {
    signer: Option<AssertionSigner>,
    clock: SharedClock,
    signed: Cache<Bearer, Signed>,
}

impl std::fmt::Debug for Passports {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Passports")
    }
}

/// Who is vouched for before which subgraph. Two identities are one only if they are the same object: its being
/// kept here keeps its address from being used again.
#[derive(Clone)]
struct Bearer {
    identity: Option<Arc<Identity>>,
    audience: Arc<str>,
}

/// What a subgraph is told of the client, for whom two assertions that were signed at different times are the same.
#[derive(Clone)]
pub(super) struct Vouched(Option<Arc<Identity>>);

impl Vouched {
    pub(super) fn of(viewer: Option<&Arc<Identity>>) -> Self {
        Self(viewer.cloned())
    }
}

impl PartialEq for Vouched {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (None, None) => true,
            (Some(one), Some(other)) if Arc::ptr_eq(one, other) => true,
            (one @ Some(_), other @ Some(_)) => assertion_of(one.as_ref()) == assertion_of(other.as_ref()),
            _ => false,
        }
    }
}

impl Eq for Vouched {}

#[derive(Clone)]
struct Signed {
    assertion: HeaderValue,
    at: DateTime<Utc>,
}

impl Bearer {
    fn address(&self) -> usize {
        self.identity.as_ref().map_or(0, |identity| Arc::as_ptr(identity).addr())
    }
}

impl PartialEq for Bearer {
    fn eq(&self, other: &Self) -> bool {
        self.address() == other.address() && self.audience == other.audience
    }
}

impl Eq for Bearer {}

impl Hash for Bearer {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.address().hash(state);
        self.audience.hash(state);
    }
}

impl Passports {
    pub(super) fn new(signer: Option<AssertionSigner>, clock: SharedClock) -> Self {
        Self { signer, clock, signed: Cache::new(CAPACITY) }
    }

    /// Writes who the client is, for the subgraph `audience`, over whatever stood there.
    pub(super) fn stamp(&self, headers: &mut HeaderMap, audience: &Arc<str>, viewer: Option<&Arc<Identity>>) {
        headers.remove(USER_ID_HEADER);
        headers.remove(ASSERTION_HEADER);
        if let Some(id) = viewer.and_then(|viewer| HeaderValue::from_str(&viewer.subject).ok()) {
            headers.insert(USER_ID_HEADER, id);
        }
        if let Some(signer) = &self.signer {
            headers.insert(ASSERTION_HEADER, self.assertion(signer, audience, viewer));
        }
    }

    fn assertion(
        &self,
        signer: &AssertionSigner,
        audience: &Arc<str>,
        viewer: Option<&Arc<Identity>>,
    ) -> HeaderValue {
        let now = self.clock.now();
        let bearer = Bearer { identity: viewer.cloned(), audience: Arc::clone(audience) };
        if let Some(signed) = self.signed.get(&bearer)
            && (signed.at..signed.at + REUSED_FOR).contains(&now)
        {
            return signed.assertion;
        }
        let token = signer.sign(&assertion_of(viewer), audience, now);
        let mut assertion =
            HeaderValue::try_from(token).expect("a signed token is made of letters, digits and dots");
        assertion.set_sensitive(true);
        self.signed.insert(bearer, Signed { assertion: assertion.clone(), at: now });
        assertion
    }
}

fn assertion_of(viewer: Option<&Arc<Identity>>) -> Assertion {
    let issuer = "gateway".to_owned();
    match viewer {
        None => Assertion { issuer, ..Assertion::default() },
        Some(viewer) => Assertion {
            issuer,
            subject: Some(viewer.subject.clone()),
            session: viewer.session.clone(),
            roles: viewer.roles.clone(),
            scopes: viewer.scopes.clone(),
        },
    }
}
