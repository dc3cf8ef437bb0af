//! Key pairs: made on the first start, replaced every month, published for as long as a token of theirs may live.
//!
//! A new key is published before it signs, so that whoever keeps the published set for a while knows it by then; an
//! old one stays published until the last token it signed has expired.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, TimeDelta, Utc};
use ids::SigningKeyId;
use jsonwebtoken::{
    Algorithm, EncodingKey,
    jwk::{Jwk, JwkSet, PublicKeyUse},
};
use tokio_util::sync::CancellationToken;

use crate::{
    access_tokens::{IssueError, LIFETIME, store},
    context::Ctx,
    digest,
};

/// How old a key grows before it is replaced.
const REPLACED_AFTER: TimeDelta = TimeDelta::days(30);
/// How long a new key is published before it signs.
const PUBLISHED_BEFORE: TimeDelta = TimeDelta::minutes(30);
/// How much longer than its tokens live a key stays published: clocks differ.
const SLACK: TimeDelta = TimeDelta::minutes(5);
const LOOK_EVERY: Duration = Duration::from_mins(10);

/// What stands before the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410, section 7).
const PKCS8_HEADER: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// A key pair as it is kept.
#[derive(Clone)]
pub(crate) struct StoredKey {
    pub(crate) id: SigningKeyId,
    /// Counts the keys; no two have the same, so that of several processes one makes the next.
    pub(crate) generation: i32,
    /// PKCS #8 in base64.
    pub(crate) private_key: String,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) signs_from: DateTime<Utc>,
    /// `None` for as long as there is no newer one.
    pub(crate) published_until: Option<DateTime<Utc>>,
}

impl StoredKey {
    fn generate(
        generation: i32,
        now: DateTime<Utc>,
        signs_from: DateTime<Utc>,
    ) -> Result<Self, getrandom::Error> {
        let private_key = STANDARD.encode([&PKCS8_HEADER[..], &digest::random()?].concat());
        let id = SigningKeyId::at(now);
        Ok(Self { id, generation, private_key, created_at: now, signs_from, published_until: None })
    }

    pub(crate) fn encoding_key(&self) -> Option<EncodingKey> {
        STANDARD.decode(&self.private_key).ok().map(|der| EncodingKey::from_ed_der(&der))
    }

    /// The public half, for others to verify with.
    fn to_jwk(&self) -> Result<Jwk, IssueError> {
        let key = self.encoding_key().ok_or(IssueError::BrokenKey)?;
        let mut jwk = Jwk::from_encoding_key(&key, Algorithm::EdDSA)?;
        jwk.common.key_id = Some(self.id.to_string());
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        Ok(jwk)
    }
}

/// The public keys with which tokens that are alive, or soon will be, can be verified.
pub(crate) async fn published(ctx: &Ctx) -> Result<JwkSet, IssueError> {
    let keys = store::published(ctx.db.reader(), ctx.now()).await?;
    Ok(JwkSet { keys: keys.iter().map(StoredKey::to_jwk).collect::<Result<_, _>>()? })
}

/// Makes the first key, or the next one when the newest has grown old; forgets those no longer published.
pub(crate) async fn rotate_when_due(ctx: &Ctx) -> Result<(), IssueError> {
    if !ctx.issuer().uses_key_pairs() {
        return Ok(());
    }
    let now = ctx.now();
    let next = match store::newest(ctx.db.reader()).await? {
        None => StoredKey::generate(1, now, now)?,
        Some(newest) if newest.created_at + REPLACED_AFTER <= now => {
            StoredKey::generate(newest.generation + 1, now, now + PUBLISHED_BEFORE)?
        }
        Some(_) => return Ok(()),
    };
    let transaction = ctx.db.begin().await?;
    if store::insert(&transaction, &next).await? {
        let until = next.signs_from + LIFETIME + SLACK;
        store::retire_before(&transaction, next.generation, until).await?;
        store::forget_unpublished(&transaction, now).await?;
        tracing::info!(key = %next.id, "a new key signs access tokens from {}", next.signs_from);
    }
    Ok(transaction.commit().await?)
}

/// The background task: replaces keys until told to stop.
pub(crate) async fn rotate_until(stop: CancellationToken, ctx: Ctx) {
    service::repeat(stop, LOOK_EVERY, || async {
        if let Err(error) = rotate_when_due(&ctx).await {
            tracing::error!(%error, "the signing key could not be replaced; trying again");
        }
    })
    .await;
}

#[cfg(test)]
mod tests {
    use testkit::TestApp;

    use super::*;
    use crate::Auth;

    async fn ids(ctx: &Ctx) -> Vec<String> {
        let keys = published(ctx).await.unwrap().keys;
        keys.into_iter().filter_map(|key| key.common.key_id).collect()
    }

    async fn signing(ctx: &Ctx) -> String {
        store::signing(ctx.db.reader(), ctx.now()).await.unwrap().unwrap().id.to_string()
    }

    #[tokio::test]
    async fn a_new_key_is_known_before_it_signs_and_an_old_one_until_its_tokens_have_expired() {
        let app = TestApp::start::<Auth>().await;
        let ctx = Ctx::new(&app.foundation).unwrap();
        let first = signing(&ctx).await;
        app.clock.advance(REPLACED_AFTER - TimeDelta::seconds(1));
        rotate_when_due(&ctx).await.unwrap();
        assert_eq!(ids(&ctx).await, [first.as_str()], "not yet");

        app.clock.advance(TimeDelta::seconds(1));
        rotate_when_due(&ctx).await.unwrap();
        rotate_when_due(&ctx).await.unwrap();
        let both = ids(&ctx).await;
        assert_eq!((both.len(), both[1].as_str()), (2, first.as_str()));
        assert_eq!(signing(&ctx).await, first, "the new one is only published");

        app.clock.advance(PUBLISHED_BEFORE);
        assert_eq!(signing(&ctx).await, both[0]);
        app.clock.advance(LIFETIME);
        assert_eq!(ids(&ctx).await, both, "a token of the old key has just expired");
        app.clock.advance(SLACK);
        assert_eq!(ids(&ctx).await, [both[0].as_str()]);
        app.finish().await;
    }

    #[tokio::test]
    async fn of_several_processes_one_makes_the_next_key() {
        let app = TestApp::start::<Auth>().await;
        let ctx = Ctx::new(&app.foundation).unwrap();
        app.clock.advance(REPLACED_AFTER);
        let rotations = (0..8).map(|_| {
            let ctx = ctx.clone();
            tokio::spawn(async move { rotate_when_due(&ctx).await })
        });
        for rotation in rotations.collect::<Vec<_>>() {
            rotation.await.unwrap().unwrap();
        }
        assert_eq!(ids(&ctx).await.len(), 2);
        app.finish().await;
    }
}
