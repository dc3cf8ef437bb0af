//! `tidy`: the rules of the architecture that a program can check.

mod directions;
mod error_codes;
mod imports;
mod literals;
mod markdown;
mod sources;
mod support_resources;
mod tree;

use anyhow::ensure;
use xshell::Shell;

use self::tree::{Finding, Tree};

/// Check the architecture's rules: crate directions, layers, names, lengths, stale documents
#[derive(Debug, clap::Args)]
pub(crate) struct Tidy {}

/// What a rule is called in a message, and the check itself.
type Rule = (&'static str, fn(&Tree) -> Vec<Finding>);

const RULES: [Rule; 15] = [
    ("crate-directions", directions::crate_directions),
    ("graphql-layer", imports::graphql_layer),
    ("store-layer", imports::store_layer),
    ("module-files", sources::module_files),
    ("telling-names", sources::telling_names),
    ("file-length", sources::file_length),
    ("module-doc", sources::module_doc),
    ("unfinished", sources::unfinished),
    ("machine-paths", sources::machine_paths),
    ("crate-readme", sources::crate_readme),
    ("stale-paths", markdown::stale_paths),
    ("stale-verbs", markdown::stale_verbs),
    ("stale-names", markdown::stale_names),
    ("error-codes", error_codes::error_codes),
    ("support-resources", support_resources::support_resources),
];

impl Tidy {
    pub(crate) fn run(&self, shell: &Shell) -> anyhow::Result<()> {
        let tree = Tree::read(shell)?;
        let mut count = 0;
        for (rule, check) in RULES {
            for finding in check(&tree) {
                eprintln!("{finding}  [{rule}]");
                count += 1;
            }
        }
        ensure!(count == 0, "{count} findings");
        eprintln!("{} files, {} rules: tidy", tree.files.len(), RULES.len());
        Ok(())
    }
}
