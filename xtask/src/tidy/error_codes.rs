//! `docs/ERRORS.md` lists the codes that clients can meet: each that the sources have, and no other.
//!
//! There are many ways to make an error, so none is looked for: whatever string of the sources is written like a code
//! counts as one, unless [`NO_CODES`] says what else it is.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    literals::{self, Literal},
    tree::{File, Finding, Tree},
};

const LIST: &str = "docs/ERRORS.md";

/// Each chapter of the list, and the folder or file whose errors it is about.
const CHAPTERS: [(&str, &str); 4] = [
    ("In payloads", "subgraphs/"),
    ("In payloads", REFUSALS),
    ("Top-level, from subgraphs", "platform/"),
    ("Top-level, from the gateway", "gateway/"),
];

/// Where platform says what becomes of a payload.
const REFUSALS: &str = "platform/graphql/src/refusal.rs";

/// The chapter about the codes of WebSockets, the one file that makes them, and what it makes them with.
const SOCKETS: (&str, &str, &str) =
    ("How a WebSocket closes", "gateway/src/server/websocket/close.rs", "CloseFrame");

/// Test support, never part of what ships.
const TEST_SUPPORT: &str = "platform/testkit/";

/// Strings that are written like codes and are none.
struct NoCodes {
    /// The file or folder where they are not.
    at: &'static str,
    words: &'static [&'static str],
}

const NO_CODES: &[NoCodes] = &[
    // Values of enums, as the databases keep them and events tell them.
    NoCodes {
        at: "subgraphs/hugs/src/hug_requests/model.rs",
        words: &["PUBLIC", "FOLLOWERS", "PRIVATE", "LOW", "NORMAL", "HIGH"],
    },
    NoCodes { at: "subgraphs/hugs/src/hugs/model.rs", words: &["SENT", "RECEIVED", "FILTERED"] },
    NoCodes {
        at: "subgraphs/hugs/src/live/model.rs",
        words: &[
            "RECEIVED",
            "SEEN",
            "THANKED",
            "CANCELLED",
            "REQUEST_POSTED",
            "REQUEST_ANSWERED",
            "RETURNED",
            "GROUP_POSTED",
            "GROUP_OPENED",
            "GROUP_STARTED",
            "GROUP_JOINED",
            "GROUP_LEFT",
            "GROUP_ENDED",
        ],
    },
    NoCodes { at: "subgraphs/hugs/src/consents/store.rs", words: &["KNOWN", "ACCEPTED", "DECLINED"] },
    NoCodes {
        at: "subgraphs/hugs/src/group_hugs/model.rs",
        words: &["SCHEDULED", "OPEN", "ACTIVE", "COMPLETED", "EXPIRED", "CANCELLED"],
    },
    NoCodes { at: "platform/events/src/moods.rs", words: &["PRIVATE", "FOLLOWERS", "PUBLIC"] },
    NoCodes { at: "platform/events/src/streaks.rs", words: &["MOOD_LOGGING", "HUGGING", "CHECK_IN"] },
    NoCodes { at: "platform/events/src/users.rs", words: &["ACCEPT", "FILTER", "DROP"] },
    NoCodes { at: "subgraphs/moods/src/entries/model.rs", words: &["MOMENT", "DAILY"] },
    NoCodes { at: "subgraphs/moods/src/migrations/m0009_default_visibility.rs", words: &["PRIVATE"] },
    NoCodes { at: "subgraphs/users/src/migrations/m0009_mood_visibility.rs", words: &["PRIVATE"] },
    NoCodes { at: "subgraphs/moods/src/support/resource.rs", words: &["ZZ", "SCREAMING_SNAKE_CASE"] },
    NoCodes {
        at: "subgraphs/users/src/settings/store.rs",
        words: &[
            "EVERYONE",
            "FOLLOWED",
            "NOBODY",
            "HUG_RECEIVED",
            "HUG_THANKED",
            "HUG_REQUESTED",
            "GROUP_HUG",
            "REACTION",
            "STREAK_AT_RISK",
            "BADGE_AWARDED",
        ],
    },
    NoCodes { at: "subgraphs/users/src/presence/store.rs", words: &["ONLINE", "AWAY", "OFFLINE"] },
    // GraphQL's own words.
    NoCodes { at: "subgraphs/hugs/src/moments/graphql.rs", words: &["ID"] },
    NoCodes {
        at: "gateway/src/engine/introspection.rs",
        words: &["LIST", "NON_NULL", "SCALAR", "OBJECT", "INTERFACE", "UNION", "ENUM", "INPUT_OBJECT"],
    },
    NoCodes { at: "gateway/src/engine/projection/selection_plan.rs", words: &["ID"] },
    NoCodes { at: "gateway/src/engine/validation/literals.rs", words: &["ID"] },
    NoCodes { at: "gateway/src/engine/variables.rs", words: &["ID"] },
    // Environment variables, and what `--help` calls an argument's value.
    NoCodes { at: "platform/service/src/files.rs", words: &["AVATAR_STORE", "AVATAR_BASE_URL"] },
    NoCodes {
        at: "platform/service/src/settings.rs",
        words: &[
            "HOST",
            "PORT",
            "DATABASE_URL",
            "NATS_URL",
            "IDENTITY_SECRET",
            "JWT_SECRET",
            "DATA_KEYS",
            "DEBUG",
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "AUTH_SERVICE_URL",
            "USER_SERVICE_URL",
            "MOOD_SERVICE_URL",
            "HUG_SERVICE_URL",
            "SOCIAL_SERVICE_URL",
            "STREAK_SERVICE_URL",
        ],
    },
    NoCodes {
        at: "gateway/src/main.rs",
        words: &[
            "SUPERGRAPH",
            "FILE",
            "GATEWAY_CONFIG",
            "ADDR",
            "HOST",
            "PORT",
            "JWT_SECRET",
            "IDENTITY_SECRET",
            "NATS_URL",
            "DEBUG",
            "OTEL_EXPORTER_OTLP_ENDPOINT",
        ],
    },
    NoCodes { at: "gateway/src/playground/bundle.rs", words: &["OUT_DIR"] },
    // Words of other formats and programs: NATS, SQLite, serde, HTTP, OpenTelemetry.
    NoCodes { at: "platform/bus/src/nats.rs", words: &["HUGMOOD"] },
    NoCodes { at: "platform/bus/src/nats/connection.rs", words: &["NATS"] },
    NoCodes { at: "platform/database/src/open.rs", words: &["WAL", "NORMAL", "MEMORY"] },
    NoCodes { at: "platform/events/src/", words: &["SCREAMING_SNAKE_CASE"] },
    NoCodes { at: "gateway/src/playground.rs", words: &["DENY"] },
    NoCodes { at: "gateway/src/server/refusal.rs", words: &["POST"] },
    NoCodes { at: "gateway/src/trace.rs", words: &["ERROR"] },
    // How a service is, and what becomes of a token in a ping: states that aren't errors.
    NoCodes { at: "platform/service/src/health.rs", words: &["UP", "DOWN", "DEGRADED"] },
    NoCodes { at: "gateway/src/health.rs", words: &["UP", "STOPPING", "DEGRADED"] },
    NoCodes { at: "gateway/src/server/websocket/renewal.rs", words: &["RENEWED", "REFUSED"] },
];

