//! How there comes to be a first admin: whoever runs HugMood, and so has its database, says who it is. Nothing that comes
//! over the network can: an address or a name proves nothing before somebody has vouched for it.

use anyhow::Context as _;
use service::OperatorCommand;

use crate::{
    accounts::Email,
    roles::{Role, Roles, set::change, store},
};

const ARGUMENTS: &[(&str, &str)] =
    &[("email", "The account's e-mail address"), ("role", "The role: moderator or admin")];

/// `grant-role` and `revoke-role`.
pub(crate) fn commands() -> Vec<OperatorCommand> {
    vec![
        OperatorCommand {
            name: "grant-role",
            about: "Gives somebody a role, moderator or admin, and ends",
            arguments: ARGUMENTS,
            run: |ctx, given| Box::pin(async move { alter(&ctx, &given, Roles::with, "is now").await }),
        },
        OperatorCommand {
            name: "revoke-role",
            about: "Takes a role from somebody, and ends",
            arguments: ARGUMENTS,
            run: |ctx, given| {
                Box::pin(async move { alter(&ctx, &given, Roles::without, "is no longer").await })
            },
        },
    ]
}

async fn alter(
    ctx: &service::Ctx,
    given: &[String],
    alteration: fn(Roles, Role) -> Roles,
    outcome: &str,
) -> anyhow::Result<String> {
    let [address, role] = given else {
        anyhow::bail!("an address and a role are needed");
    };
    let email = Email::parse(address).with_context(|| format!("{address} is not an e-mail address"))?;
    let role = Role::of_name(role).with_context(|| format!("{role} is neither moderator nor admin"))?;
    let work = ctx.begin().await?;
    let found = store::lock_by_email(&*work, &email.key()).await?;
    let (user, before) = found.with_context(|| format!("no account has the address {address}"))?;
    let after = alteration(before.clone(), role);
    change(&work, user, &before, &after, ctx.now()).await?;
    work.commit().await?;
    Ok(format!("{address} ({user}) {outcome} {}", role.name()))
}
