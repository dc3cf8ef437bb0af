//! What the bus tells about rights that end before their tokens do.

use std::{
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use bus::{Behind, Bus, BusError, Consumption, Envelope, Group, Handler, Signal};
use chrono::{DateTime, TimeDelta, Utc};
use clock::{Clock, SystemClock};
use futures::{StreamExt, stream::BoxStream};
use gateway::{config::Config, revocation_feed};
use serde_json::{Value, json};
use tokio::sync::{broadcast, watch};
use tokio_stream::wrappers::BroadcastStream;
use tokio_util::task::AbortOnDropHandle;

use crate::{
    authentication::{CONFIG, claims, hs256, in_seconds},
    client::{Socket, code, post},
    fixture::{DEADLINE, Installation},
};

/// A bus that a test holds in its hand.
#[derive(Debug)]
struct HandBus {
    signals: broadcast::Sender<Signal>,
    /// What history holds; `None` while it can't be read.
    history: watch::Sender<Option<Vec<Envelope>>>,
    reads: watch::Sender<usize>,
}

impl HandBus {
    fn holding(history: Option<Vec<Envelope>>) -> Arc<Self> {
        let reads = watch::Sender::new(0);
        Arc::new(Self { signals: broadcast::Sender::new(64), history: watch::Sender::new(history), reads })
    }

    fn tell(&self, event: Envelope) {
        self.signals.send(Signal::Event(Arc::new(event))).expect("the gateway listens");
    }

    async fn read_times(&self, times: usize) {
        let mut reads = self.reads.subscribe();
        let reached = tokio::time::timeout(DEADLINE, reads.wait_for(|reads| *reads >= times)).await;
        reached.expect("history is read in time").expect("the bus lives");
    }
}

#[async_trait]
impl Bus for HandBus {
    async fn publish(&self, _: &[Envelope]) -> Result<(), BusError> {
        Err(BusError::Closed)
    }

    async fn consume(&self, _: Group, _: Arc<dyn Handler>) -> Result<Consumption, BusError> {
        Err(BusError::Closed)
    }

    async fn listen(&self, _: &[String]) -> Result<BoxStream<'static, Signal>, BusError> {
        let signals = BroadcastStream::new(self.signals.subscribe());
        Ok(signals.filter_map(async |signal| signal.ok()).boxed())
    }

    async fn history(&self, subjects: &[String], since: DateTime<Utc>) -> Result<Vec<Envelope>, BusError> {
        self.reads.send_modify(|reads| *reads += 1);
        let held = self.history.borrow().clone().ok_or(BusError::Closed)?;
        let wanted = |event: &Envelope| subjects.contains(&event.subject()) && event.occurred_at >= since;
        Ok(held.into_iter().filter(wanted).collect())
    }

    async fn caught_up(&self, group: &str, _: Duration) -> Result<(), Behind> {
        Err(Behind { group: group.to_owned() })
    }
}

fn event(subject: &str, occurred_at: DateTime<Utc>, data: Value) -> Envelope {
    let (producer, kind) = subject.split_once('.').expect("a subject");
    let envelope = json!({
        "id": format!("evt_{:032x}", digest(&[subject, &occurred_at.to_string(), &data.to_string()])),
        "producer": producer, "type": kind, "version": 1, "occurredAt": occurred_at,
        "aggregateId": "a", "seq": 1, "data": data,
    });
    serde_json::from_value(envelope).expect("an envelope")
}

/// The same event has the same id.
fn digest(texts: &[&str]) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(texts)
}

fn revoked(session: &str, occurred_at: DateTime<Utc>) -> Envelope {
    let until = occurred_at + TimeDelta::minutes(15);
    event("auth.SessionRevoked", occurred_at, json!({ "sessionId": session, "until": until }))
}

/// A gateway that hears of sessions, of roles and of passwords.
async fn start(bus: &Arc<HandBus>) -> (Installation, AbortOnDropHandle<()>) {
    let installation = Installation::start(CONFIG).await;
    let config = "revocations: {events: [
        {subject: auth.SessionRevoked, session_field: sessionId, until_field: until},
        {subject: auth.RoleChanged, user_field: userId},
        {subject: auth.PasswordChanged, user_field: userId, refuse_tokens: true}]}";
    let config = Config::from_yaml(config).expect("a configuration").revocations.expect("it is there");
    let revocations = installation.gateway.revocations().clone();
    let feed = revocation_feed::follow(bus.clone(), config, revocations, SystemClock::shared()).await;
    (installation, feed)
}

fn bearer(session: &str, issued_at: i64) -> String {
    let mut claims = claims();
    claims["sid"] = json!(session);
    claims["iat"] = json!(issued_at);
    format!("Bearer {}", hs256(&claims))
}

