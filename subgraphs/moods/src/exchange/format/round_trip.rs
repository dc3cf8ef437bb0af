//! What is written comes back, whatever people write.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use clock::day::DayStart;
use ids::{CustomMoodId, MoodId, UserId};
use proptest::prelude::*;

use super::{ExportFormat, ImportFormat, Record, Writer, read};
use crate::{
    custom_moods::model::{CustomMood, MoodName},
    entries::model::{
        Coordinate, Moment, MoodKind, MoodVisibility, Note, Score, Tags, Words, moment::to_microseconds,
        vocabulary::Word,
    },
    exchange::model::{NamedMood, PortableEntry, Rules},
};

const ZONES: [Tz; 5] =
    [Tz::UTC, Tz::Europe__Berlin, Tz::America__St_Johns, Tz::Australia__Lord_Howe, Tz::Asia__Kathmandu];
/// What separates, quotes, escapes and calculates in one format or another.
const PIECES: [&str; 26] = [
    "=",
    "+",
    "-",
    "@",
    "'",
    "\"",
    ",",
    ";",
    "|",
    "\\",
    "\n",
    "\r\n",
    "\r",
    "\t",
    " ",
    "<br>",
    "&amp;",
    "{",
    "]",
    "null",
    "é",
    "👩‍👩‍👧",
    "\u{2028}",
    "\u{feff}",
    "＝1",
    "a",
];

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_772_366_400, 0).unwrap()
}

fn text(longest: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(&PIECES[..]), 0..longest).prop_map(|pieces| pieces.concat())
}

/// The owner's moods of their own making: two, the first with a name that every format has to escape.
fn moods() -> Vec<CustomMood> {
    let mood = |name: &str| CustomMood {
        id: CustomMoodId::at(now()),
        name: MoodName::parse(name).unwrap(),
        emoji: None,
        score: Score::parse(2).unwrap(),
        valence: None,
        energy: None,
        archived: false,
    };
    vec![mood("=\"so, so\"|'"), mood("Großartig")]
}

fn words<W: Word + std::fmt::Debug>() -> impl Strategy<Value = Words<W>> {
    let all: Vec<String> = W::all().map(|word| word.code().to_owned()).collect();
    prop::sample::subsequence(all, 0..5).prop_map(|codes| Words::parse(&codes).unwrap())
}

fn coordinate() -> impl Strategy<Value = Option<Coordinate>> {
    prop::option::of((-1.0..=1.0_f64).prop_map(|number| Coordinate::parse(number).unwrap()))
}

fn moment() -> impl Strategy<Value = Moment> {
    let instant = 0..9 * 365 * 86_400 * 1_000_000_i64;
    (instant, prop::sample::select(&ZONES[..]), 0..24_u8).prop_map(|(ago, zone, hour)| {
        let instant = to_microseconds(now() - chrono::TimeDelta::microseconds(ago));
        Moment::new(instant, zone, DayStart::parse(hour).unwrap())
    })
}

fn portable(moods: Vec<CustomMood>) -> impl Strategy<Value = PortableEntry> {
    let tags = prop::collection::vec(text(6), 0..4).prop_map(|tags| {
        let tags: Vec<String> =
            tags.into_iter().filter(|tag| Tags::parse(std::slice::from_ref(tag)).is_ok()).collect();
        Tags::parse(&tags).unwrap()
    });
    let note = prop::option::of(text(12)).prop_map(|text| Note::parse(&text?).unwrap());
    let kind = prop::sample::select(vec![MoodKind::Moment, MoodKind::Daily]);
    let visibility = prop::sample::select(vec![
        MoodVisibility::Private,
        MoodVisibility::Followers,
        MoodVisibility::Public,
    ]);
    let custom_mood = prop::option::of(prop::sample::select(moods));
    let said = (1..=5_i32, coordinate(), coordinate(), kind, visibility);
    (said, words(), words(), custom_mood, tags, note, moment()).prop_map(
        |((score, valence, energy, kind, visibility), labels, associations, mood, tags, note, moment)| {
            PortableEntry {
                score: Score::parse(score).unwrap(),
                valence,
                energy,
                kind,
                labels,
                associations,
                custom_mood: mood.as_ref().map(NamedMood::from),
                tags,
                note,
                moment,
                visibility,
            }
        },
    )
}

