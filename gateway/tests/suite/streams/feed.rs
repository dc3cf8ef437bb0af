//! A subgraph whose events are kept in a log, another that completes them, and a gateway before both.

use std::{
    collections::HashMap,
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use async_graphql::{
    ComplexObject, Context, EmptyMutation, EmptySubscription, ID, Object, Request, SDLExportOptions, Schema,
    SimpleObject, Subscription, TypeDirective,
};
use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    response::{IntoResponse, Response},
    routing::post,
};
use federation_composition::{CompositionResult, ServiceDefinition, compose_services, graphql_core};
use futures::{Stream, StreamExt};
use gateway::Gateway;
use http::{HeaderMap, header};
use tokio::sync::watch;

use crate::{
    client::Socket,
    fixture::{self, DEADLINE, Server},
};

/// What a test sees of the feed, and how it moves it. It outlives the server, as a database would.
#[derive(Debug)]
pub(crate) struct World {
    /// Every event ever, in order: its number is its index, counted from one.
    log: watch::Sender<Vec<Event>>,
    /// How many subscriptions are open.
    pub(crate) open: watch::Sender<usize>,
    /// The `after` of each subscription that was opened.
    pub(crate) opened_after: Mutex<Vec<Option<String>>>,
    /// Whether a replay begins with the event that the client has seen.
    pub(crate) replays_the_last: AtomicBool,
    /// Requests for authors' names.
    pub(crate) completions: AtomicUsize,
    /// Changes when every connection has to break.
    crashes: watch::Sender<usize>,
}

#[derive(Debug, Clone)]
struct Event {
    text: String,
}

impl World {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            log: watch::Sender::default(),
            open: watch::Sender::default(),
            opened_after: Mutex::default(),
            replays_the_last: AtomicBool::new(false),
            completions: AtomicUsize::new(0),
            crashes: watch::Sender::default(),
        })
    }

    /// Something happens.
    pub(crate) fn publish(&self, text: impl Into<String>) {
        self.log.send_modify(|log| log.push(Event { text: text.into() }));
    }

    /// Waits until exactly `count` subscriptions are open.
    pub(crate) async fn streams(&self, count: usize) {
        let mut open = self.open.subscribe();
        let waited = tokio::time::timeout(DEADLINE, open.wait_for(|open| *open == count)).await;
        assert!(waited.is_ok(), "expected {count} open streams, there are {}", *self.open.borrow());
    }

    /// How many subscriptions were ever opened.
    pub(crate) fn opened(&self) -> usize {
        self.opened_after.lock().expect("no test panicked").len()
    }
}

struct OpenStream(Arc<World>);

impl OpenStream {
    fn new(world: Arc<World>, after: Option<String>) -> Self {
        world.opened_after.lock().expect("no test panicked").push(after);
        world.open.send_modify(|open| *open += 1);
        Self(world)
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        self.0.open.send_modify(|open| *open -= 1);
    }
}

#[TypeDirective(location = "FieldDefinition", composable = "https://specs.example.org/resumable/v1.0")]
fn resumable(after: String, cursor: String, start: Option<String>) {}

struct FeedQuery;

#[Object(name = "Query")]
impl FeedQuery {
    /// Where the log ends now.
    async fn feed_cursor(&self, context: &Context<'_>) -> String {
        cursor(world_of(context).log.borrow().len())
    }
}

#[derive(SimpleObject)]
#[graphql(unresolvable = "id")]
struct Author {
    id: ID,
}

#[derive(SimpleObject)]
struct Entry {
    cursor: String,
    n: usize,
    text: String,
    author: Author,
}

struct FeedSubscription;

#[Subscription(name = "Subscription")]
impl FeedSubscription {
    /// Can be taken up again, from the very beginning.
    #[graphql(directive = resumable::apply("after".to_owned(), "cursor".to_owned(), Some("feedCursor".to_owned())))]
    async fn entries(
        &self,
        context: &Context<'_>,
        after: Option<String>,
        topic: Option<String>,
    ) -> impl Stream<Item = Entry> + use<> {
        drop(topic);
        follow(world_of(context), after)
    }

