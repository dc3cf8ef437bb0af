//! The product, running in one of its shapes on databases of its own.

use std::collections::BTreeMap;

use clap::Parser;
use clock::{Clock as _, SystemClock};
use database::Database;
use serde_json::Value;
use service::{EventsVerb, Files, Secret, Subgraph as _, bind, serve};
use standalone::{Product, ProductOptions};
use testkit::{DATA_KEYS, TestDatabase, eventually, free_port};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{
    client::{Client, Person},
    processes::Processes,
};

pub(crate) const SUBGRAPHS: [&str; 6] = ["auth", "users", "moods", "hugs", "social", "streaks"];
pub(crate) const IDENTITY_SECRET: &str = "the identity secret that only journeys know";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    OneProcess,
    ManyProcesses,
}

pub(crate) struct World {
    databases: BTreeMap<&'static str, TestDatabase>,
    port: u16,
    running: Option<Running>,
}

enum Running {
    OneProcess(OneProcess),
    ManyProcesses(Processes),
}

struct OneProcess {
    product: Product,
    stop: CancellationToken,
    serving: JoinHandle<std::io::Result<()>>,
}

impl World {
    pub(crate) async fn start(shape: Shape) -> Self {
        let mut databases = BTreeMap::new();
        for name in SUBGRAPHS {
            databases.insert(name, TestDatabase::create().await);
        }
        let mut world = Self { databases, port: free_port(), running: None };
        world.running = Some(match shape {
            Shape::OneProcess => Running::OneProcess(world.start_one_process().await),
            Shape::ManyProcesses => Running::ManyProcesses(Processes::start(&world.urls(), world.port).await),
        });
        world
    }

    /// A client that isn't logged in.
    pub(crate) fn client(&self) -> Client {
        Client::new(&format!("http://127.0.0.1:{}", self.port))
    }

    pub(crate) fn http_url(&self) -> String {
        format!("http://127.0.0.1:{}/graphql", self.port)
    }

    /// Makes somebody a moderator or an admin, as an operator does, and logs them in anew: returns when the gateway
    /// refuses the tokens that they had before.
    pub(crate) async fn grant(&self, person: &Person, role: &str) -> Person {
        // Tokens tell whole seconds: one of the second of the change would not be refused.
        eventually("the token to be older than the role", || async {
            (SystemClock.now().timestamp() > person.client.token_issued_at()).then_some(())
        })
        .await;
        let commands = auth::Auth::operator_commands();
        let grant = commands.iter().find(|command| command.name == "grant-role").expect("the command");
        let given = vec![person.email.clone(), role.to_owned()];
        grant.run_on::<auth::Auth>(self.databases["auth"].url(), given).await.expect("the role is granted");
        eventually("the gateway to refuse older tokens", || async {
            let (status, _) = person.client.post("{ __typename }", Value::Null, &[]).await;
            (status == 401).then_some(())
        })
        .await;
        person.log_in_again(&self.client()).await
    }

    /// Does what an operator asks of `auth`, and gives what is said.
    pub(crate) async fn operate_on_accounts(&self, command: &str, given: &[&str]) -> String {
        let commands = auth::Auth::operator_commands();
        let command = commands.iter().find(|known| known.name == command).expect("the command");
        let given = given.iter().map(|given| (*given).to_owned()).collect();
        let said = command.run_on::<auth::Auth>(self.databases["auth"].url(), given).await;
        said.expect("it is done")
    }

    /// Does what an operator asks of a service's events, by the program of this shape; gives what is said, or complained.
    pub(crate) async fn operate_on_events(&self, service: &str, what: &[&str]) -> Result<String, String> {
        match self.running.as_ref().expect("the world runs") {
            Running::OneProcess(_) => {
                let asked = Asked::parse_from(["events"].iter().chain(what));
                let said = standalone::operate_on_events(&self.options(), Some(service), &asked.verb).await;
                said.map_err(|error| format!("{error:#}"))
            }
            Running::ManyProcesses(many) => many.operate_on_events(service, what).await,
        }
    }

    /// The database of a service, opened once more.
    pub(crate) async fn database(&self, service: &str) -> Database {
        self.databases[service].open().await
    }

    /// Where what begins with `/avatars/` is served: one process does it all, of many `users` does.
    pub(crate) fn pictures_url(&self) -> String {
        match self.running.as_ref().expect("the world runs") {
            Running::OneProcess(_) => format!("http://127.0.0.1:{}", self.port),
            Running::ManyProcesses(many) => many.subgraph_url("users"),
        }
    }

    /// Stops everything and starts it again on the same data and port.
    pub(crate) async fn restart(&mut self) {
        match self.running.take().expect("the world runs") {
            Running::OneProcess(one) => {
                one.stop().await;
                self.running = Some(Running::OneProcess(self.start_one_process().await));
            }
            Running::ManyProcesses(mut many) => {
                many.restart().await;
                self.running = Some(Running::ManyProcesses(many));
            }
        }
    }

    /// The processes of the distributed shape.
    pub(crate) fn processes(&mut self) -> Option<&mut Processes> {
        match self.running.as_mut() {
            Some(Running::ManyProcesses(many)) => Some(many),
            _ => None,
        }
    }

    pub(crate) async fn finish(mut self) {
        match self.running.take().expect("the world runs") {
            Running::OneProcess(one) => one.stop().await,
            Running::ManyProcesses(many) => many.stop().await,
        }
        for (_, database) in std::mem::take(&mut self.databases) {
            database.remove().await;
        }
    }

    async fn start_one_process(&self) -> OneProcess {
        let listener = bind([127, 0, 0, 1].into(), self.port).await.expect("the port is free");
        let product = Product::start(self.options()).await.expect("the product starts");
        let stop = CancellationToken::new();
        let serving = tokio::spawn(serve(listener, product.router(), stop.clone()));
        OneProcess { product, stop, serving }
    }

    fn options(&self) -> ProductOptions {
        let urls = self.urls();
        ProductOptions {
            database_url: Box::new(move |name| urls[name].clone()),
            clock: SystemClock::shared(),
            identity_secret: Secret::new(IDENTITY_SECRET),
            jwt_secret: None,
            data_keys: DATA_KEYS.parse().expect("the keys can be read"),
            files: Files::in_memory(),
        }
    }

    fn urls(&self) -> BTreeMap<&'static str, String> {
        self.databases.iter().map(|(name, database)| (*name, database.url().to_owned())).collect()
    }
}

/// What an operator asks of events.
#[derive(Debug, Parser)]
struct Asked {
    #[command(subcommand)]
    verb: EventsVerb,
}

impl OneProcess {
    async fn stop(self) {
        self.stop.cancel();
        self.product.stop().await;
        self.serving.await.expect("the server ends well").expect("the server ends well");
    }
}
