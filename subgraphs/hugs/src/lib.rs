#![doc = include_str!("../README.md")]

mod batch;
mod context;
mod hug_requests;
mod hug_types;
mod hugs;
mod live;
mod migrations;
mod moments;
mod people;
mod schema;
mod store;
mod text;
mod users;

use std::sync::Arc;

use service::{Assembly, Consumer, Foundation, Subgraph, Task};

use crate::{context::Ctx, live::Hub};

/// The subgraph of hugs.
#[derive(Debug, Clone, Copy)]
pub struct Hugs;

impl Subgraph for Hugs {
    const NAME: &'static str = "hugs";
    const PORT: u16 = 5004;
    type Migrator = migrations::Migrator;

    fn sdl() -> String {
        schema::sdl()
    }

    async fn assemble(foundation: &Foundation) -> anyhow::Result<Assembly> {
        let hub = Hub::default();
        let ctx = Ctx::new(foundation.ctx(), hub.clone());
        let (bus, db) = (foundation.bus.clone(), foundation.db.clone());
        let listening: Task = Box::new(move |stop| Box::pin(live::listen(hub, bus, db, stop)));
        let (db, clock) = (foundation.db.clone(), foundation.clock.clone());
        let pruning: Task = Box::new(move |stop| Box::pin(live::prune_until(stop, db, clock)));
        Ok(Assembly {
            guarded: schema::routes(ctx),
            consumers: consumers(),
            tasks: vec![listening, pruning],
            ..Assembly::default()
        })
    }
}

fn consumers() -> Vec<Consumer> {
    vec![
        Consumer {
            group: context::PEOPLE_GROUP,
            subjects: people::subjects(),
            handler: Arc::new(people::Projection),
        },
        Consumer {
            group: context::RELATIONSHIPS_GROUP,
            subjects: relationships::subjects(),
            handler: Arc::new(relationships::Projection),
        },
    ]
}
