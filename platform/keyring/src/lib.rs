#![doc = include_str!("../README.md")]

use std::{fmt, str::FromStr, sync::Arc};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};

const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;
const MAX_ID_BYTES: usize = 32;

/// Keys, the first of which seals. Clones share them; `Debug` shows their ids alone.
#[derive(Clone)]
pub struct Keyring(Arc<[Key]>);

struct Key {
    id: String,
    cipher: XChaCha20Poly1305,
}

/// Why a text is no ring. It doesn't say what the text was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyringError {
    #[error("there is no key; a ring is ID:KEY,ID:KEY…")]
    Empty,
    #[error(
        "key {0} of the ring is not ID:KEY, with an id of 1 to {MAX_ID_BYTES} letters, digits, `-` or `_`"
    )]
    Malformed(usize),
    #[error("the key `{0}` is not {digits} hexadecimal digits", digits = 2 * KEY_BYTES)]
    KeyMalformed(String),
    #[error("two keys of the ring are called `{0}`")]
    SameId(String),
}

/// Something sealed: which key opens it, and what is to be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    pub key_id: String,
    /// Nonce and ciphertext, base64url.
    pub body: String,
}

#[derive(Debug, thiserror::Error)]
pub enum SealError {
    #[error("no randomness for a nonce: {0}")]
    Randomness(getrandom::Error),
    #[error("too long to be sealed")]
    TooLong,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    #[error("the ring has no key `{0}`")]
    UnknownKey(String),
    #[error("what was sealed with the key `{0}` is damaged, or belongs elsewhere")]
    Damaged(String),
}

impl Keyring {
    /// The text of a ring with one new key called `id`.
    pub fn generate(id: &str) -> Result<String, getrandom::Error> {
        let mut bytes = [0; KEY_BYTES];
        getrandom::fill(&mut bytes)?;
        let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
        Ok(format!("{id}:{}", digits.collect::<String>()))
    }

    /// The id of the key that seals.
    pub fn sealing_key_id(&self) -> &str {
        &self.0[0].id
    }

    /// Seals `text` for `place`, which names where it will lie.
    pub fn seal(&self, text: &str, place: &str) -> Result<Sealed, SealError> {
        let key = &self.0[0];
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(SealError::Randomness)?;
        let payload = Payload { msg: text.as_bytes(), aad: place.as_bytes() };
        let ciphertext = key.cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| SealError::TooLong)?;
        let body = URL_SAFE_NO_PAD.encode([nonce.as_slice(), &ciphertext].concat());
        Ok(Sealed { key_id: key.id.clone(), body })
    }

    /// What was sealed for `place`.
    pub fn open(&self, sealed: &Sealed, place: &str) -> Result<String, OpenError> {
        let key = self.0.iter().find(|key| key.id == sealed.key_id);
        let key = key.ok_or_else(|| OpenError::UnknownKey(sealed.key_id.clone()))?;
        key.open(&sealed.body, place).ok_or_else(|| OpenError::Damaged(sealed.key_id.clone()))
    }
}

impl Key {
    fn open(&self, body: &str, place: &str) -> Option<String> {
        let bytes = URL_SAFE_NO_PAD.decode(body).ok()?;
        let (nonce, ciphertext) = bytes.split_first_chunk::<NONCE_BYTES>()?;
        let payload = Payload { msg: ciphertext, aad: place.as_bytes() };
        String::from_utf8(self.cipher.decrypt(&XNonce::from(*nonce), payload).ok()?).ok()
    }

    fn parse(text: &str, number: usize) -> Result<Self, KeyringError> {
        let malformed = || KeyringError::Malformed(number);
        let (id, digits) = text.split_once(':').ok_or_else(malformed)?;
        let is_letter = |letter: u8| letter.is_ascii_alphanumeric() || b"-_".contains(&letter);
        if id.is_empty() || id.len() > MAX_ID_BYTES || !id.bytes().all(is_letter) {
            return Err(malformed());
        }
        let bytes = key_bytes(digits).ok_or_else(|| KeyringError::KeyMalformed(id.to_owned()))?;
        Ok(Self { id: id.to_owned(), cipher: XChaCha20Poly1305::new(&bytes.into()) })
    }
}