pub(super) fn error_codes(tree: &Tree) -> Vec<Finding> {
    let Some(list) = tree.files.iter().find(|file| file.path == LIST) else { return Vec::new() };
    check(tree, list, NO_CODES)
}

fn check(tree: &Tree, list: &File, no_codes: &[NoCodes]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let listed = listed(list);
    let mut used = BTreeSet::new();
    let mut made: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (chapter, folder) in CHAPTERS {
        let made = made.entry(chapter).or_default();
        for file in sources(tree, folder).filter(|file| folder == REFUSALS || file.path != REFUSALS) {
            for (line, code) in codes_of(file, &mut findings) {
                if let Some(at) = no_codes.iter().position(|other| other.has(file, &code)) {
                    used.insert((at, code));
                    continue;
                }
                if !listed.has(chapter, &code) {
                    let message =
                        format!("`{code}` is not in {LIST} under \"{chapter}\", nor said to be no code");
                    findings.push(file.finding(line, message));
                }
                made.insert(code);
            }
        }
    }
    for (chapter, made) in &made {
        findings.extend(listed.not_in(chapter, made, list));
    }
    let (chapter, path, maker) = SOCKETS;
    let made: BTreeSet<String> =
        sources(tree, path).flat_map(|file| numbers_of(file, &mut findings)).collect();
    for code in made.iter().filter(|code| !listed.has(chapter, code)) {
        findings.push(Finding {
            path: path.to_owned(),
            line: 1,
            message: format!("{code} is not in {LIST}"),
        });
    }
    findings.extend(listed.not_in(chapter, &made, list));
    for file in sources(tree, "gateway/").filter(|file| file.path != path && file.text.contains(maker)) {
        findings.push(
            file.finding(1, format!("`{maker}` belongs into {path}, whose codes are held against {LIST}")),
        );
    }
    for (at, entry) in no_codes.iter().enumerate() {
        let gone = entry.words.iter().filter(|word| !used.contains(&(at, (**word).to_owned())));
        findings.extend(gone.map(|word| Finding {
            path: entry.at.to_owned(),
            line: 1,
            message: format!("`{word}` is said to be no code, and isn't there"),
        }));
    }
    findings
}

