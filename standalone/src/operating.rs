//! What an operator may have done to the data, whether HugMood runs meanwhile or not.

use std::path::Path;

use anyhow::Context as _;
use auth::Auth;
use service::Subgraph;

use crate::DataFolder;

/// Does one of `auth`'s commands for operators on the data in `folder`, and says what was done.
pub async fn operate_on_accounts(
    folder: &Path,
    command: &str,
    arguments: Vec<String>,
) -> anyhow::Result<String> {
    let commands = Auth::operator_commands();
    let command = commands.iter().find(|known| known.name == command).context("there is no such command")?;
    let file = folder.join(format!("{}.db", Auth::NAME));
    anyhow::ensure!(
        file.exists(),
        "{} holds no accounts: choose another folder with --data",
        folder.display()
    );
    command.run_on::<Auth>(&DataFolder::database_url_in(folder, Auth::NAME), arguments).await
}