    /// Can be taken up again once an event has come.
    #[graphql(directive = resumable::apply("since".to_owned(), "cursor".to_owned(), None))]
    async fn bare(&self, context: &Context<'_>, since: Option<String>) -> impl Stream<Item = Entry> + use<> {
        follow(world_of(context), since)
    }

    /// What was missed is gone.
    async fn news(&self, context: &Context<'_>, topic: Option<String>) -> impl Stream<Item = Entry> + use<> {
        drop(topic);
        follow(world_of(context), None)
    }
}

fn world_of(context: &Context<'_>) -> Arc<World> {
    Arc::clone(context.data_unchecked())
}

/// What the feed calls the position after so many events; with a quote, as cursors may have anything in them.
pub(crate) fn cursor(number: usize) -> String {
    format!("at \"{number}\"")
}

fn number_of(cursor: &str) -> usize {
    cursor.trim_start_matches("at \"").trim_end_matches('"').parse().expect("a cursor of this feed")
}

fn follow(world: Arc<World>, after: Option<String>) -> impl Stream<Item = Entry> + use<> {
    let mut log = world.log.subscribe();
    let replays_the_last = world.replays_the_last.load(Ordering::SeqCst);
    let mut shown = match &after {
        Some(cursor) => number_of(cursor).saturating_sub(usize::from(replays_the_last)),
        None => log.borrow().len(),
    };
    let open = OpenStream::new(world, after);
    async_stream::stream! {
        let _open = open;
        loop {
            let events = log.borrow_and_update().get(shown..).unwrap_or_default().to_vec();
            for event in events {
                shown += 1;
                let author = Author { id: ID::from(shown % 3) };
                yield Entry { cursor: cursor(shown), n: shown, text: event.text, author };
            }
            if log.changed().await.is_err() {
                return;
            }
        }
    }
}

#[derive(SimpleObject)]
#[graphql(name = "Author", complex)]
struct Named {
    id: ID,
}

#[ComplexObject]
impl Named {
    async fn name(&self) -> Option<String> {
        Some(format!("author {}", self.id.as_str()))
    }
}

struct NamesQuery;

#[Object(name = "Query")]
impl NamesQuery {
    async fn names(&self) -> i32 {
        3
    }

    #[graphql(entity)]
    async fn find_author(&self, id: ID) -> Named {
        Named { id }
    }
}

type FeedSchema = Schema<FeedQuery, EmptyMutation, FeedSubscription>;
type NamesSchema = Schema<NamesQuery, EmptyMutation, EmptySubscription>;

fn feed_schema(world: &Arc<World>) -> FeedSchema {
    Schema::build(FeedQuery, EmptyMutation, FeedSubscription)
        .enable_federation()
        .enable_subscription_in_federation()
        .data(Arc::clone(world))
        .finish()
}

fn names_schema() -> NamesSchema {
    Schema::build(NamesQuery, EmptyMutation, EmptySubscription).enable_federation().finish()
}

fn feed_router(world: &Arc<World>) -> Router {
    let schema = feed_schema(world);
    let answer = async move |State(world): State<Arc<World>>, headers: HeaderMap, body: Bytes| {
        let request: Request = serde_json::from_slice(&body).expect("the gateway sends GraphQL requests");
        let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if accept.contains("text/event-stream") {
            stream(&world, schema.execute_stream(request))
        } else {
            let json = serde_json::to_vec(&schema.execute(request).await).expect("responses serialise");
            ([(header::CONTENT_TYPE, "application/json")], json).into_response()
        }
    };
    Router::new().route("/graphql", post(answer)).with_state(Arc::clone(world))
}

/// Server-sent events, broken off when the world says so.
fn stream(
    world: &World,
    responses: impl Stream<Item = async_graphql::Response> + Send + 'static,
) -> Response {
    let mut crashes = world.crashes.subscribe();
    let chunks = async_stream::stream! {
        let mut responses = std::pin::pin!(responses);
        loop {
            let response = tokio::select! {
                biased;
                _ = crashes.changed() => {
                    yield Err(io::Error::other("a crash"));
                    return;
                }
                response = responses.next() => response,
            };
            let Some(response) = response else { break };
            let json = serde_json::to_string(&response).expect("responses serialise");
            yield Ok(format!("event: next\ndata: {json}\n\n"));
        }
        yield Ok("event: complete\ndata: \n\n".to_owned());
    };
    ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(chunks)).into_response()
}

