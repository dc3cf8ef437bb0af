//! Two small subgraphs, a supergraph composed from them, and a gateway before them.

use std::{
    collections::HashMap,
    convert::Infallible,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU16, AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_graphql::{
    ComplexObject, Context, EmptyMutation, EmptySubscription, ID, Object, ObjectType, Request,
    SDLExportOptions, Schema, SchemaBuilder, SimpleObject, Subscription, SubscriptionType,
};
use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use clock::SystemClock;
use federation_composition::{CompositionResult, ServiceDefinition, compose_services, graphql_core};
use futures::{Stream, StreamExt};
use gateway::{Gateway, GatewayOptions, config::Config};
use http::{HeaderMap, StatusCode, header};
use service::transport::Transport;
use tokio::{
    net::TcpListener,
    sync::{Notify, broadcast, watch},
    task::AbortHandle,
};
use tokio_util::sync::CancellationToken;

/// No test waits longer for anything.
pub(crate) const DEADLINE: Duration = Duration::from_secs(10);
/// Signs assertions in every test.
pub(crate) const IDENTITY_SECRET: &str = "an identity secret for tests, long enough";

/// What a test sees of a subgraph, and how it moves it.
#[derive(Debug)]
pub(crate) struct World {
    /// How many subscriptions are open upstream.
    pub(crate) open_streams: watch::Sender<usize>,
    /// Each value becomes an event of every open stream.
    pub(crate) ticks: broadcast::Sender<i32>,
    /// Lets one held query answer.
    pub(crate) release: Notify,
    /// The headers of every request, in order.
    pub(crate) seen: Mutex<Vec<HeaderMap>>,
    pub(crate) requests: AtomicUsize,
    /// Told of every request.
    arrived: Notify,
    /// When not 0, the status with which every request is answered.
    pub(crate) status: AtomicU16,
    /// What stands at `/jwks`.
    pub(crate) jwks: Mutex<Option<String>>,
}

impl World {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            open_streams: watch::Sender::new(0),
            ticks: broadcast::Sender::new(64),
            release: Notify::new(),
            seen: Mutex::default(),
            requests: AtomicUsize::new(0),
            arrived: Notify::new(),
            status: AtomicU16::new(0),
            jwks: Mutex::default(),
        })
    }

    /// Waits until exactly `count` streams are open.
    pub(crate) async fn streams(&self, count: usize) {
        let mut open = self.open_streams.subscribe();
        let waited = tokio::time::timeout(DEADLINE, open.wait_for(|open| *open == count)).await;
        assert!(waited.is_ok(), "expected {count} open streams, there are {}", *self.open_streams.borrow());
    }

    /// Waits until there were `count` requests.
    pub(crate) async fn asked(&self, count: usize) {
        let asked = async {
            loop {
                let arrival = self.arrived.notified();
                if self.requests.load(Ordering::SeqCst) >= count {
                    break;
                }
                arrival.await;
            }
        };
        let waited = tokio::time::timeout(DEADLINE, asked).await;
        assert!(
            waited.is_ok(),
            "expected {count} requests, there were {}",
            self.requests.load(Ordering::SeqCst)
        );
    }

    pub(crate) fn last_headers(&self) -> HeaderMap {
        self.seen.lock().expect("no test panicked").last().cloned().expect("the subgraph was asked")
    }
}

/// Counts an open stream for as long as it lives.
struct OpenStream(Arc<World>);

impl OpenStream {
    fn new(world: Arc<World>) -> Self {
        world.open_streams.send_modify(|open| *open += 1);
        Self(world)
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        self.0.open_streams.send_modify(|open| *open -= 1);
    }
}

#[derive(SimpleObject)]
#[graphql(name = "Person")]
struct Person {
    id: ID,
    name: String,
}

fn person(id: &ID) -> Person {
    Person { id: id.clone(), name: format!("person {}", id.as_str()) }
}

struct PeopleQuery;

#[Object(name = "Query")]
impl PeopleQuery {
    async fn person(&self, id: ID) -> Person {
        person(&id)
    }

    async fn echo(&self, text: Option<String>) -> Option<String> {
        text
    }

    async fn long(&self, length: usize) -> Option<String> {
        Some("a".repeat(length))
    }