fn written(format: ExportFormat, entries: &[PortableEntry]) -> String {
    let owner = UserId::at(now());
    let mut writer = Writer::default();
    writer.begin(format, owner);
    for (index, entry) in entries.iter().enumerate() {
        writer.entry(format, owner, MoodId::at(now()), entry, index == 0);
    }
    writer.end(format);
    let (text, count) = writer.finish();
    assert_eq!(count, entries.len());
    text
}

fn read_back(format: ImportFormat, text: &str, moods: Vec<CustomMood>) -> Vec<PortableEntry> {
    let moods = moods.into_iter().map(|mood| (mood.name.folded(), mood)).collect();
    // Nothing of these may matter: the file says it all.
    let (zone, day_start) = (Tz::Pacific__Apia, DayStart::parse(13).unwrap());
    let visibility = MoodVisibility::Followers;
    let rules = Rules { now: now(), zone, day_start, visibility, moods, meanings: HashMap::new() };
    let mut entries = Vec::new();
    read(format, text, &mut |Record { line, draft, faults }| {
        let checked = draft.check(&rules, faults);
        entries.push(checked.unwrap_or_else(|faults| panic!("line {line}: {faults:?} in {text}")));
    })
    .unwrap_or_else(|broken| panic!("{broken:?}: {text}"));
    entries
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_exported_is_imported_in_every_format(
        (moods, entries) in Just(moods()).prop_flat_map(|moods| {
            (Just(moods.clone()), prop::collection::vec(portable(moods), 0..6))
        }),
        has_mark: bool,
    ) {
        for (format, back) in [
            (ExportFormat::Csv, ImportFormat::Csv),
            (ExportFormat::Json, ImportFormat::Json),
            (ExportFormat::Fhir, ImportFormat::Fhir),
        ] {
            let mut text = written(format, &entries);
            if has_mark {
                text.insert(0, '\u{feff}');
            }
            prop_assert_eq!(&read_back(back, &text, moods.clone()), &entries);
        }
    }

    #[test]
    fn nothing_that_is_read_makes_a_reader_fail(text in text(40), json in "[\\[\\]{}\",:a1 \n]{0,40}") {
        for format in [ImportFormat::Csv, ImportFormat::Json, ImportFormat::Fhir, ImportFormat::Daylio] {
            for content in [&text, &json, &format!("occurredAt,score,note\n{text}"), &format!("full_date,mood\n{text}")] {
                let mut count = 0;
                let broken = read(format, content, &mut |_| count += 1).err().unwrap_or_default();
                prop_assert!(count + broken.len() <= content.len() + 4);
            }
        }
    }
}

#[test]
fn a_line_of_ten_megabytes_is_a_note_that_is_too_long() {
    let content = format!("occurredAt,score,note\n2026-02-01T12:00:00Z,3,{}\n", "x".repeat(10 * 1024 * 1024));
    let rules = Rules {
        now: now(),
        zone: Tz::UTC,
        day_start: DayStart::MIDNIGHT,
        visibility: MoodVisibility::Private,
        moods: HashMap::new(),
        meanings: HashMap::new(),
    };
    let mut codes = Vec::new();
    read(ImportFormat::Csv, &content, &mut |record| {
        let faults = record.draft.check(&rules, record.faults).unwrap_err();
        codes.extend(faults.into_iter().map(|fault| (record.line, fault.code)));
    })
    .unwrap();
    assert_eq!(codes, [(2, "NOTE_TOO_LONG")]);
}
