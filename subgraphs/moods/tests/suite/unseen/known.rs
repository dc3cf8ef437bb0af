//! What a schema doesn't say of itself: whose id stands where, and what to ask so that there is something to hide. A field or an
//! input that is new and needs a line here fails the test until it has one.

/// What an id is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Person,
    Entry,
    Tag,
    CustomMood,
    Insight,
    Recommendation,
    Export,
}

/// Where ids stand, as `Type.field.argument` or `Input.field`.
pub(super) const IDS: &[(&str, Kind)] = &[
    ("Query.mood.id", Kind::Entry),
    ("MoodFilter.customMoodId", Kind::CustomMood),
    ("LogMoodInput.customMoodId", Kind::CustomMood),
    ("UpdateMoodInput.id", Kind::Entry),
    ("UpdateMoodInput.customMoodId", Kind::CustomMood),
    ("DeleteMoodInput.id", Kind::Entry),
    ("UpdateCustomMoodInput.id", Kind::CustomMood),
    ("RenameMoodTagInput.id", Kind::Tag),
    ("DeleteMoodTagInput.id", Kind::Tag),
    ("MergeMoodTagsInput.from", Kind::Tag),
    ("MergeMoodTagsInput.into", Kind::Tag),
    ("ImportedMoodInput.customMoodId", Kind::CustomMood),
    ("DismissMoodInsightInput.id", Kind::Insight),
    ("RestoreMoodInsightInput.id", Kind::Insight),
    ("RateRecommendationInput.id", Kind::Recommendation),
];

/// The types that the gateway finds by their ids.
pub(super) const ENTITIES: &[(&str, Kind)] =
    &[("User", Kind::Person), ("MoodEntry", Kind::Entry), ("AccountExport", Kind::Export)];

/// What others tell of an entity when a field of it `@requires` that: the field, and a value. It is of everybody alike, so that
/// answers differ by moods alone.
pub(super) const REQUIRED: &[(&str, &str)] = &[(
    "receivedHugInstants",
    r#"["2025-12-12T05:00:00Z", "2025-12-13T05:00:00Z", "2025-12-14T05:00:00Z", "2025-12-15T05:00:00Z", "2025-12-16T05:00:00Z", "2025-12-17T05:00:00Z", "2025-12-18T05:00:00Z", "2025-12-19T05:00:00Z", "2025-12-20T05:00:00Z", "2025-12-21T05:00:00Z", "2025-12-22T05:00:00Z", "2025-12-23T05:00:00Z"]"#,
)];

/// What is asked of a field, where what it needs to be asked would show too little.
pub(super) const ARGUMENTS: &[(&str, &str)] = &[
    ("User.moods", "first: 100"),
    ("User.moodTags", "first: 100"),
    ("User.customMoods", "archived: true"),
    ("User.moodCalendar", "from: \"2025-12-01\", to: \"2026-03-01\""),
    ("User.moodInsights", "first: 100, includeDismissed: true"),
    ("User.recommendations", "first: 20"),
    ("User.moodAnalytics", "from: \"2025-12-01\", to: \"2026-03-01\""),
];

/// What is given for a scalar, or for one place of it.
pub(super) const VALUES: &[(&str, &str)] = &[
    ("LogMoodInput.score", "3"),
    ("UpdateMoodInput.revision", "1"),
    ("ImportMoodsInput.format", "CSV"),
    ("ImportMoodsInput.content", r#""occurredAt,score,customMood\n2026-02-01T08:00:00Z,4,something\n""#),
    ("Boolean", "true"),
    ("Cursor", "\"\""),
    ("DateTime", "\"2026-02-20T12:00:00Z\""),
    ("Float", "0.5"),
    ("Int", "1"),
    ("LocalDate", "\"2026-02-20\""),
    ("String", "\"something\""),
    ("TimeZone", "\"Europe/Berlin\""),
];