    /// The value of a header as it arrived.
    async fn header(&self, context: &Context<'_>, name: String) -> Option<String> {
        let headers = context.data_opt::<HeaderMap>()?;
        headers.get(&name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
    }

    /// Never answers.
    async fn hang(&self, context: &Context<'_>) -> bool {
        let _open = OpenStream::new(Arc::clone(context.data_unchecked::<Arc<World>>()));
        std::future::pending::<()>().await;
        true
    }

    /// Answers when the test lets it.
    async fn held(&self, context: &Context<'_>) -> Person {
        let world = context.data_unchecked::<Arc<World>>();
        let _open = OpenStream::new(Arc::clone(world));
        world.release.notified().await;
        person(&ID::from("held"))
    }

    #[graphql(entity)]
    async fn find_person(&self, id: ID) -> Person {
        person(&id)
    }
}

struct PeopleMutation;

#[Object(name = "Mutation")]
impl PeopleMutation {
    async fn rename(&self, id: ID, name: String) -> Person {
        Person { id, name }
    }

    /// Answers when the test lets it.
    async fn hold(&self, context: &Context<'_>) -> bool {
        let world = context.data_unchecked::<Arc<World>>();
        let _open = OpenStream::new(Arc::clone(world));
        world.release.notified().await;
        true
    }
}

#[derive(SimpleObject)]
struct Tick {
    n: i32,
    person: Person,
}

struct PeopleSubscription;

#[Subscription(name = "Subscription")]
impl PeopleSubscription {
    /// An event for each value that the test sends.
    async fn ticks(&self, context: &Context<'_>) -> impl Stream<Item = Tick> {
        let world = Arc::clone(context.data_unchecked::<Arc<World>>());
        let mut values = world.ticks.subscribe();
        let open = OpenStream::new(world);
        async_stream::stream! {
            let _open = open;
            while let Ok(n) = values.recv().await {
                yield Tick { n, person: person(&ID::from(n)) };
            }
        }
    }

    /// Counts and ends.
    async fn count(&self, to: i32) -> impl Stream<Item = i32> {
        futures::stream::iter(1..=to)
    }
}

#[derive(SimpleObject)]
#[graphql(name = "Person", complex)]
struct Addressee {
    id: ID,
}

#[ComplexObject]
impl Addressee {
    async fn letters(&self) -> Option<Vec<String>> {
        Some(vec![format!("letter to {}", self.id.as_str())])
    }

    /// The value of a header as it arrived with the entity fetch.
    async fn letter_header(&self, context: &Context<'_>, name: String) -> Option<String> {
        let headers = context.data_opt::<HeaderMap>()?;
        headers.get(&name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
    }
}

struct LettersQuery;

#[Object(name = "Query")]
impl LettersQuery {
    async fn letter_count(&self) -> Option<i32> {
        Some(7)
    }

    #[graphql(entity)]
    async fn find_addressee(&self, id: ID) -> Addressee {
        Addressee { id }
    }
}

type People = Schema<PeopleQuery, PeopleMutation, PeopleSubscription>;
type Letters = Schema<LettersQuery, EmptyMutation, EmptySubscription>;

fn schema<Q, M, S>(builder: SchemaBuilder<Q, M, S>, world: &Arc<World>) -> Schema<Q, M, S>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    builder.enable_federation().enable_subscription_in_federation().data(Arc::clone(world)).finish()
}

fn people(world: &Arc<World>) -> People {
    schema(Schema::build(PeopleQuery, PeopleMutation, PeopleSubscription), world)
}

fn letters(world: &Arc<World>) -> Letters {
    schema(Schema::build(LettersQuery, EmptyMutation, EmptySubscription), world)
}

/// The form in which the subgraph streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Streaming {
    EventStream,
    Multipart,
}

fn router<Q, M, S>(schema: Schema<Q, M, S>, world: Arc<World>, streaming: Streaming) -> Router
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    let answer = async move |State(world): State<Arc<World>>, headers: HeaderMap, body: Bytes| {
        world.requests.fetch_add(1, Ordering::SeqCst);
        world.arrived.notify_waiters();
        world.seen.lock().expect("no test panicked").push(headers.clone());
        if let Ok(status @ 100..) =
            StatusCode::from_u16(world.status.load(Ordering::SeqCst)).map(|s| s.as_u16())
        {
            return StatusCode::from_u16(status).expect("checked above").into_response();
        }
        let request: Request = serde_json::from_slice(&body).expect("the gateway sends GraphQL requests");
        let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let is_stream = accept.contains("text/event-stream");
        let request = request.data(headers.clone());
        if is_stream {
            stream(schema.execute_stream(request), streaming)
        } else {
            let json = serde_json::to_vec(&schema.execute(request).await).expect("responses serialise");
            ([(header::CONTENT_TYPE, "application/json")], json).into_response()
        }
    };
    let jwks =
        async |State(world): State<Arc<World>>| match world.jwks.lock().expect("no test panicked").clone() {
            Some(document) => document.into_response(),
            None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        };
    Router::new().route("/graphql", post(answer)).route("/jwks", get(jwks)).with_state(world)
}

