//! Follows, posts and reactions by the hundred thousand, put straight into the file of `social`.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, ensure};

use crate::bench::product::Person;
use crate::tools::Tool;

/// So many rows are written by one statement.
const BATCH: usize = 2_000;
const POSTS_OF_OTHERS: u64 = 20;
const POSTS_OF_STAR: u64 = 100;
const REACTIONS_A_POST: u64 = 50;
const MINUTE: u64 = 60_000;

/// How much there is to be.
pub(super) struct Seed {
    pub(super) followers: u64,
    pub(super) posts: u64,
    pub(super) following: u64,
}

/// Rows of one table.
struct Rows {
    table: &'static str,
    columns: &'static str,
    rows: Vec<String>,
}

impl Seed {
    /// The reader follows the star, the writer, the authors, and others of whom nobody else knows.
    pub(super) fn plant(
        &self,
        file: &Path,
        [reader, star, writer]: [&Person; 3],
        authors: &[Person],
    ) -> anyhow::Result<()> {
        let mut ids = Ids { now: now(), made: 0 };
        let (reader, star, writer) = (digits(reader), digits(star), digits(writer));
        let strangers = (0..self.following).map(|_| ids.next(0)).collect::<Vec<_>>();
        let others: Vec<String> = authors.iter().map(digits).chain(strangers).collect();

        let followed = others.iter().chain([&star, &writer]);
        let of_reader = followed.map(|followed| (reader.clone(), followed.clone())).collect::<Vec<_>>();
        let of_star = (0..self.followers).map(|_| (ids.next(0), star.clone())).collect::<Vec<_>>();
        let follows = of_reader.into_iter().chain(of_star);
        let follows: Vec<String> =
            follows.map(|(from, to)| format!("(x'{}',x'{from}',x'{to}',{AT})", ids.next(0))).collect();

        let mut posts = Vec::new();
        let mut reactions = Vec::new();
        for number in 0..self.posts {
            posts.push(post(&mut ids, &writer, number * 7 * MINUTE));
        }
        for number in 0..POSTS_OF_STAR {
            posts.push(post(&mut ids, &star, number * 61 * MINUTE));
        }
        for (place, author) in (0..).zip(&others) {
            for number in 0..POSTS_OF_OTHERS {
                posts.push(post(&mut ids, author, (number * 1_440 + place * 3) * MINUTE));
            }
        }
        for (post, _) in posts.iter().rev().step_by(97).chain(posts.iter().take(100)) {
            for number in 0..REACTIONS_A_POST {
                let kind = ["heart", "hug", "smile"][usize::try_from(number % 3)?];
                reactions.push(format!("(x'{post}',x'{}','{kind}',{AT})", ids.next(0)));
            }
        }
        run(
            file,
            &[
                Rows {
                    table: "follows",
                    columns: "id, follower_id, followed_id, followed_at",
                    rows: follows,
                },
                Rows { table: "posts", columns: POST, rows: posts.into_iter().map(|(_, row)| row).collect() },
                Rows { table: "reactions", columns: "target_id, user_id, kind, reacted_at", rows: reactions },
            ],
        )
    }
}

const POST: &str =
    "id, author_id, text, visibility, reach, shared_kind, shared_name, shared_days, created_at";
/// When everything was.
const AT: &str = "'2026-01-01T00:00:00+00:00'";

/// A post of a streak, shared with everybody or with followers some milliseconds ago: its id, and its row.
fn post(ids: &mut Ids, author: &str, ago: u64) -> (String, String) {
    let id = ids.next(ago);
    let reach = 1 + ids.made % 2;
    let row = format!(
        "(x'{id}',x'{author}','Another day of it.',{reach},{reach},'streak','mood_logging',{},{AT})",
        1 + ids.made % 300
    );
    (id, row)
}

/// Ids in the order of time, as UUIDs of version 7 are.
struct Ids {
    now: u64,
    made: u64,
}

impl Ids {
    fn next(&mut self, ago: u64) -> String {
        self.made += 1;
        // Splitmix: different for each number, and the same in every run.
        let mut mixed = self.made.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed ^= mixed >> 31;
        format!("{:012x}7{:03x}8{:015x}", self.now - ago, self.made & 0xfff, mixed >> 4)
    }
}

/// The digits of somebody's id: `usr_` and 32 of them.
fn digits(person: &Person) -> String {
    person.id.rsplit('_').next().unwrap_or_default().to_owned()
}

/// Milliseconds since 1970.
#[expect(clippy::disallowed_methods, reason = "posts are as old as their ids say")]
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// Has `sqlite3` write the rows, all or none; the product may have the file open.
fn run(file: &Path, tables: &[Rows]) -> anyhow::Result<()> {
    let mut sql = ".bail on\n.timeout 20000\nBEGIN IMMEDIATE;\n".to_owned();
    for Rows { table, columns, rows } in tables {
        for batch in rows.chunks(BATCH) {
            writeln!(sql, "INSERT INTO {table} ({columns}) VALUES {};", batch.join(","))?;
        }
        eprintln!("{} rows for {table}", rows.len());
    }
    sql.push_str("COMMIT;\n");
    let mut command = Command::new(Tool::Sqlite.require()?);
    command.arg(file).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().context("sqlite3 doesn't start")?;
    child.stdin.take().context("sqlite3 reads nothing")?.write_all(sql.as_bytes())?;
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "sqlite3: {}", String::from_utf8_lossy(&output.stderr).trim());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_thirty_two_digits_that_differ_and_tell_the_time() {
        let mut ids = Ids { now: 1_772_366_400_000, made: 0 };
        let (older, newer, same) = (ids.next(1_000), ids.next(0), ids.next(0));
        assert!(older < newer && newer != same);
        assert_eq!((older.len(), &newer[..13]), (32, "019ca9450a007"));
    }
}
