//! Processes that are killed at the worst moments, again and again: no event is lost, no effect doubled, no order broken.
//!
//! The process that dies is this test program, started once more with a place to die at. It is two subgraphs in one: one
//! tells numbers, the other counts them.

use std::{
    os::unix::process::ExitStatusExt as _,
    path::Path,
    process::{ExitStatus, Stdio},
    sync::Arc,
    time::Duration,
};

use bus::{
    Bus,
    memory::MemoryBus,
    nats::{NatsBus, NatsOptions},
};
use clock::{Clock as _, SystemClock};
use database::Database;
use outbox::Outbox;
use sea_orm::{ConnectionTrait as _, Statement};
use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::{
    mortal::{Counting, Moment, MortalBus},
    world::{Hugged, Relay, TestDatabase, open, until},
};

/// How often a process is killed on each bus.
const KILLED: u64 = 50;
/// Of a process that wasn't killed by then.
const LAST_NUMBER: i64 = 10_000;
const DIES_WITHIN: Duration = Duration::from_secs(20);
/// Soon after a member has died, the server offers its event to the next one.
const ACK_WAIT: Duration = Duration::from_millis(50);

/// What a process is told by its environment.
const TELLER: &str = "CRASHES_TELLER_DATABASE";
const COUNTER: &str = "CRASHES_COUNTER_DATABASE";
const NATS: &str = "CRASHES_NATS";
const MOMENT: &str = "CRASHES_MOMENT";
const TIMES: &str = "CRASHES_TIMES";

#[tokio::test]
async fn fifty_processes_killed_on_the_bus_in_memory_lose_nothing_and_double_nothing() {
    kill_again_and_again(None, 1).await;
}

#[tokio::test]
async fn fifty_processes_killed_on_nats_lose_nothing_and_double_nothing() {
    let server = NatsServer::running_or_started().await;
    kill_again_and_again(Some(&server.url), 2).await;
}

async fn kill_again_and_again(nats: Option<&str>, seed: u64) {
    let (teller, counter) = (TestDatabase::new().await, TestDatabase::new().await);
    let told = "CREATE TABLE told (number BIGINT NOT NULL)";
    execute(&teller.database, told).await;
    execute(&counter.database, "CREATE TABLE disorder (number BIGINT NOT NULL)").await;
    let nats = nats.map(|url| format!("{url} crashes{}", SystemClock.now().timestamp_micros()));
    let mut chance = Chance(seed);
    for life in 0..KILLED {
        // Each moment comes in its turn; which time it comes at is chance.
        let moment = Moment::ALL[usize::try_from(life).expect("few lives") % Moment::ALL.len()];
        let times = 1 + chance.next() % 4;
        let mut process = Command::new(std::env::current_exe().expect("this program"));
        process.args(["--exact", "crashes::a_process_works_until_it_is_killed", "--nocapture"]);
        process.env(TELLER, teller.url()).env(COUNTER, counter.url());
        process.env(MOMENT, moment.name()).env(TIMES, times.to_string()).stdout(Stdio::null());
        if let Some(nats) = &nats {
            process.env(NATS, nats);
        }
        let status = died(process.kill_on_drop(true).spawn().expect("the program starts")).await;
        assert_eq!(status.signal(), Some(9), "life {life}, to end {moment:?}: {status}");
    }
    let last = settle(&teller, &counter, nats.as_deref()).await;
    assert!(last >= 50, "{last} numbers are too few to say anything");
}

async fn died(mut process: Child) -> ExitStatus {
    let ended = tokio::time::timeout(DIES_WITHIN, process.wait()).await;
    ended.expect("the process comes to its end in time").expect("it ran")
}

/// One more life without a death: what was left is carried over, and everything has come to pass exactly once.
async fn settle(teller: &TestDatabase, counter: &TestDatabase, nats: Option<&str>) -> i64 {
    let mut life = Life::begin(&teller.database, &counter.database, nats, None).await;
    let told = life.last_told().await;
    until(async || counter.count("effects").await >= told).await;
    until(async || life.teller.pending().await.expect("the outbox is readable") == 0).await;
    assert_eq!(counter.effects().await, (1..=told).collect::<Vec<_>>());
    assert_eq!(counter.count("outbox").await, told, "what it told of its own");
    assert_eq!(counter.count("disorder").await, 0);
    assert!(life.counter.dead_letters(1).await.expect("they are readable").is_empty());
    if let Some(relay) = life.relay.take() {
        relay.stop().await;
    }
    told
}