/// A tick with this value breaks the stream off: the body ends without a completion.
pub(crate) const BREAK: i32 = -1;

fn stream(
    responses: impl Stream<Item = async_graphql::Response> + Send + 'static,
    streaming: Streaming,
) -> Response {
    let (content_type, end) = match streaming {
        Streaming::EventStream => ("text/event-stream", "event: complete\ndata: \n\n"),
        Streaming::Multipart => ("multipart/mixed; boundary=\"graphql\"", "--graphql--\r\n"),
    };
    let chunks = async_stream::stream! {
        let mut responses = std::pin::pin!(responses);
        while let Some(response) = responses.next().await {
            let json = serde_json::to_string(&response).expect("responses serialise");
            if json.contains(&format!("\"n\":{BREAK}")) {
                return;
            }
            yield Ok::<_, Infallible>(match streaming {
                Streaming::EventStream => format!("event: next\ndata: {json}\n\n"),
                Streaming::Multipart => {
                    format!("--graphql\r\ncontent-type: application/json\r\n\r\n{{\"payload\":{json}}}\r\n")
                }
            });
        }
        yield Ok(end.to_owned());
    };
    ([(header::CONTENT_TYPE, content_type)], Body::from_stream(chunks)).into_response()
}

/// The supergraph of both, at these addresses.
pub(crate) fn supergraph(people_url: &str, letters_url: &str) -> String {
    let world = World::new();
    let options = || SDLExportOptions::new().federation().compose_directive();
    let service = |name: &str, sdl: &str, url: &str| {
        ServiceDefinition::new(name, graphql_core::parse(sdl).expect("async-graphql exports GraphQL"))
            .with_url(url)
    };
    let services = [
        service("people", &people(&world).sdl_with_options(options()), people_url),
        service("letters", &letters(&world).sdl_with_options(options()), letters_url),
    ];
    match compose_services(&services).expect("composition runs") {
        CompositionResult::Success(success) => success.supergraph_sdl().to_string(),
        CompositionResult::Failure(failure) => panic!("the fixture composes: {:?}", failure.errors()),
    }
}

/// A server that ends with the test, or before when told so.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    task: AbortHandle,
}

