//! What whoever runs HugMood may ask of erasures, and have done: people also write letters.

use anyhow::Context as _;
use service::OperatorCommand;

use crate::{
    accounts::{self, Email},
    erasures::{
        Erasure, store,
        worker::{self, Outcome},
    },
};

/// `erase` and `erasures`.
pub(crate) fn commands() -> Vec<OperatorCommand> {
    vec![
        OperatorCommand {
            name: "erase",
            about: "Erases an account at once and for good, and ends",
            arguments: &[("email", "The account's e-mail address")],
            run: |ctx, given| Box::pin(async move { erase(&ctx, &given).await }),
        },
        OperatorCommand {
            name: "erasures",
            about: "Lists the erasures that aren't complete and whose answer they wait for, and ends",
            arguments: &[],
            run: |ctx, _| Box::pin(async move { list(&ctx).await }),
        },
    ]
}

async fn erase(ctx: &service::Ctx, given: &[String]) -> anyhow::Result<String> {
    let [address] = given else { anyhow::bail!("an address is needed") };
    let email = Email::parse(address).with_context(|| format!("{address} is not an e-mail address"))?;
    let found = accounts::user_of(ctx.db.reader(), &email).await?;
    let user = found.with_context(|| format!("no account has the address {address}"))?;
    let now = ctx.now();
    let work = ctx.begin().await?;
    // Before anything is written, as whoever erases does: nobody waits for each other for ever.
    erasure::mark_erased(&work, user, now).await?;
    store::hasten(&*work, user, now).await?;
    match worker::erase(&work, user, now).await? {
        Outcome::Erased => {}
        Outcome::NotDue => anyhow::bail!("{user} is being erased already"),
        Outcome::LastAdmin => anyhow::bail!("{address} is the last admin: see grant-role and revoke-role"),
    }
    work.commit().await?;
    Ok(format!("{user} is erased here, and the other services are told"))
}

async fn list(ctx: &service::Ctx) -> anyhow::Result<String> {
    let lines: Vec<String> = store::unfinished(ctx.db.reader()).await?.iter().map(line).collect();
    Ok(if lines.is_empty() { "no erasure is open".to_owned() } else { lines.join("\n") })
}

fn line(erasure: &Erasure) -> String {
    let Erasure { user, due_at, erased_at, .. } = erasure;
    match erased_at {
        None => format!("{user}  is due at {due_at:?}"),
        Some(at) => format!("{user}  was erased at {at:?}; awaited: {}", erasure.awaited().join(", ")),
    }
}