/// The program that dies. Among the other tests it does nothing.
#[tokio::test]
async fn a_process_works_until_it_is_killed() {
    let Ok(moment) = std::env::var(MOMENT) else { return };
    let moment = Moment::of_name(&moment).expect("a moment");
    let times = std::env::var(TIMES).expect("how often").parse().expect("a number");
    let (teller, counter) = (std::env::var(TELLER).expect("a URL"), std::env::var(COUNTER).expect("a URL"));
    let nats = std::env::var(NATS).ok();
    let (teller, counter) = (open(&teller).await, open(&counter).await);
    let life = Life::begin(&teller, &counter, nats.as_deref(), Some((moment, times))).await;
    for number in life.last_told().await + 1..=LAST_NUMBER {
        life.tell(number).await;
    }
}

/// A teller and a counter at work.
struct Life {
    teller: Outbox,
    counter: Outbox,
    database: Database,
    relay: Option<Relay>,
    _group: bus::Consumption,
}

impl Life {
    async fn begin(
        teller: &Database,
        counter: &Database,
        nats: Option<&str>,
        death: Option<(Moment, u32)>,
    ) -> Self {
        let bus = Arc::new(MortalBus::new(bus(nats).await, death));
        let clock = SystemClock::shared();
        let database = teller.clone();
        let teller = Outbox::new(teller.clone(), bus.clone(), clock.clone(), "hugs");
        let counter = Outbox::new(counter.clone(), bus.clone(), clock, "streaks");
        let counting = Arc::new(Counting::new(bus));
        let group = counter.consumer("streaks.counting", ["hugs.Hugged"], counting).await;
        let relay = Some(Relay::of(&teller));
        Self { teller, counter, database, relay, _group: group.expect("a group can be joined") }
    }

    async fn last_told(&self) -> i64 {
        let query = "SELECT COALESCE(MAX(number), 0) FROM told";
        let statement = Statement::from_string(self.database.backend(), query);
        let row = self.database.reader().query_one_raw(statement).await.expect("the query runs");
        row.expect("one row").try_get_by_index(0).expect("a number")
    }

    /// Notes the number and tells it, or neither.
    async fn tell(&self, number: i64) {
        let work = self.teller.begin(None).await.expect("a transaction begins");
        let note = format!("INSERT INTO told VALUES ({number})");
        work.execute_unprepared(&note).await.expect("the statement runs");
        work.emit(&Hugged::number(number)).await.expect("an event is told");
        work.commit().await.expect("the transaction commits");
    }
}

async fn bus(nats: Option<&str>) -> Arc<dyn Bus> {
    let Some((url, name)) = nats.and_then(|nats| nats.split_once(' ')) else {
        return Arc::new(MemoryBus::new());
    };
    let options = NatsOptions {
        stream: name.to_uppercase(),
        prefix: name.to_owned(),
        ack_wait: ACK_WAIT,
        ..NatsOptions::default()
    };
    Arc::new(NatsBus::connect(url, options).await.expect("an address"))
}

async fn execute(database: &Database, statement: &str) {
    let transaction = database.begin().await.expect("a transaction begins");
    transaction.execute_unprepared(statement).await.expect("the statement runs");
    transaction.commit().await.expect("the transaction commits");
}

/// SplitMix64 (Steele, Lea & Flood 2014), with a seed that stays.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// The server at `TEST_NATS_URL`, or one that ends with the test.
struct NatsServer {
    url: String,
    _running: Option<(Child, TempDir)>,
}

impl NatsServer {
    async fn running_or_started() -> Self {
        if let Ok(url) = std::env::var("TEST_NATS_URL") {
            return Self { url, _running: None };
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        let server = Command::new("nats-server")
            .args(["--addr", "127.0.0.1", "--port", "-1", "--jetstream", "--store_dir"])
            .arg(folder.path())
            .arg("--ports_file_dir")
            .arg(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("these tests need `nats-server` (Debian: apt install nats-server) or TEST_NATS_URL");
        let id = server.id().expect("the server runs");
        let ports = folder.path().join(format!("nats-server_{id}.ports"));
        until(async || url_in(&ports).is_some()).await;
        let url = url_in(&ports).expect("the server listens");
        Self { url, _running: Some((server, folder)) }
    }
}

/// The server writes the file when it listens.
fn url_in(file: &Path) -> Option<String> {
    let ports: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(file).ok()?).ok()?;
    ports["nats"][0].as_str().map(str::to_owned)
}