impl Server {
    pub(crate) async fn start(address: SocketAddr, router: Router) -> Self {
        let listener = TcpListener::bind(address).await.expect("a port on this machine");
        let address = listener.local_addr().expect("a bound listener has an address");
        let task = tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, task: task.abort_handle() }
    }

    /// A gateway as its program serves it.
    pub(crate) async fn of_clients(gateway: &Gateway) -> Self {
        let listener = TcpListener::bind(any_port()).await.expect("a port on this machine");
        let address = listener.local_addr().expect("a bound listener has an address");
        let (router, header_timeout) = (gateway.router(), gateway.header_timeout());
        let serving = service::serve_clients(listener, router, header_timeout, CancellationToken::new());
        Self { address, task: tokio::spawn(serving).abort_handle() }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/graphql", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub(crate) fn any_port() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

/// Both subgraphs and a gateway, each on a port of its own.
pub(crate) struct Installation {
    pub(crate) gateway: Gateway,
    pub(crate) edge: Server,
    pub(crate) people: Arc<World>,
    pub(crate) letters: Arc<World>,
    people_server: Option<Server>,
    letters_server: Option<Server>,
}

impl Installation {
    /// With a configuration in YAML; empty is the default.
    pub(crate) async fn start(config: &str) -> Self {
        Self::streaming(config, Streaming::EventStream).await
    }

    pub(crate) async fn streaming(config: &str, streaming: Streaming) -> Self {
        Self::revised(config, streaming, |sdl| sdl).await
    }

    /// With another supergraph than the one that is composed.
    pub(crate) async fn revised(
        config: &str,
        streaming: Streaming,
        revise: impl FnOnce(String) -> String,
    ) -> Self {
        let (people_world, letters_world) = (World::new(), World::new());
        let people_router = router(people(&people_world), people_world.clone(), streaming);
        let letters_router = router(letters(&letters_world), letters_world.clone(), streaming);
        let people_server = Server::start(any_port(), people_router).await;
        let letters_server = Server::start(any_port(), letters_router).await;
        let sdl = revise(supergraph(&people_server.url(), &letters_server.url()));
        let gateway = gateway(sdl, config, HashMap::new());
        let edge = Server::of_clients(&gateway).await;
        Self {
            gateway,
            edge,
            people: people_world,
            letters: letters_world,
            people_server: Some(people_server),
            letters_server: Some(letters_server),
        }
    }

    /// Both subgraphs in the gateway's own process, reached without a network.
    pub(crate) async fn in_process() -> Self {
        let (people_world, letters_world) = (World::new(), World::new());
        let routers = [
            ("people", router(people(&people_world), people_world.clone(), Streaming::EventStream)),
            ("letters", router(letters(&letters_world), letters_world.clone(), Streaming::EventStream)),
        ];
        let transports = routers.map(|(name, router)| (name.to_owned(), Transport::in_process(router)));
        let gateway = gateway(supergraph("", ""), "", HashMap::from(transports));
        let edge = Server::of_clients(&gateway).await;
        Self {
            gateway,
            edge,
            people: people_world,
            letters: letters_world,
            people_server: None,
            letters_server: None,
        }
    }

    /// The letters subgraph is gone; its port refuses.
    pub(crate) async fn stop_letters(&mut self) -> SocketAddr {
        let server = self.letters_server.take().expect("it runs");
        let address = server.address;
        drop(server);
        // The port is free once nobody can connect any more.
        let closed = async { while tokio::net::TcpStream::connect(address).await.is_ok() {} };
        tokio::time::timeout(DEADLINE, closed).await.expect("the subgraph stops");
        address
    }

    /// The letters subgraph is back at its old address.
    pub(crate) async fn restart_letters(&mut self, address: SocketAddr) {
        let router = router(letters(&self.letters), self.letters.clone(), Streaming::EventStream);
        self.letters_server = Some(Server::start(address, router).await);
    }

    /// The supergraph that the gateway started with.
    pub(crate) fn supergraph(&self) -> String {
        let url_of = |server: &Option<Server>| server.as_ref().map(Server::url).unwrap_or_default();
        supergraph(&url_of(&self.people_server), &url_of(&self.letters_server))
    }

    /// The same without one field.
    pub(crate) fn supergraph_without(&self, field: &str) -> String {
        let whole = self.supergraph();
        let is_the_field = |line: &str| {
            let rest = line.trim_start().strip_prefix(field);
            rest.is_some_and(|rest| rest.starts_with(':') || rest.starts_with('('))
        };
        let lines: Vec<&str> = whole.lines().filter(|line| !is_the_field(line)).collect();
        assert!(lines.len() < whole.lines().count(), "the supergraph has {field}: {whole}");
        lines.join("\n")
    }

    pub(crate) fn letters_url(&self) -> String {
        self.letters_server.as_ref().expect("it runs").url()
    }

    pub(crate) fn people_url(&self) -> String {
        self.people_server.as_ref().expect("it runs").url()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.edge.address)
    }
}

pub(crate) fn gateway(
    supergraph_sdl: String,
    config: &str,
    transports: HashMap<String, Transport>,
) -> Gateway {
    Gateway::try_new(GatewayOptions {
        supergraph_sdl,
        config: Config::from_yaml(config).expect("the test's configuration"),
        identity_secret: Some(IDENTITY_SECRET.to_owned()),
        transports,
        clock: SystemClock::shared(),
    })
    .expect("the fixture's supergraph is served")
}

/// Why there is no gateway with this configuration.
pub(crate) fn refusal_of(config: &str) -> String {
    let options = GatewayOptions {
        supergraph_sdl: supergraph("http://127.0.0.1:1/graphql", "http://127.0.0.1:2/graphql"),
        config: Config::from_yaml(config).expect("the test's configuration"),
        identity_secret: None,
        transports: HashMap::new(),
        clock: SystemClock::shared(),
    };
    Gateway::try_new(options).expect_err("the configuration makes no sense").to_string()
}
