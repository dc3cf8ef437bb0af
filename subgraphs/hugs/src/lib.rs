#![doc = include_str!("../README.md")]

mod batch;
mod consents;
mod context;
mod disclosures;
mod erasing;
mod exporting;
mod group_hugs;
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
mod timekeeping;
mod users;

use std::sync::Arc;

use erasure::Guarded;
use events::hugs::ErasureCompleted;
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
        let (timekeeper, learner) = (ctx.clone(), ctx.clone());
        let keeping_time: Task =
            Box::new(move |stop| Box::pin(timekeeping::keep_time_until(stop, timekeeper)));
        let learning: Task = Box::new(move |stop| Box::pin(people::names::learn_until(stop, learner)));
        Ok(Assembly {
            guarded: schema::routes(ctx),
            consumers: consumers(),
            tasks: vec![listening, pruning, keeping_time, learning],
            ..Assembly::default()
        })
    }
}

fn consumers() -> Vec<Consumer> {
    let forget = erasure::Projection::new(erasing::Everything, |user_id, completed_at| ErasureCompleted {
        user_id,
        completed_at,
    });
    vec![
        exporting::consumer(),
        Consumer { group: context::ERASURE_GROUP, subjects: erasure::subjects(), handler: Arc::new(forget) },
        Consumer {
            group: context::PEOPLE_GROUP,
            subjects: people::subjects(),
            handler: Arc::new(Guarded::new(people::Projection)),
        },
        Consumer {
            group: context::RELATIONSHIPS_GROUP,
            subjects: relationships::subjects(),
            handler: Arc::new(Guarded::new(relationships::Projection)),
        },
    ]
}
