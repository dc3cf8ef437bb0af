//! What must never be said to anybody about their moods: tests hold every text to it.

/// The words, with what else they become.
const BANNED: [&str; 21] = [
    "diagnose",
    "diagnoses",
    "diagnosed",
    "diagnosing",
    "diagnosis",
    "diagnostic",
    "depressed",
    "depression",
    "depressive",
    "disorder",
    "disorders",
    "disordered",
    "causes",
    "caused",
    "causing",
    "cure",
    "cures",
    "cured",
    "curing",
    "should",
    "shouldn't",
];

/// The first of them that stands in `text` as a word.
pub(crate) fn banned(text: &str) -> Option<&'static str> {
    let lower = text.to_lowercase().replace('’', "'");
    let words: Vec<&str> = lower.split(|letter: char| !letter.is_alphanumeric() && letter != '\'').collect();
    BANNED.into_iter().find(|banned| words.contains(banned))
}

#[test]
fn no_method_and_nothing_said_of_support_has_a_banned_word() {
    use statistics::Statistic as _;
    let methods = [
        statistics::Mean::METHOD,
        statistics::Spread::METHOD,
        statistics::Trend::METHOD,
        statistics::ChangePoints::METHOD,
        statistics::Anomalies::METHOD,
        statistics::Comparison::METHOD,
        statistics::Instability::METHOD,
        statistics::AcuteChange::METHOD,
        statistics::Inertia::METHOD,
        statistics::Rhythm::METHOD,
        statistics::Levels::<u8>::METHOD,
        statistics::Association::METHOD,
        crate::support::MESSAGE,
    ];
    for text in methods {
        assert_eq!(banned(text), None, "{text}");
    }
    for resource in crate::support::resources(None) {
        assert_eq!(banned(&resource.hours), None, "{}", resource.hours);
    }
}

#[test]
fn the_list_of_banned_words_bites() {
    assert_eq!(banned("It Causes nothing."), Some("causes"));
    assert_eq!(banned("You SHOULD rest"), Some("should"));
    assert_eq!(banned("A pattern, not a cause; because; secure; shoulder"), None);
}
