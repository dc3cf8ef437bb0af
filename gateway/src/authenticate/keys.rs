//! Public keys from a JWKS: fetched when first needed, refreshed in the background, kept when the source is down.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::body::Body;
use chrono::{DateTime, Utc};
use clock::SharedClock;
use http::{Request, Uri, header};
use http_body_util::{BodyExt, Limited};
use jsonwebtoken::{
    Algorithm, DecodingKey, Header,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use service::transport::Transport;
use tokio::time::{Instant, timeout};

use super::AuthenticationError;

const MAX_DOCUMENT_BYTES: usize = 256 * 1024;
const MAX_KEYS: usize = 64;
const FETCH_TIMEOUT: Duration = Duration::from_secs(5);
/// At most one fetch in this time while there is no key at all.
const RETRY_PAUSE: Duration = Duration::from_millis(500);

/// Where public keys come from: `{url}`, or `{subgraph, path}` for one of the supergraph's own.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JwksConfig {
    pub url: Option<String>,
    pub subgraph: Option<String>,
    #[serde(default = "well_known")]
    pub path: String,
    #[serde(default = "five_minutes")]
    pub refresh_seconds: u64,
    /// At most one fetch in this time because of a key that isn't known.
    #[serde(default = "five_seconds")]
    pub unknown_key_pause_ms: u64,
}

fn well_known() -> String {
    "/.well-known/jwks.json".to_owned()
}

fn five_minutes() -> u64 {
    300
}

fn five_seconds() -> u64 {
    5_000
}

/// What is asked for the keys, and how it is reached.
#[derive(Debug, Clone)]
pub struct JwksSource {
    pub transport: Transport,
    pub url: Uri,
}

/// Says before each fetch where the keys are now: a subgraph may move when the supergraph is replaced.
pub type FindJwks = Box<dyn Fn() -> JwksSource + Send + Sync>;

/// Rises with each change of the keys.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Generation(u64);

/// How fetching the keys has been going.
#[derive(Debug, Clone, Serialize)]
pub struct JwksHealth {
    pub url: String,
    /// How many usable keys the last good document had.
    pub keys: usize,
    pub last_success: Option<DateTime<Utc>>,
    /// The trouble with the latest fetch; `None` when it went well.
    pub error: Option<String>,
}

struct Key {
    id: Option<String>,
    algorithm: Algorithm,
    key: DecodingKey,
}

/// Keys that belong together.
pub(super) struct KeySet {
    keys: Vec<Key>,
    pub generation: Generation,
}

impl KeySet {
    /// The one key of HS256; its tokens need no key id.
    pub(super) fn of_secret(secret: &str) -> Self {
        let key = DecodingKey::from_secret(secret.as_bytes());
        Self {
            keys: vec![Key { id: None, algorithm: Algorithm::HS256, key }],
            generation: Generation::default(),
        }
    }

    fn of_document(document: &[u8], generation: Generation) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Document {
            keys: Vec<serde_json::Value>,
        }
        let document: Document = serde_json::from_slice(document).map_err(|error| error.to_string())?;
        // A key of a kind we don't know must not take the others with it.
        let known = document.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok());
        let keys: Vec<Key> = known.filter_map(|key| usable(&key)).take(MAX_KEYS).collect();
        if keys.is_empty() {
            return Err("the document holds no usable key".to_owned());
        }
        Ok(Self { keys, generation })
    }

    /// The keys that may have signed a token with this header: the right algorithm and, if it names one, the right id.
    pub(super) fn candidates(&self, header: &Header) -> impl Iterator<Item = &DecodingKey> {
        self.keys
            .iter()
            .filter(|key| key.algorithm == header.alg)
            .filter(|key| key.id.is_none() || header.kid.is_none() || key.id == header.kid)
            .map(|key| &key.key)
    }
}

/// Keys for signatures with an algorithm on the list; which one follows from the key, never from a token.
fn usable(jwk: &Jwk) -> Option<Key> {
    if !matches!(jwk.common.public_key_use, None | Some(PublicKeyUse::Signature)) {
        return None;
    }
    let algorithm = match &jwk.algorithm {
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => Algorithm::EdDSA,
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => Algorithm::ES256,
        AlgorithmParameters::RSA(_) => Algorithm::RS256,
        _ => return None,
    };
    let key = DecodingKey::from_jwk(jwk).ok()?;
    Some(Key { id: jwk.common.key_id.clone(), algorithm, key })
}

/// The keys of one JWKS document, shared by all requests.
pub(super) struct JwksKeys(Arc<Shared>);

struct Shared {
    find: FindJwks,
    refresh_after: Duration,
    unknown_key_pause: Duration,
    current: Mutex<Current>,
    /// Held while fetching, so that many requests wait for one fetch.
    fetching: tokio::sync::Mutex<()>,
    refreshing: AtomicBool,
    clock: SharedClock,
}