impl NoCodes {
    fn has(&self, file: &File, word: &str) -> bool {
        file.path.starts_with(self.at) && self.words.contains(&word)
    }
}

/// The code that ships from this folder or file.
fn sources<'tree>(tree: &'tree Tree, under: &'static str) -> impl Iterator<Item = &'tree File> {
    let ships =
        |file: &&File| file.path.contains("/src/") && !file.is_test() && !file.path.starts_with(TEST_SUPPORT);
    tree.rust_files().filter(ships).filter(move |file| file.path.starts_with(under))
}

fn literals_of(file: &File, findings: &mut Vec<Finding>) -> Vec<Literal> {
    literals::of_code(&file.text).unwrap_or_else(|error| {
        findings.push(file.finding(1, format!("can't be read: {error}")));
        Vec::new()
    })
}

/// What is written like a code: a whole string, or a quoted one inside, such as JSON has.
fn codes_of(file: &File, findings: &mut Vec<Finding>) -> Vec<(usize, String)> {
    let literals = literals_of(file, findings);
    let codes = literals.iter().flat_map(|literal| {
        let quoted = literal.text.split('"').map(|part| part.trim_end_matches('\\'));
        quoted.filter(|part| is_code(part)).map(|code| (literal.line, code.to_owned()))
    });
    codes.collect()
}

/// `WORD` or `SEVERAL_WORDS`.
fn is_code(text: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit())
    };
    text.len() > 1
        && text.starts_with(|first: char| first.is_ascii_uppercase())
        && text.split('_').all(is_word)
}

/// The numbers that a socket can be closed with.
fn numbers_of(file: &File, findings: &mut Vec<Finding>) -> Vec<String> {
    let literals = literals_of(file, findings);
    let is_close_code = |text: &str| matches!(text.parse(), Ok(1000..=1015 | 3000..=4999));
    literals.into_iter().map(|literal| literal.text).filter(|text| is_close_code(text)).collect()
}

/// The codes of each chapter, with their lines.
struct Listed<'list>(BTreeMap<&'list str, BTreeMap<&'list str, usize>>);

/// A chapter's codes stand in the first column of its tables: in code marks, or as numbers.
fn listed(list: &File) -> Listed<'_> {
    let mut chapters: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    let mut chapter = "";
    for (number, line) in list.numbered_lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            chapter = heading.trim();
        }
        let Some(cell) = line.strip_prefix('|').and_then(|row| row.split('|').next()) else { continue };
        let words = cell.split(|letter: char| letter.is_whitespace() || "`,".contains(letter));
        let codes = words.filter(|word| is_code(word) || word.parse::<u16>().is_ok());
        chapters.entry(chapter).or_default().extend(codes.map(|code| (code, number)));
    }
    Listed(chapters)
}

