#![doc = include_str!("../README.md")]

mod analytics;
mod computing;
mod context;
mod custom_moods;
mod entries;
mod exchange;
mod exporting;
mod forgetting;
mod hug_effect;
mod insights;
mod live;
mod migrations;
mod recommendations;
mod schema;
mod settings;
mod support;
mod tags;
mod users;

use anyhow::Context as _;
use service::{Assembly, Consumer, Foundation, Subgraph, Task};

use crate::{
    context::{Ctx, RELATIONSHIPS_GROUP, SETTINGS_GROUP},
    live::Hub,
};

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
        let keys = foundation.data_keys.clone();
        let keys = keys.context("DATA_KEYS is not set: without it what people write can't be encrypted")?;
        let hub = Hub::default();
        let ctx = Ctx::new(foundation.ctx(), keys.clone(), hub.clone());
        let (bus, db) = (foundation.bus.clone(), foundation.db.clone());
        let listening: Task = Box::new(move |stop| Box::pin(live::listen(hub, bus, stop)));
        let exports = exporting::consumer(keys.clone());
        let resealing: Task = Box::new(move |stop| Box::pin(entries::reseal_until(stop, db, keys)));
        let (db, clock) = (foundation.db.clone(), foundation.clock.clone());
        let finding: Task = Box::new(move |stop| Box::pin(insights::compute_until(stop, db, clock)));
        let relationships = Consumer {
            group: RELATIONSHIPS_GROUP,
            subjects: relationships::subjects(),
            handler: forgetting::guarded(relationships::Projection),
        };
        let settings = Consumer {
            group: SETTINGS_GROUP,
            subjects: settings::events::subjects(),
            handler: forgetting::guarded(settings::events::Projection),
        };
        Ok(Assembly {
            guarded: schema::routes(ctx),
            consumers: vec![relationships, settings, forgetting::consumer(), exports],
            tasks: vec![listening, resealing, finding],
            ..Assembly::default()
        })
    }
}