#[derive(Default)]
struct Current {
    keys: Option<Arc<KeySet>>,
    document: Vec<u8>,
    fetched_at: Option<Instant>,
    tried_at: Option<Instant>,
    last_success: Option<DateTime<Utc>>,
    error: Option<String>,
}

impl JwksKeys {
    pub(super) fn new(config: &JwksConfig, find: FindJwks, clock: SharedClock) -> Self {
        Self(Arc::new(Shared {
            find,
            refresh_after: Duration::from_secs(config.refresh_seconds.max(1)),
            unknown_key_pause: Duration::from_millis(config.unknown_key_pause_ms),
            current: Mutex::default(),
            fetching: tokio::sync::Mutex::default(),
            refreshing: AtomicBool::new(false),
            clock,
        }))
    }

    pub(super) fn generation(&self) -> Generation {
        self.0.keys().map(|keys| keys.generation).unwrap_or_default()
    }

    pub(super) fn health(&self) -> JwksHealth {
        let url = (self.0.find)().url.to_string();
        let current = self.0.lock();
        JwksHealth {
            url,
            keys: current.keys.as_ref().map_or(0, |keys| keys.keys.len()),
            last_success: current.last_success,
            error: current.error.clone(),
        }
    }

    /// The keys with which to check a token with this header.
    pub(super) async fn keys_for(&self, header: &Header) -> Result<Arc<KeySet>, AuthenticationError> {
        let Some(keys) = self.0.keys() else {
            self.0.fetch_unless_tried_within(RETRY_PAUSE).await;
            return self.0.keys().ok_or(AuthenticationError::Unavailable);
        };
        if keys.candidates(header).next().is_none() {
            self.0.fetch_unless_tried_within(self.0.unknown_key_pause).await;
            return Ok(self.0.keys().unwrap_or(keys));
        }
        self.0.refresh_in_background();
        Ok(keys)
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, Current> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keys(&self) -> Option<Arc<KeySet>> {
        self.lock().keys.clone()
    }

    /// Requests that arrive while a fetch is under way wait for it and use its result.
    async fn fetch_unless_tried_within(&self, pause: Duration) {
        let _one_at_a_time = self.fetching.lock().await;
        let tried = self.lock().tried_at;
        if tried.is_none_or(|tried| tried.elapsed() >= pause) {
            self.fetch().await;
        }
    }

    fn refresh_in_background(self: &Arc<Self>) {
        let stale = {
            let current = self.lock();
            let old = |at: Option<Instant>, age| at.is_none_or(|at: Instant| at.elapsed() >= age);
            old(current.fetched_at, self.refresh_after) && old(current.tried_at, self.unknown_key_pause)
        };
        if stale && !self.refreshing.swap(true, Ordering::AcqRel) {
            let shared = Arc::clone(self);
            tokio::spawn(async move {
                shared.fetch_unless_tried_within(Duration::ZERO).await;
                shared.refreshing.store(false, Ordering::Release);
            });
        }
    }

    async fn fetch(&self) {
        let source = (self.find)();
        let outcome = timeout(FETCH_TIMEOUT, download(&source)).await;
        let outcome = outcome.unwrap_or_else(|_| Err("timed out".to_owned()));
        let mut current = self.lock();
        current.tried_at = Some(Instant::now());
        let taken = outcome.and_then(|document| current.take(document));
        match taken {
            Ok(()) => {
                current.fetched_at = current.tried_at;
                current.last_success = Some(self.clock.now());
                current.error = None;
            }
            Err(error) => {
                tracing::warn!(url = %source.url, %error, "the token keys can't be fetched");
                current.error = Some(error);
            }
        }
    }
}

async fn download(source: &JwksSource) -> Result<Vec<u8>, String> {
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = source.url.clone();
    request
        .headers_mut()
        .insert(header::ACCEPT, http::HeaderValue::from_static("application/jwk-set+json, application/json"));
    let response = source.transport.send(request).await.map_err(|error| error.to_string())?;
    if !response.status().is_success() {
        return Err(format!("answered with status {}", response.status().as_u16()));
    }
    let body = Limited::new(response.into_body(), MAX_DOCUMENT_BYTES).collect().await;
    Ok(body.map_err(|error| error.to_string())?.to_bytes().to_vec())
}

impl Current {
    /// Takes a document over. The same document again leaves the keys, and what was verified with them, as they are.
    fn take(&mut self, document: Vec<u8>) -> Result<(), String> {
        if self.keys.is_some() && document == self.document {
            return Ok(());
        }
        let generation = Generation(self.keys.as_ref().map_or(0, |keys| keys.generation.0) + 1);
        self.keys = Some(Arc::new(KeySet::of_document(&document, generation)?));
        self.document = document;
        Ok(())
    }
}