async fn status(installation: &Installation, bearer: &str) -> u16 {
    let question = json!({ "query": "{ echo(text: \"a\") }" });
    let (status, body) = post(installation, &question, &[("authorization", bearer)]).await;
    assert!(status == 200 || code(&body) == "UNAUTHENTICATED", "{body}");
    status
}

async fn watching(installation: &Installation, bearer: &str) -> Socket {
    let mut socket = Socket::authenticated(installation, bearer).await;
    socket.subscribe("1", "subscription { ticks { n } }").await;
    socket
}

#[tokio::test]
async fn what_was_revoked_before_a_start_is_refused_after_it() {
    let now = SystemClock.now();
    let bus = HandBus::holding(Some(vec![
        revoked("recent", now - TimeDelta::minutes(5)),
        revoked("long-gone", now - TimeDelta::hours(2)),
    ]));
    let (installation, _feed) = start(&bus).await;
    assert_eq!(status(&installation, &bearer("recent", in_seconds(-10))).await, 401);
    assert_eq!(status(&installation, &bearer("other", in_seconds(-10))).await, 200);
}

#[tokio::test]
async fn what_is_missed_in_a_gap_is_read_again_as_soon_as_it_can_be() {
    let bus = HandBus::holding(Some(Vec::new()));
    let (installation, _feed) = start(&bus).await;
    let token = bearer("one", in_seconds(-10));
    let mut socket = watching(&installation, &token).await;
    installation.people.streams(1).await;
    bus.history.send_replace(None);
    bus.signals.send(Signal::Gap).expect("the gateway listens");
    bus.read_times(2).await;
    bus.history.send_replace(Some(vec![revoked("one", SystemClock.now())]));
    assert_eq!(socket.closed().await, (4403, "Forbidden: the session has ended".to_owned()));
    installation.people.streams(0).await;
    assert_eq!(status(&installation, &token).await, 401);
}

#[tokio::test]
async fn a_start_does_not_wait_long_for_a_bus_that_is_down() {
    let bus = HandBus::holding(None);
    let (installation, _feed) = start(&bus).await;
    assert_eq!(status(&installation, &bearer("one", in_seconds(-10))).await, 200);
    bus.history.send_replace(Some(vec![revoked("one", SystemClock.now())]));
    let refused = async { while status(&installation, &bearer("one", in_seconds(-10))).await != 401 {} };
    tokio::time::timeout(DEADLINE, refused).await.expect("it is read once it can be");
}

#[tokio::test]
async fn a_change_of_rights_ends_all_streams_of_the_user_and_they_begin_again() {
    let bus = HandBus::holding(Some(Vec::new()));
    let (installation, _feed) = start(&bus).await;
    let (one, two) = (bearer("one", in_seconds(-10)), bearer("two", in_seconds(-10)));
    let (mut first, mut second) = (watching(&installation, &one).await, watching(&installation, &two).await);
    installation.people.streams(2).await;
    let changed = event("auth.RoleChanged", SystemClock.now(), json!({ "userId": "ada" }));
    bus.tell(changed.clone());
    let reason = "Forbidden: the user's rights have changed, connect again";
    for socket in [&mut first, &mut second] {
        assert_eq!(socket.closed().await, (4403, reason.to_owned()));
    }
    installation.people.streams(0).await;
    let mut again = watching(&installation, &one).await;
    installation.people.streams(1).await;
    // Read again from history it has had its effect, and ends nothing.
    bus.history.send_replace(Some(vec![changed]));
    bus.signals.send(Signal::Gap).expect("the gateway listens");
    bus.read_times(2).await;
    bus.tell(revoked("two", SystemClock.now()));
    let refused = async { while status(&installation, &two).await != 401 {} };
    tokio::time::timeout(DEADLINE, refused).await.expect("the feed goes on");
    installation.people.ticks.send(7).expect("a stream is open");
    assert_eq!(again.receive().await["payload"]["data"]["ticks"]["n"], 7);
}

#[tokio::test]
async fn a_new_password_ends_the_users_streams_and_refuses_every_older_token() {
    let bus = HandBus::holding(Some(Vec::new()));
    let (installation, _feed) = start(&bus).await;
    let old = bearer("one", in_seconds(-10));
    let mut socket = watching(&installation, &old).await;
    installation.people.streams(1).await;
    bus.tell(event("auth.PasswordChanged", SystemClock.now(), json!({ "userId": "ada" })));
    assert_eq!(socket.closed().await.0, 4403);
    assert_eq!(status(&installation, &old).await, 401);
    assert_eq!(status(&installation, &bearer("one", in_seconds(1))).await, 200);
}
