//! The support resources name their sources, and were held against them within a year: a number that no longer answers is worse
//! than none.

use std::time::{SystemTime, UNIX_EPOCH};

use toml::{Table, Value, value::Datetime};

use super::tree::{File, Finding, Tree};

const LIST: &str = "subgraphs/moods/data/support_resources.toml";
/// How long a verification holds, in days.
const HOLDS_FOR_DAYS: i64 = 365;

pub(super) fn support_resources(tree: &Tree) -> Vec<Finding> {
    tree.files.iter().find(|file| file.path == LIST).map_or_else(Vec::new, |list| check(list, today()))
}

#[expect(
    clippy::disallowed_methods,
    reason = "what is stale is a matter of today, and xtask has no clock of ours"
)]
fn today() -> i64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_epoch.as_secs() / 86_400).unwrap_or(i64::MAX)
}

/// `today` is counted in days since 1970-01-01.
fn check(list: &File, today: i64) -> Vec<Finding> {
    let table: Table = match list.text.parse() {
        Ok(table) => table,
        Err(error) => return vec![list.finding(1, format!("can't be read: {error}"))],
    };
    let resources = table.get("resource").and_then(Value::as_array).cloned().unwrap_or_default();
    // Where each entry begins, to point at it.
    let lines: Vec<usize> = list
        .numbered_lines()
        .filter(|(_, line)| line.trim() == "[[resource]]")
        .map(|(line, _)| line)
        .collect();
    let mut findings = Vec::new();
    let mut former = (String::new(), String::new());
    for (resource, line) in resources.iter().zip(lines) {
        findings.extend(problems(resource, today).into_iter().map(|problem| list.finding(line, problem)));
        let place = (text(resource, "country").to_owned(), text(resource, "name").to_owned());
        if place <= former {
            findings.push(list.finding(line, "not in the order of country and name".to_owned()));
        }
        former = place;
    }
    findings
}

fn problems(resource: &Value, today: i64) -> Vec<String> {
    let name = text(resource, "name");
    let mut problems = Vec::new();
    for field in ["url", "source"] {
        if !text(resource, field).starts_with("https://") {
            problems.push(format!("`{name}` has no https address as its `{field}`"));
        }
    }
    let verified_at = text(resource, "verified_at");
    match days_since_epoch(verified_at) {
        None => problems.push(format!("`{name}` doesn't say when it was verified, as YYYY-MM-DD")),
        Some(day) if day > today => problems.push(format!("`{name}` was verified in the future")),
        Some(day) if today - day > HOLDS_FOR_DAYS => problems.push(format!(
            "`{name}` was last held against its source on {verified_at}: look there again, and correct it"
        )),
        Some(_) => {}
    }
    problems
}

fn text<'value>(resource: &'value Value, field: &str) -> &'value str {
    resource.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// Days from 1970-01-01 to a date of the Gregorian calendar.
fn days_since_epoch(text: &str) -> Option<i64> {
    let date = text.parse::<Datetime>().ok().filter(|moment| moment.time.is_none())?.date?;
    let (year, month, day) = (i64::from(date.year), i64::from(date.month), i64::from(date.day));
    // Years that begin in March end with the leap day, so that the days before each month are a straight line.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let before_year = 365 * year + year / 4 - year / 100 + year / 400;
    let before_month = (153 * month + 2) / 5;
    const FIRST_OF_MARCH_OF_YEAR_0: i64 = 719_468;
    Some(before_year + before_month + day - 1 - FIRST_OF_MARCH_OF_YEAR_0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: &str = "2026-11-24";

    fn findings(text: &str) -> Vec<String> {
        let list = File { path: LIST.to_owned(), text: text.to_owned() };
        check(&list, days_since_epoch(TODAY).unwrap()).iter().map(ToString::to_string).collect()
    }

    fn resource(country: &str, verified_at: &str) -> String {
        format!(
            "[[resource]]\ncountry = \"{country}\"\nname = \"Line\"\nurl = \"https://a.example\"\n\
             source = \"https://b.example\"\nverified_at = \"{verified_at}\"\n"
        )
    }

    #[test]
    fn dates_are_counted_as_the_calendar_does() {
        for (date, days) in
            [("1970-01-01", 0), ("1969-12-31", -1), ("2000-02-29", 11_016), ("2026-03-01", 20_513)]
        {
            assert_eq!(days_since_epoch(date), Some(days), "{date}");
        }
        for text in ["", "2026-13-01", "2026-02-30", "24.11.2026", "2026-11-24T10:00:00Z"] {
            assert_eq!(days_since_epoch(text), None, "{text}");
        }
    }

    #[test]
    fn an_entry_holds_for_a_year() {
        assert_eq!(findings(&resource("DE", "2025-11-24")), [""; 0]);
        let stale = findings(&resource("DE", "2025-11-23"));
        assert_eq!(stale.len(), 1);
        assert!(stale[0].contains(":1: `Line` was last held against its source on 2025-11-23"), "{stale:?}");
        assert!(findings(&resource("DE", "2026-11-25"))[0].contains("in the future"));
        assert!(findings(&resource("DE", "soon"))[0].contains("doesn't say when"));
    }

    #[test]
    fn an_entry_names_its_source() {
        let text = resource("DE", TODAY).replace("https://b.example", "hearsay");
        assert!(findings(&text)[0].contains("no https address as its `source`"));
    }

    #[test]
    fn entries_stand_in_order_and_are_pointed_at() {
        let text = resource("DE", TODAY) + &resource("AT", TODAY);
        assert_eq!(findings(&text).len(), 1);
        assert!(findings(&text)[0].contains(":7: not in the order"), "{:?}", findings(&text));
        assert!(findings("[[resource]\n")[0].contains("can't be read"));
    }
}
