#![doc = include_str!("../README.md")]

mod access_tokens;
mod account_exports;
mod accounts;
mod client;
mod context;
mod digest;
mod erasures;
mod migrations;
mod passwords;
mod roles;
mod schema;
mod sessions;
mod store;
mod throttle;

use std::sync::Arc;

use service::{Assembly, Consumer, Foundation, OperatorCommand, Subgraph, Task};

use crate::context::Ctx;

/// The subgraph of accounts.
#[derive(Debug, Clone, Copy)]
pub struct Auth;

impl Subgraph for Auth {
    const NAME: &'static str = "auth";
    const PORT: u16 = 5001;
    type Migrator = migrations::Migrator;

    fn sdl() -> String {
        schema::sdl()
    }

    fn operator_commands() -> Vec<OperatorCommand> {
        roles::operator::commands().into_iter().chain(erasures::operator::commands()).collect()
    }

    async fn assemble(foundation: &Foundation) -> anyhow::Result<Assembly> {
        let ctx = Ctx::new(foundation)?;
        access_tokens::keys::rotate_when_due(&ctx).await?;
        let (rotating, tidying, erasing) = (ctx.clone(), ctx.clone(), ctx.clone());
        let rotation: Task =
            Box::new(move |stop| Box::pin(access_tokens::keys::rotate_until(stop, rotating)));
        let tidying: Task = Box::new(move |stop| Box::pin(sessions::tidy_until(stop, tidying)));
        let erasing: Task = Box::new(move |stop| Box::pin(erasures::erase_until(stop, erasing)));
        let answers = Consumer {
            group: erasures::GROUP,
            subjects: erasures::subjects(),
            handler: Arc::new(erasures::Answers),
        };
        Ok(Assembly {
            guarded: schema::routes(ctx.clone()).merge(roles::http::routes(ctx.clone())),
            open: access_tokens::http::routes(ctx),
            consumers: vec![answers, account_exports::consumer()],
            tasks: vec![rotation, tidying, erasing],
        })
    }
}
