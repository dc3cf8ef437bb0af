//! Peers over real sockets: in trouble, slow, and well again.

use std::{
    future::pending,
    sync::atomic::{AtomicUsize, Ordering},
};

use axum::{Json, Router, extract::State, routing::post};
use clock::SystemClock;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::watch};

use super::*;
use crate::transport::HttpOptions;

#[derive(Debug, Serialize, Deserialize)]
struct Repeatable(u32);

impl Question for Repeatable {
    type Answer = u32;

    const SERVICE: &'static str = "users";
    const PATH: &'static str = "/ask";
    const REPEATABLE: bool = true;
}

#[derive(Debug, Serialize, Deserialize)]
struct Once(u32);

impl Question for Once {
    type Answer = u32;

    const SERVICE: &'static str = "users";
    const PATH: &'static str = "/ask";
    const REPEATABLE: bool = false;
}

/// How a peer is feeling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mood {
    Well,
    /// So many requests go wrong; then it is well.
    Failing(usize),
    Refusing,
    Babbling,
    Silent,
}

/// A peer behind a real socket that counts what it is asked.
#[derive(Clone)]
struct Peer {
    mood: watch::Sender<Mood>,
    asked: Arc<AtomicUsize>,
    peers: Option<Peers>,
}

impl Peer {
    async fn start(mood: Mood) -> Self {
        let mut peer = Self { mood: watch::Sender::new(mood), asked: Arc::default(), peers: None };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let router = Router::new().route("/ask", post(answer)).with_state(peer.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        peer.peers = Some(peers(&url));
        peer
    }

    fn peers(&self) -> &Peers {
        self.peers.as_ref().unwrap()
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

async fn answer(State(peer): State<Peer>, Json(question): Json<Value>) -> (StatusCode, Json<Value>) {
    let before = peer.asked.fetch_add(1, Ordering::SeqCst);
    let mood = *peer.mood.borrow();
    match mood {
        Mood::Failing(times) if before < times => (StatusCode::SERVICE_UNAVAILABLE, Json(Value::Null)),
        Mood::Refusing => (StatusCode::CONFLICT, Json(json!({ "code": "NO" }))),
        Mood::Babbling => (StatusCode::OK, Json(json!("what?"))),
        Mood::Silent => pending().await,
        Mood::Well | Mood::Failing(_) => (StatusCode::OK, Json(question)),
    }
}

fn peers(url: &str) -> Peers {
    let patience = Patience {
        timeout: Duration::from_millis(400),
        retries: 2,
        failures: 3,
        left_alone_for: Duration::from_millis(300),
    };
    let signer = AssertionSigner::new("a secret of thirty-two bytes or more");
    let transport = Transport::http(HttpOptions::default());
    let urls = [("users", url), ("auth", "http://127.0.0.1:1")];
    Peers::with_patience("auth", signer, SystemClock::shared(), &urls, &transport, patience)
}

fn circuit(peers: &Peers) -> BreakerState {
    let [PeerHealth { service: "users", circuit }] = peers.health()[..] else { panic!("one other service") };
    circuit
}

#[tokio::test]
async fn a_question_that_may_be_repeated_survives_a_moment_of_trouble() {
    let peer = Peer::start(Mood::Failing(2)).await;
    assert_eq!(peer.peers().ask(&Repeatable(7)).await.unwrap(), 7);
    assert_eq!(peer.asked(), 3);
    assert_eq!(circuit(peer.peers()), BreakerState::Closed);
}

#[tokio::test]
async fn a_question_that_may_not_be_repeated_is_asked_once() {
    let peer = Peer::start(Mood::Failing(1)).await;
    let failed = peer.peers().ask(&Once(7)).await.unwrap_err();
    assert!(matches!(failed, PeerError::Unreachable { service: "users" }), "{failed}");
    assert_eq!(peer.asked(), 1);
}

#[tokio::test]
async fn a_refusal_is_an_answer_and_nonsense_is_none() {
    let peer = Peer::start(Mood::Refusing).await;
    for _ in 0..5 {
        let refused = peer.peers().ask(&Repeatable(7)).await.unwrap_err();
        let PeerError::Refused { status: StatusCode::CONFLICT, body, .. } = refused else {
            panic!("{refused}")
        };
        assert_eq!(body, br#"{"code":"NO"}"#);
    }
    assert_eq!((peer.asked(), circuit(peer.peers())), (5, BreakerState::Closed));
    peer.mood.send_replace(Mood::Babbling);
    assert!(matches!(peer.peers().ask(&Once(7)).await, Err(PeerError::Malformed { .. })));
}

#[tokio::test]
async fn a_slow_peer_costs_no_more_than_the_timeout_and_is_not_asked_again() {
    let peer = Peer::start(Mood::Silent).await;
    let started = Instant::now();
    let failed = peer.peers().ask(&Repeatable(7)).await.unwrap_err();
    assert!(matches!(failed, PeerError::Timeout { service: "users" }), "{failed}");
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
    assert_eq!(peer.asked(), 1);
}

#[tokio::test]
async fn a_peer_that_fails_again_and_again_is_left_alone_until_a_probe_finds_it_well() {
    let peer = Peer::start(Mood::Failing(usize::MAX)).await;
    for _ in 0..3 {
        assert!(peer.peers().ask(&Once(7)).await.is_err());
    }
    assert_eq!(circuit(peer.peers()), BreakerState::Open);
    let failed = peer.peers().ask(&Repeatable(7)).await.unwrap_err();
    assert!(matches!(failed, PeerError::LeftAlone { service: "users" }), "{failed}");
    assert_eq!(peer.asked(), 3, "nothing was sent");

    peer.mood.send_replace(Mood::Well);
    let well = async { while peer.peers().ask(&Once(8)).await.is_err() {} };
    tokio::time::timeout(Duration::from_secs(10), well).await.expect("the peer is tried again");
    assert_eq!((peer.asked(), circuit(peer.peers())), (4, BreakerState::Closed));
}

#[tokio::test]
async fn nobody_there_is_unreachable_and_so_is_somebody_unknown() {
    let peers = peers("http://127.0.0.1:1");
    assert!(matches!(peers.ask(&Once(7)).await, Err(PeerError::Unreachable { .. })));
    let signer = AssertionSigner::new("a secret of thirty-two bytes or more");
    let alone = Peers::in_process("auth", signer, SystemClock::shared(), &[]);
    assert!(matches!(alone.ask(&Once(7)).await, Err(PeerError::Unreachable { .. })));
}
