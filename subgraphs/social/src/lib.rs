#![doc = include_str!("../README.md")]

mod entities;
mod follows;
mod migrations;
mod people;
mod relationships;
mod schema;

use service::{Assembly, Foundation, Subgraph};

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
        let ctx = foundation.ctx();
        let prepare = move |caller, request| schema::prepare(request, ctx.on_behalf_of(caller));
        Ok(Assembly {
            guarded: graphql::endpoint(schema::schema(), prepare),
            consumers: vec![people::consumer()],
            ..Assembly::default()
        })
    }
}