fn names_router(world: &Arc<World>) -> Router {
    let schema = names_schema();
    let answer = async move |State(world): State<Arc<World>>, body: Bytes| {
        world.completions.fetch_add(1, Ordering::SeqCst);
        let request: Request = serde_json::from_slice(&body).expect("the gateway sends GraphQL requests");
        let json = serde_json::to_vec(&schema.execute(request).await).expect("responses serialise");
        ([(header::CONTENT_TYPE, "application/json")], json).into_response()
    };
    Router::new().route("/graphql", post(answer)).with_state(Arc::clone(world))
}

/// Both subgraphs and a gateway, each on a port of its own.
pub(crate) struct Feed {
    pub(crate) gateway: Gateway,
    pub(crate) edge: Server,
    pub(crate) world: Arc<World>,
    feed: Option<Server>,
    feed_address: SocketAddr,
    names: Server,
}

impl Feed {
    pub(crate) async fn start(config: &str) -> Self {
        let world = World::new();
        let feed = Server::start(fixture::any_port(), feed_router(&world)).await;
        let names = Server::start(fixture::any_port(), names_router(&world)).await;
        let gateway =
            fixture::gateway(supergraph(&feed.url(), &names.url(), |sdl| sdl), config, HashMap::new());
        let edge = Server::start(fixture::any_port(), gateway.router()).await;
        Self { gateway, edge, world, feed_address: feed.address, feed: Some(feed), names }
    }

    /// The supergraph with a change to the feed's schema.
    pub(crate) fn supergraph(&self, change: impl FnOnce(String) -> String) -> String {
        supergraph(&format!("http://{}/graphql", self.feed_address), &self.names.url(), change)
    }

    /// A second server of the feed, and the supergraph that leads to it.
    pub(crate) async fn elsewhere(&self) -> (Server, String) {
        let server = Server::start(fixture::any_port(), feed_router(&self.world)).await;
        let supergraph = supergraph(&server.url(), &self.names.url(), |sdl| sdl);
        (server, supergraph)
    }

    /// The feed breaks off every connection and takes no new ones.
    pub(crate) async fn crash(&mut self) {
        drop(self.feed.take().expect("it runs"));
        self.world.crashes.send_modify(|crashes| *crashes += 1);
        let closed = async { while tokio::net::TcpStream::connect(self.feed_address).await.is_ok() {} };
        tokio::time::timeout(DEADLINE, closed).await.expect("the subgraph stops");
        self.world.streams(0).await;
    }

    /// The feed is back, with its log.
    pub(crate) async fn come_back(&mut self) {
        self.feed = Some(Server::start(self.feed_address, feed_router(&self.world)).await);
    }

    pub(crate) async fn socket(&self) -> Socket {
        Socket::acknowledged_at(&self.edge.address.to_string()).await
    }

    /// One that has not shaken hands.
    pub(crate) async fn fresh_socket(&self) -> Socket {
        let protocol = [("sec-websocket-protocol", "graphql-transport-ws")];
        Socket::open_at(&self.edge.address.to_string(), &protocol).await.expect("the gateway accepts sockets")
    }

    /// One with a small window: what is not read soon holds the gateway up.
    pub(crate) async fn narrow_socket(&self) -> Socket {
        Socket::acknowledged_narrow_at(self.edge.address).await
    }
}

fn supergraph(feed_url: &str, names_url: &str, change: impl FnOnce(String) -> String) -> String {
    let options = || SDLExportOptions::new().federation().compose_directive();
    let service = |name: &str, sdl: &str, url: &str| {
        ServiceDefinition::new(name, graphql_core::parse(sdl).expect("async-graphql exports GraphQL"))
            .with_url(url)
    };
    let feed = change(feed_schema(&World::new()).sdl_with_options(options()));
    let services = [
        service("feed", &feed, feed_url),
        service("names", &names_schema().sdl_with_options(options()), names_url),
    ];
    match compose_services(&services).expect("composition runs") {
        CompositionResult::Success(success) => success.supergraph_sdl().to_string(),
        CompositionResult::Failure(failure) => panic!("the fixture composes: {:?}", failure.errors()),
    }
}
