//! E-mail addresses.

use unicode_normalization::UnicodeNormalization as _;
use url::Host;

/// RFC 5321, section 4.5.3.1, as corrected by erratum 1690 of RFC 3696.
const MAX_BYTES: usize = 254;
const MAX_LOCAL_BYTES: usize = 64;

/// An address that mail can be sent to: the part before the @ as it was written, the domain in lower case ASCII.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Email {
    address: String,
    local_bytes: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not an e-mail address such as ada@example.org")]
pub(crate) struct EmailError;

impl Email {
    pub(crate) fn parse(text: &str) -> Result<Self, EmailError> {
        let text = text.trim();
        if text.len() > MAX_BYTES {
            return Err(EmailError);
        }
        let (local, domain) = text.rsplit_once('@').ok_or(EmailError)?;
        let local: String = local.nfc().collect();
        if !is_local_part(&local) {
            return Err(EmailError);
        }
        let domain = parse_domain(domain).ok_or(EmailError)?;
        let address = format!("{local}@{domain}");
        let short = address.len() <= MAX_BYTES;
        short.then_some(Self { address, local_bytes: local.len() }).ok_or(EmailError)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.address
    }

    /// The part before the @.
    pub(crate) fn local_part(&self) -> &str {
        &self.address[..self.local_bytes]
    }

    /// What two spellings of one mailbox have in common. In theory the case of the local part matters; nowhere in
    /// practice.
    pub(crate) fn key(&self) -> String {
        self.address.to_lowercase()
    }
}

/// A dot-atom (RFC 5322, section 3.2.3; RFC 6531 for letters beyond ASCII). Quoted local parts are not taken.
fn is_local_part(local: &str) -> bool {
    let is_atom = |atom: &str| !atom.is_empty() && atom.chars().all(is_atom_text);
    local.len() <= MAX_LOCAL_BYTES && local.split('.').all(is_atom)
}

fn is_atom_text(character: char) -> bool {
    character.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(character)
}

fn parse_domain(text: &str) -> Option<String> {
    let Ok(Host::Domain(domain)) = Host::parse(text) else {
        return None;
    };
    let is_label = |label: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        (1..=63).contains(&label.len())
            && label.bytes().all(plain)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let good = domain.contains('.') && domain.split('.').all(is_label);
    good.then_some(domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_keeps_its_local_part_and_folds_its_domain() {
        let email = Email::parse("  Ada.Lovelace+hugs@Example.ORG ").unwrap();
        assert_eq!(email.as_str(), "Ada.Lovelace+hugs@example.org");
        assert_eq!(email.key(), "ada.lovelace+hugs@example.org");
        assert_eq!(email.local_part(), "Ada.Lovelace+hugs");
        assert_eq!(Email::parse("ada@bücher.example").unwrap().as_str(), "ada@xn--bcher-kva.example");
        assert!(Email::parse("用户@example.org").is_ok());
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let wrong = [
            "",
            "ada",
            "ada@",
            "@example.org",
            "ada@example",
            "ada@localhost",
            "a b@example.org",
            "ada@exam ple.org",
            "ada@@example.org",
            ".ada@example.org",
            "ada.@example.org",
            "a..da@example.org",
            "ada@-example.org",
            "ada@example..org",
            "ada@[127.0.0.1]",
            "ada@127.0.0.1",
            "\"ada\"@example.org",
            "ada\r\n@example.org",
            "<ada@example.org>",
            "ada@example.org,bo@example.org",
            "ada@exa_mple.org",
        ];
        for text in wrong {
            assert_eq!(Email::parse(text), Err(EmailError), "{text:?}");
        }
        assert_eq!(Email::parse(&format!("{}@example.org", "a".repeat(65))), Err(EmailError));
        assert_eq!(Email::parse(&format!("a@{}.org", "b.".repeat(200))), Err(EmailError));
    }
}
