#![doc = include_str!("../README.md")]

mod context;
mod migrations;
mod presence;
mod profiles;
mod reservations;
mod schema;
mod settings;
mod store;
mod text;
mod usernames;

use std::sync::Arc;

use service::{Assembly, Consumer, Foundation, Subgraph, Task};

use crate::context::Ctx;

/// The subgraph of people.
#[derive(Debug, Clone, Copy)]
pub struct Users;

impl Subgraph for Users {
    const NAME: &'static str = "users";
    const PORT: u16 = 5002;
    type Migrator = migrations::Migrator;

    fn sdl() -> String {
        schema::sdl()
    }

    async fn assemble(foundation: &Foundation) -> anyhow::Result<Assembly> {
        let ctx = Ctx::new(foundation.ctx());
        let forgetting = ctx.clone();
        let expiry: Task = Box::new(move |stop| Box::pin(presence::expire_until(stop, forgetting)));
        Ok(Assembly {
            guarded: schema::routes(ctx.clone()).merge(reservations::http::routes(ctx)),
            consumers: consumers(),
            tasks: vec![expiry],
            ..Assembly::default()
        })
    }
}

fn consumers() -> Vec<Consumer> {
    vec![
        Consumer {
            group: context::ACCOUNTS_GROUP,
            subjects: profiles::events::subjects(),
            handler: Arc::new(profiles::events::Registrations),
        },
        Consumer {
            group: context::RELATIONSHIPS_GROUP,
            subjects: relationships::subjects(),
            handler: Arc::new(relationships::Projection),
        },
    ]
}
