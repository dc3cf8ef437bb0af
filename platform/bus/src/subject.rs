//! Which events somebody wants.

use crate::BusError;

/// `producer.Type` or `producer.*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    producer: String,
    /// `None` is every type.
    kind: Option<String>,
}

impl Pattern {
    pub(crate) fn parse(text: &str) -> Result<Self, BusError> {
        let wrong = || BusError::Subject(text.to_owned());
        let (producer, kind) = text.split_once('.').ok_or_else(wrong)?;
        let kind = (kind != "*").then(|| kind.to_owned());
        let words = [Some(producer), kind.as_deref()];
        if words.iter().flatten().all(|word| is_word(word)) {
            Ok(Self { producer: producer.to_owned(), kind })
        } else {
            Err(wrong())
        }
    }

    pub(crate) fn parse_all(texts: &[String]) -> Result<Vec<Self>, BusError> {
        texts.iter().map(|text| Self::parse(text)).collect()
    }

    pub(crate) fn matches(&self, producer: &str, kind: &str) -> bool {
        self.producer == producer && self.kind.as_deref().is_none_or(|wanted| wanted == kind)
    }

    pub(crate) fn producer(&self) -> &str {
        &self.producer
    }

    /// `None` is every type.
    pub(crate) fn kind(&self) -> Option<&str> {
        self.kind.as_deref()
    }

    /// As NATS writes it.
    pub(crate) fn under(&self, prefix: &str) -> String {
        format!("{prefix}.{}.{}", self.producer, self.kind.as_deref().unwrap_or("*"))
    }
}

fn is_word(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_its_type_or_all_of_its_producer() {
        let one = Pattern::parse("hugs.HugSent").unwrap();
        assert!(one.matches("hugs", "HugSent") && !one.matches("hugs", "HugSeen"));
        let all = Pattern::parse("hugs.*").unwrap();
        assert!(all.matches("hugs", "HugSeen") && !all.matches("social", "HugSeen"));
        assert_eq!(all.under("hugmood"), "hugmood.hugs.*");
    }

    #[test]
    fn what_is_no_subject_is_refused() {
        for text in ["", "hugs", "hugs.", ".HugSent", "*.HugSent", "hugs.>", "hugs.Hug.Sent", "hugs.Hug Sent"]
        {
            assert!(Pattern::parse(text).is_err(), "{text}");
        }
    }
}
