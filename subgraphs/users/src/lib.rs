#![doc = include_str!("../README.md")]

mod avatars;
mod badges;
mod context;
mod exporting;
mod forgetting;
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

use erasure::Guarded;
use events::users::ErasureCompleted;
use service::{Assembly, Consumer, Foundation, Subgraph, Task};

pub use crate::avatars::http::ROUTE as AVATARS_ROUTE;
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
        let ctx = Ctx::new(foundation)?;
        let (connections, pictures, names) = (ctx.clone(), ctx.clone(), ctx.clone());
        let (hub, bus) = (ctx.hub().clone(), foundation.bus.clone());
        let tasks: Vec<Task> = vec![
            Box::new(move |stop| Box::pin(presence::expire_until(stop, connections))),
            Box::new(move |stop| Box::pin(presence::listen(hub, bus, stop))),
            Box::new(move |stop| Box::pin(avatars::sweep_until(stop, pictures))),
            Box::new(move |stop| Box::pin(reservations::tidy_until(stop, names))),
        ];
        Ok(Assembly {
            consumers: consumers(ctx.clone()),
            guarded: schema::routes(ctx.clone())
                .merge(profiles::http::routes(ctx.clone()))
                .merge(reservations::http::routes(ctx.clone())),
            open: avatars::http::routes(ctx),
            tasks,
        })
    }
}

fn consumers(ctx: Ctx) -> Vec<Consumer> {
    let forget = erasure::Projection::new(forgetting::Everything, |user_id, completed_at| ErasureCompleted {
        user_id,
        completed_at,
    });
    vec![
        Consumer {
            group: context::ACCOUNTS_GROUP,
            subjects: profiles::events::subjects(),
            handler: Arc::new(Guarded::new(profiles::events::Registrations)),
        },
        Consumer {
            group: context::RELATIONSHIPS_GROUP,
            subjects: relationships::subjects(),
            handler: Arc::new(Guarded::new(relationships::Projection)),
        },
        Consumer {
            group: context::BADGES_GROUP,
            subjects: badges::events::subjects(),
            handler: Arc::new(Guarded::new(badges::events::Awards)),
        },
        Consumer { group: context::ERASURE_GROUP, subjects: erasure::subjects(), handler: Arc::new(forget) },
        exporting::consumer(ctx),
    ]
}
