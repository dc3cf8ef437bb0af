//! Which badges there are. What a code means never changes; `streaks` decides when one is earned.

/// Something to be proud of.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Badge {
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    pub(crate) emoji: &'static str,
}

const fn badge(
    code: &'static str,
    name: &'static str,
    description: &'static str,
    emoji: &'static str,
) -> Badge {
    Badge { code, name, description, emoji }
}

/// All of them, in the order in which they are shown.
pub(crate) const CATALOGUE: [Badge; 12] = [
    badge("mood-3", "Getting to know you", "Logged a mood on three days in a row", "🌱"),
    badge("mood-7", "A week of moods", "Logged a mood on seven days in a row", "🌿"),
    badge("mood-30", "A month of moods", "Logged a mood on thirty days in a row", "🌳"),
    badge("mood-100", "A hundred days", "Logged a mood on a hundred days in a row", "🏞️"),
    badge("mood-365", "A year in pixels", "Logged a mood on every day of a year", "🌈"),
    badge("hug-first", "First hug", "Gave a first hug", "🤗"),
    badge("hug-7", "A week of hugs", "Hugged somebody on seven days in a row", "💛"),
    badge("hug-30", "A month of hugs", "Hugged somebody on thirty days in a row", "💖"),
    badge("hug-100", "A hundred days of hugs", "Hugged somebody on a hundred days in a row", "💝"),
    badge("check-in-7", "Looking in", "Looked in on seven days in a row", "👋"),
    badge("check-in-30", "At home here", "Looked in on thirty days in a row", "🏡"),
    badge("check-in-100", "Part of the furniture", "Looked in on a hundred days in a row", "🛋️"),
];

/// The badge with this code, if there is one.
pub(crate) fn of_code(code: &str) -> Option<&'static Badge> {
    const BADGES: &[Badge] = &CATALOGUE;
    BADGES.iter().find(|badge| badge.code == code)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_badge_has_a_code_of_its_own_and_says_what_it_is_for() {
        let codes: HashSet<_> = CATALOGUE.iter().map(|badge| badge.code).collect();
        assert_eq!(codes.len(), CATALOGUE.len());
        for badge in &CATALOGUE {
            assert_eq!(of_code(badge.code), Some(badge));
            assert!(![badge.name, badge.description, badge.emoji].contains(&""), "{}", badge.code);
        }
        assert_eq!(of_code("mood-4"), None);
    }
}