fn key_bytes(digits: &str) -> Option<[u8; KEY_BYTES]> {
    if digits.len() != 2 * KEY_BYTES || !digits.is_ascii() {
        return None;
    }
    let mut bytes = [0; KEY_BYTES];
    for (index, byte) in bytes.iter_mut().enumerate() {
        let pair = &digits[2 * index..2 * index + 2];
        // `from_str_radix` takes a sign, too.
        *byte = u8::from_str_radix(pair, 16).ok().filter(|_| !pair.starts_with('+'))?;
    }
    Some(bytes)
}

impl FromStr for Keyring {
    type Err = KeyringError;

    fn from_str(text: &str) -> Result<Self, KeyringError> {
        let mut keys: Vec<Key> = Vec::new();
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        for (part, number) in parts.zip(1..) {
            let key = Key::parse(part, number)?;
            if keys.iter().any(|known| known.id == key.id) {
                return Err(KeyringError::SameId(key.id));
            }
            keys.push(key);
        }
        if keys.is_empty() { Err(KeyringError::Empty) } else { Ok(Self(keys.into())) }
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.0.iter().map(|key| &key.id)).finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const OLD: &str = "old:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    const NEW: &str = "new:ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100";

    fn ring(text: &str) -> Keyring {
        text.parse().unwrap()
    }

    #[test]
    fn what_was_sealed_is_opened_in_its_place_alone() {
        let keys = ring(OLD);
        let sealed = keys.seal("a walk by the river", "note 1").unwrap();
        assert!(!sealed.body.contains("walk"));
        assert_eq!(keys.open(&sealed, "note 1").unwrap(), "a walk by the river");
        assert_eq!(keys.open(&sealed, "note 2"), Err(OpenError::Damaged("old".into())));
    }

    #[test]
    fn the_first_key_seals_and_every_key_opens() {
        let sealed = ring(OLD).seal("text", "here").unwrap();
        let rotated = ring(&format!("{NEW},{OLD}"));
        assert_eq!(rotated.open(&sealed, "here").unwrap(), "text");
        assert_eq!(rotated.seal("text", "here").unwrap().key_id, rotated.sealing_key_id());
        assert_eq!(ring(NEW).open(&sealed, "here"), Err(OpenError::UnknownKey("old".into())));
    }

    #[test]
    fn the_same_text_is_never_sealed_the_same_way_twice() {
        let keys = ring(OLD);
        assert_ne!(keys.seal("text", "here").unwrap(), keys.seal("text", "here").unwrap());
    }

    #[test]
    fn a_ring_that_can_not_be_read_is_refused_without_being_shown() {
        let short = "id:0011";
        for (text, expected) in [
            ("", KeyringError::Empty),
            (" , ", KeyringError::Empty),
            ("0011", KeyringError::Malformed(1)),
            (&format!("{OLD},no id:{}", "0".repeat(64)), KeyringError::Malformed(2)),
            (short, KeyringError::KeyMalformed("id".into())),
            (&format!("id:{}", "é".repeat(32)), KeyringError::KeyMalformed("id".into())),
            (&format!("id:{}", "+1".repeat(32)), KeyringError::KeyMalformed("id".into())),
            (&format!("{OLD},{OLD}"), KeyringError::SameId("old".into())),
        ] {
            let error = text.parse::<Keyring>().unwrap_err();
            assert_eq!(error, expected, "{text}");
            assert!(!error.to_string().contains("0011"));
        }
        assert_eq!(format!("{:?}", ring(&format!("{NEW},{OLD}"))), r#"["new", "old"]"#);
    }

    #[test]
    fn a_generated_ring_is_one() {
        assert_eq!(ring(&Keyring::generate("first").unwrap()).sealing_key_id(), "first");
    }

    proptest! {
        #[test]
        fn every_text_comes_back_and_no_damaged_one_does(text in "\\PC*", at in any::<prop::sample::Index>()) {
            let keys = ring(OLD);
            let sealed = keys.seal(&text, "here").unwrap();
            prop_assert_eq!(keys.open(&sealed, "here").unwrap(), text);
            let mut bytes = URL_SAFE_NO_PAD.decode(&sealed.body).unwrap();
            let place = at.index(bytes.len());
            bytes[place] ^= 1;
            let damaged = Sealed { body: URL_SAFE_NO_PAD.encode(bytes), ..sealed };
            prop_assert_eq!(keys.open(&damaged, "here"), Err(OpenError::Damaged("old".into())));
        }
    }
}