impl Listed<'_> {
    fn has(&self, chapter: &str, code: &str) -> bool {
        self.0.get(chapter).is_some_and(|codes| codes.contains_key(code))
    }

    /// What a chapter tells of, and none of the sources that it is about makes.
    fn not_in(&self, chapter: &str, made: &BTreeSet<String>, list: &File) -> Vec<Finding> {
        let codes = self.0.get(chapter).into_iter().flatten();
        let gone = codes.filter(|(code, _)| !made.contains(**code));
        gone.map(|(code, line)| list.finding(*line, format!("`{code}` is nowhere in the sources"))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL: &str = "# Errors\n\nSee `ELSEWHERE`.\n\n## In payloads\n\n| code | means |\n|---|---|\n| `TAKEN`, `TOO_LONG` | x |\n\n## Top-level, from subgraphs\n\n| `INTERNAL` | x |\n\n## Top-level, from the gateway\n\n| `BAD_REQUEST` | `NOT_HERE` |\n| `INTERNAL` | x |\n\n## How a WebSocket closes\n\n| 1000 | x |\n| 4403 ↻ | x |\n";

    const SOURCES: [(&str, &str); 4] = [
        ("subgraphs/hugs/src/hugs.rs", "fn f() { user_error(\"TAKEN\", x); E { code: \"TOO_LONG\" } }\n"),
        ("platform/graphql/src/failure.rs", "const SAID: &str = \"{\\\"code\\\":\\\"INTERNAL\\\"}\";\n"),
        (
            "gateway/src/refusal.rs",
            "fn f() { if a { \"BAD_REQUEST\" } else { r#\"[{\"code\":\"INTERNAL\"}]\"# } }\n#[cfg(test)]\nmod tests { const X: &str = \"TESTED\"; }\n",
        ),
        ("gateway/src/server/websocket/close.rs", "fn f() -> CloseFrame { (1000, 125, 4403) }\n"),
    ];

    fn findings(list: &str, more: &[(&str, &str)], no_codes: &[NoCodes]) -> Vec<String> {
        let files: Vec<_> = SOURCES.into_iter().chain([(LIST, list)]).chain(more.iter().copied()).collect();
        let tree = Tree::of(&files);
        let list = tree.files.iter().find(|file| file.path == LIST).expect("the list");
        check(&tree, list, no_codes).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_complete_list_is_tidy() {
        assert!(findings(FULL, &[], &[]).is_empty());
        let tests =
            [("gateway/tests/suite/main.rs", "\"OTHER\""), ("platform/testkit/src/lib.rs", "\"OTHER\"")];
        assert!(findings(FULL, &tests, &[]).is_empty(), "tests make no errors");
    }

    #[test]
    fn a_code_that_the_list_lacks_is_found_however_it_is_made() {
        let list =
            FULL.replace("`TAKEN`, ", "").replace("| `BAD_REQUEST` | `NOT_HERE` |\n| `INTERNAL` | x |\n", "");
        assert_eq!(
            findings(&list, &[], &[]),
            [
                "subgraphs/hugs/src/hugs.rs:1: `TAKEN` is not in docs/ERRORS.md under \"In payloads\", nor said to be no code",
                "gateway/src/refusal.rs:1: `BAD_REQUEST` is not in docs/ERRORS.md under \"Top-level, from the gateway\", nor said to be no code",
                "gateway/src/refusal.rs:1: `INTERNAL` is not in docs/ERRORS.md under \"Top-level, from the gateway\", nor said to be no code",
            ]
        );
    }

    #[test]
    fn a_code_that_no_source_makes_is_found_in_its_chapter() {
        let list = FULL.replace("`TAKEN`", "`BAD_REQUEST`, `TAKEN`").replace("4403", "4404");
        assert_eq!(
            findings(&list, &[], &[]),
            [
                "docs/ERRORS.md:9: `BAD_REQUEST` is nowhere in the sources",
                "gateway/src/server/websocket/close.rs:1: 4403 is not in docs/ERRORS.md",
                "docs/ERRORS.md:23: `4404` is nowhere in the sources",
            ]
        );
    }

    #[test]
    fn sockets_are_closed_from_one_place() {
        let other = [("gateway/src/server/other.rs", "fn f() { CloseFrame { code: 4999 } }\n")];
        assert_eq!(
            findings(FULL, &other, &[]),
            [
                "gateway/src/server/other.rs:1: `CloseFrame` belongs into gateway/src/server/websocket/close.rs, whose codes are held against docs/ERRORS.md"
            ]
        );
    }

    #[test]
    fn what_is_said_to_be_no_code_is_none_where_it_is_said_and_has_to_be_there() {
        let more = [
            ("gateway/src/main.rs", "const PORT: &str = \"PORT\";\n"),
            ("gateway/src/server.rs", "const PORT: &str = \"PORT\";\n"),
        ];
        let said = [NoCodes { at: "gateway/src/main.rs", words: &["PORT", "HOST"] }];
        assert_eq!(
            findings(FULL, &more, &said),
            [
                "gateway/src/server.rs:1: `PORT` is not in docs/ERRORS.md under \"Top-level, from the gateway\", nor said to be no code",
                "gateway/src/main.rs:1: `HOST` is said to be no code, and isn't there",
            ]
        );
    }

    #[test]
    fn a_source_that_is_not_rust_is_told() {
        let broken = [("gateway/src/broken.rs", "fn f() { \"\n")];
        assert_eq!(findings(FULL, &broken, &[]).len(), 1);
    }
}
