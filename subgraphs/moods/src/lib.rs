#![doc = include_str!("../README.md")]

mod context;
mod custom_moods;
mod entries;
mod migrations;
mod schema;
mod settings;
mod tags;
mod users;

use std::sync::Arc;

use service::{Assembly, Consumer, Foundation, Subgraph};

use crate::context::{Ctx, RELATIONSHIPS_GROUP, SETTINGS_GROUP};

/// The subgraph.
#[derive(Debug)]
pub struct Moods;

impl Subgraph for Moods {
    const NAME: &'static str = "moods";
    const PORT: u16 = 5003;
    type Migrator = migrations::Migrator;

    fn sdl() -> String {
        schema::sdl()
    }

    async fn assemble(foundation: &Foundation) -> anyhow::Result<Assembly> {
        let ctx = foundation.ctx();
        let prepare = move |caller, request| schema::prepare(request, Ctx::new(ctx.on_behalf_of(caller)));
        let relationships = Consumer {
            group: RELATIONSHIPS_GROUP,
            subjects: relationships::subjects(),
            handler: Arc::new(relationships::Projection),
        };
        let settings = Consumer {
            group: SETTINGS_GROUP,
            subjects: settings::events::subjects(),
            handler: Arc::new(settings::events::Projection),
        };
        Ok(Assembly {
            guarded: graphql::endpoint(schema::schema(), prepare),
            consumers: vec![relationships, settings],
            ..Assembly::default()
        })
    }
}
