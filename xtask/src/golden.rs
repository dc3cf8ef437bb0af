//! `golden`: what SciPy and others say of the series that `platform/statistics` is tested on.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use serde_json::Value as Json;
use xshell::{Shell, cmd};

use crate::workspace;

const FOLDER: &str = "platform/statistics/tests/golden";
/// What two runs may differ by, as a share of numbers above 1: other machines round other last digits.
const TOLERANCE: f64 = 1e-11;

/// Make the reference numbers of the statistics anew, with Python
#[derive(Debug, clap::Args)]
pub(crate) struct Golden {
    /// Compare with those that are committed, and change nothing
    #[arg(long)]
    check: bool,
    /// A Python with the packages of `requirements.txt`
    #[arg(long, env = "GOLDEN_PYTHON", default_value = "python3")]
    python: PathBuf,
}

impl Golden {
    pub(crate) fn run(&self, shell: &Shell) -> anyhow::Result<()> {
        if let Some(lack) = lack(shell, &self.python) {
            bail!("{lack}");
        }
        let folder = workspace::root().join(FOLDER);
        let committed = folder.join("golden.json");
        if !self.check {
            make(shell, &self.python, &committed)?;
            eprintln!("{} is made anew", committed.display());
            return Ok(());
        }
        let temporary = tempfile::tempdir()?;
        let made = temporary.path().join("golden.json");
        make(shell, &self.python, &made)?;
        let difference = difference("golden", &read(&committed)?, &read(&made)?);
        ensure!(difference.is_none(), "{}", difference.unwrap_or_default());
        eprintln!("the references agree with what is committed");
        Ok(())
    }

    /// For CI: checks where there is a Python that can, and says so where there is none.
    pub(crate) fn check_where_possible(shell: &Shell) -> anyhow::Result<()> {
        let python = std::env::var_os("GOLDEN_PYTHON").map_or_else(|| "python3".into(), PathBuf::from);
        if let Some(lack) = lack(shell, &python) {
            eprintln!("the references are not made anew: {lack}");
            return Ok(());
        }
        Self { check: true, python }.run(shell)
    }
}

/// What is missing, and how to get it.
fn lack(shell: &Shell, python: &Path) -> Option<String> {
    let import = "import numpy, pandas, ruptures, scipy, statsmodels";
    let found = cmd!(shell, "{python} -c {import}").quiet().ignore_stdout().ignore_stderr().run();
    found.err().map(|_| {
        format!(
            "{} lacks packages of {FOLDER}/requirements.txt: `python3 -m venv VENV && VENV/bin/pip install -r \
             {FOLDER}/requirements.txt`, then GOLDEN_PYTHON=VENV/bin/python",
            python.display()
        )
    })
}

fn make(shell: &Shell, python: &Path, to: &Path) -> anyhow::Result<()> {
    let script = workspace::root().join(FOLDER).join("golden.py");
    cmd!(shell, "{python} {script} {to}").quiet().run().context("golden.py failed")
}

fn read(path: &Path) -> anyhow::Result<Json> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is no JSON", path.display()))
}

/// The first place where two documents differ by more than rounding.
fn difference(place: &str, one: &Json, other: &Json) -> Option<String> {
    match (one, other) {
        (Json::Object(one), Json::Object(other)) if one.len() == other.len() => {
            one.iter().find_map(|(key, value)| {
                let place = format!("{place}.{key}");
                difference(&place, value, other.get(key).unwrap_or(&Json::Null))
            })
        }
        (Json::Array(one), Json::Array(other)) if one.len() == other.len() => one
            .iter()
            .zip(other)
            .enumerate()
            .find_map(|(at, (one, other))| difference(&format!("{place}[{at}]"), one, other)),
        (Json::Number(a), Json::Number(b))
            if a.as_f64().zip(b.as_f64()).is_some_and(|(a, b)| close(a, b)) =>
        {
            None
        }
        _ if one == other => None,
        _ => Some(format!("{place}: committed {one:.80}, made anew {other:.80}")),
    }
}

fn close(one: f64, other: f64) -> bool {
    (one - other).abs() <= TOLERANCE * one.abs().max(1.0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rounding_is_no_difference() {
        let one = json!({ "a": [1.0, { "p": 0.123_456_789_012_3 }], "b": null });
        let other = json!({ "a": [1.0, { "p": 0.123_456_789_012_4 }], "b": null });
        assert_eq!(difference("golden", &one, &other), None);
    }

    #[test]
    fn the_first_difference_is_named_by_its_place() {
        let one = json!({ "a": [1.0, 2.0], "b": "x" });
        for (other, place) in [
            (json!({ "a": [1.0, 2.1], "b": "x" }), "golden.a[1]: "),
            (json!({ "a": [1.0], "b": "x" }), "golden.a: "),
            (json!({ "a": [1.0, 2.0], "b": "y" }), "golden.b: "),
            (json!({ "a": [1.0, 2.0], "c": "x" }), "golden.b: "),
        ] {
            let found = difference("golden", &one, &other).unwrap_or_default();
            assert!(found.starts_with(place), "{found}");
        }
    }
}
