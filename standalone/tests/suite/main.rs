//! Journeys through the whole product, over real sockets: each in both shapes, as one process and as many.

mod authorization;
mod bad_input;
mod blocks;
mod client;
mod dead_letters;
mod erasing;
mod exporting;
mod federation;
mod group_hugs;
mod hugs;
mod identity;
mod live_hugs;
mod mood_insights;
mod moods;
mod moods_exchange;
mod node_clients;
mod offline;
mod outage;
mod people;
mod playground;
mod processes;
mod program;
mod resuming;
mod schema;
mod social;
mod streaks;
mod supergraphs;
mod unseen;
mod withheld;
mod world;

/// Declares each journey once for every shape.
macro_rules! journeys {
    ($($name:ident),+ $(,)?) => {
        mod in_one_process {
            $(#[tokio::test]
            async fn $name() {
                super::$name($crate::world::World::start($crate::world::Shape::OneProcess).await).await;
            })+
        }
        mod in_many_processes {
            $(#[tokio::test]
            async fn $name() {
                super::$name($crate::world::World::start($crate::world::Shape::ManyProcesses).await).await;
            })+
        }
    };
}
pub(crate) use journeys;
