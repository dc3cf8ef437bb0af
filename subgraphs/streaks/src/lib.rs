#![doc = include_str!("../README.md")]

mod migrations;
mod schema;
mod streak;

use std::sync::Arc;

use service::{Assembly, Consumer, Foundation, Subgraph};

/// The subgraph.
#[derive(Debug)]
pub struct Streaks;

impl Subgraph for Streaks {
    const NAME: &'static str = "streaks";
    const PORT: u16 = 5006;
    type Migrator = migrations::Migrator;

    fn sdl() -> String {
        schema::sdl()
    }

    async fn assemble(foundation: &Foundation) -> anyhow::Result<Assembly> {
        let ctx = foundation.ctx();
        let prepare = move |caller, request| schema::prepare(request, ctx.on_behalf_of(caller));
        let moods = Consumer {
            group: streak::MOODS_GROUP,
            subjects: streak::events::subjects(),
            handler: Arc::new(streak::events::Projection),
        };
        Ok(Assembly {
            guarded: graphql::endpoint(schema::schema(), prepare),
            consumers: vec![moods],
            ..Assembly::default()
        })
    }
}
