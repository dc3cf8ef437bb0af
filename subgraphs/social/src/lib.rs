#![doc = include_str!("../README.md")]

mod achievements;
mod audit;
mod entities;
mod erasure;
mod exporting;
mod feeds;
mod follow_requests;
mod follows;
mod limits;
mod live;
mod migrations;
mod moments;
mod moods;
mod people;
mod posts;
mod projection;
mod reactions;
mod relationships;
mod reports;
mod schema;
mod settings;
mod store;
mod suggestions;

use service::{Assembly, Foundation, Subgraph, Task};

use crate::live::Hub;

/// The subgraph.
#[derive(Debug)]
pub struct Social;

impl Subgraph for Social {
    const NAME: &'static str = "social";
    const PORT: u16 = 5005;
    type Migrator = migrations::Migrator;

    fn sdl() -> String {
        schema::sdl()
    }

    async fn assemble(foundation: &Foundation) -> anyhow::Result<Assembly> {
        let hub = Hub::default();
        let (bus, db) = (foundation.bus.clone(), foundation.db.clone());
        let telling = hub.clone();
        let listening: Task = Box::new(move |stop| Box::pin(live::listen(telling, bus, db, stop)));
        let ctx = foundation.ctx();
        let tidying: Task = Box::new(move |stop| Box::pin(limits::tidy_until(stop, ctx)));
        Ok(Assembly {
            guarded: schema::routes(foundation.ctx(), hub),
            consumers: vec![
                people::consumer(),
                settings::consumer(),
                moods::consumer(),
                moments::consumer(),
                achievements::consumer(),
                erasure::consumer(),
                exporting::consumer(),
            ],
            tasks: vec![listening, tidying],
            ..Assembly::default()
        })
    }
}
