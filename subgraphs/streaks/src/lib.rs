#![doc = include_str!("../README.md")]

mod awards;
mod context;
mod erasing;
mod exporting;
mod leaderboard;
mod live;
mod members;
mod migrations;
mod schema;
mod settings;
mod streak;
mod upkeep;
mod users;

use std::sync::Arc;

use erasure::Guarded;
use events::streaks::ErasureCompleted;
use outbox::EventHandler;
use service::{Assembly, Consumer, Foundation, Subgraph, Task};

use crate::{
    context::{Ctx, ERASURE_GROUP, HUGS_GROUP, MOODS_GROUP, RELATIONSHIPS_GROUP, SETTINGS_GROUP},
    live::Hub,
};

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
        let hub = Hub::default();
        let ctx = Ctx::new(foundation.ctx(), hub.clone());
        let (bus, ending) = (foundation.bus.clone(), ctx.clone());
        let listening: Task = Box::new(move |stop| Box::pin(live::listen(hub, bus, stop)));
        let ending: Task = Box::new(move |stop| Box::pin(streak::breaking::end_until(stop, ending)));
        Ok(Assembly {
            guarded: schema::routes(ctx),
            consumers: consumers(),
            tasks: vec![listening, ending],
            ..Assembly::default()
        })
    }
}

fn consumers() -> Vec<Consumer> {
    let erase = erasure::Projection::new(erasing::Everything, |user_id, completed_at| ErasureCompleted {
        user_id,
        completed_at,
    });
    vec![
        guarded(MOODS_GROUP, streak::events::mood_subjects(), streak::events::MoodProjection),
        guarded(HUGS_GROUP, streak::events::hug_subjects(), streak::events::HugProjection),
        guarded(SETTINGS_GROUP, settings::events::subjects(), settings::events::Projection),
        guarded(RELATIONSHIPS_GROUP, relationships::subjects(), relationships::Projection),
        Consumer { group: ERASURE_GROUP, subjects: erasure::subjects(), handler: Arc::new(erase) },
        exporting::consumer(),
    ]
}

/// A group that hears nothing of those who are gone.
fn guarded<H: EventHandler + 'static>(group: &'static str, subjects: Vec<String>, handler: H) -> Consumer {
    Consumer { group, subjects, handler: Arc::new(Guarded::new(handler)) }
}
