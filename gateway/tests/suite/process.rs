//! The program: arguments, plain words when it can't start, a graceful stop.

use std::{
    path::PathBuf,
    process::Stdio,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::TcpListener,
    process::{Child, Command},
    time::timeout,
};

use crate::{
    client::Socket,
    fixture::{DEADLINE, Installation, supergraph},
};

fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gateway"));
    command.env_clear().stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

/// A file that is gone with the test run's temporary folder.
pub(crate) fn file(name: &str, content: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("gateway-suite-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a temporary folder");
    // Tests at the same time write the same files: a reader must see all of one.
    static WRITTEN: AtomicUsize = AtomicUsize::new(0);
    let fresh = folder.join(format!("{name}.{}", WRITTEN.fetch_add(1, Ordering::SeqCst)));
    let path = folder.join(name);
    std::fs::write(&fresh, content).expect("a temporary file");
    std::fs::rename(fresh, &path).expect("the same folder");
    path
}

pub(crate) fn sound_supergraph() -> PathBuf {
    file("sound.graphql", &supergraph("http://127.0.0.1:1/graphql", "http://127.0.0.1:2/graphql"))
}

/// What is said, on standard error, by a program that can't start.
async fn refusal(command: &mut Command) -> String {
    let output = timeout(DEADLINE, command.output()).await.expect("it ends").expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stderr).expect("text")
}

#[tokio::test]
async fn what_keeps_it_from_starting_is_said_in_one_line() {
    let sound = sound_supergraph();
    let sound = sound.to_str().unwrap();
    let (broken, config) =
        (file("broken.graphql", "type Query {"), file("config.yaml", "http:\n  pth: /x\n"));
    let held = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let held_address = held.local_addr().unwrap().to_string();
    let table: [(&[&str], &str); 5] = [
        (&["--supergraph", "/nowhere.graphql"], "/nowhere.graphql"),
        (&["--supergraph", broken.to_str().unwrap()], "does not parse"),
        (&["--supergraph", sound, "--config", config.to_str().unwrap()], "line 2"),
        (&["--supergraph", sound, "--config", "/nowhere.yaml"], "/nowhere.yaml"),
        (&["--supergraph", sound, "--listen", &held_address], "in use"),
    ];
    for (arguments, expected) in table {
        let said = refusal(command().args(arguments)).await;
        let complaint: Vec<&str> = said.lines().filter(|line| line.starts_with("gateway: ")).collect();
        assert!(complaint.len() == 1 && complaint[0].contains(expected), "{said}");
        assert!(!said.contains("panicked") && !said.contains("backtrace"), "{said}");
    }
}

#[tokio::test]
async fn help_names_every_argument() {
    let output = command().arg("--help").output().await.unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    for name in [
        "--supergraph",
        "--config",
        "--listen",
        "--subgraph-url",
        "PORT",
        "JWT_SECRET",
        "IDENTITY_SECRET",
        "DEBUG",
    ] {
        assert!(help.contains(name), "{name}: {help}");
    }
}

/// Starts it on a free port and waits until it says where it listens.
pub(crate) async fn started(arguments: &[&str]) -> (Child, String) {
    let mut child = command().args(arguments).args(["--listen", "127.0.0.1:0"]).spawn().expect("it starts");
    let mut log = BufReader::new(child.stderr.take().expect("its log is piped")).lines();
    let address = async {
        while let Some(line) = log.next_line().await.expect("its log is text") {
            if let Some((_, rest)) = line.split_once("\"address\":\"") {
                return rest.split('"').next().unwrap_or_default().to_owned();
            }
        }
        panic!("it ended without being ready")
    };
    let address = timeout(DEADLINE, address).await.expect("it is ready");
    // Whatever else it logs must not block it.
    tokio::spawn(async move { while let Ok(Some(_)) = log.next_line().await {} });
    (child, address)
}

#[tokio::test]
async fn it_serves_a_supergraph_it_has_never_seen_and_stops_gracefully() {
    let installation = Installation::start("").await;
    let people = format!("people={}", installation.people_url());
    let supergraph = sound_supergraph();
    let (mut child, address) =
        started(&["--supergraph", supergraph.to_str().unwrap(), "--subgraph-url", &people]).await;
    let body = json!({ "query": "{ echo(text: \"a\") }" }).to_string();
    let request = reqwest::Client::new().post(format!("http://{address}/graphql"));
    let response = request.header("content-type", "application/json").body(body).send().await.unwrap();
    assert_eq!(response.text().await.unwrap(), r#"{"data":{"echo":"a"}}"#);
    let mut socket = Socket::acknowledged_at(&address).await;
    socket.subscribe("1", "subscription { ticks { n } }").await;
    installation.people.streams(1).await;
    let pid = child.id().expect("it runs").to_string();
    Command::new("kill").args(["-TERM", &pid]).status().await.unwrap();
    assert_eq!(socket.closed().await.0, 1012);
    socket.vanish();
    let status = timeout(DEADLINE + Duration::from_secs(5), child.wait()).await.expect("it stops").unwrap();
    assert!(status.success(), "{status}");
    installation.people.streams(0).await;
}

/// Waits until a gateway's health says that it serves this generation of the supergraph.
async fn serves_generation(address: &str, generation: u64) {
    let url = format!("http://{address}/health/ready");
    let reached = async {
        loop {
            let health = reqwest::get(&url).await.expect("it answers").text().await.expect("text");
            if health.contains(&format!("\"generation\":{generation},")) {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    timeout(DEADLINE, reached).await.expect("the supergraph is replaced");
}

#[tokio::test]
async fn it_serves_a_changed_supergraph_by_itself_and_on_sighup() {
    let sdl = std::fs::read_to_string(sound_supergraph()).unwrap();
    for (name, watch) in [("watched", true), ("hangup", false)] {
        let supergraph = file(&format!("{name}.graphql"), &sdl);
        let config =
            file(&format!("{name}.yaml"), &format!("supergraph: {{watch: {watch}, poll_interval_ms: 50}}"));
        let arguments = ["--supergraph", supergraph.to_str().unwrap(), "--config", config.to_str().unwrap()];
        let (child, address) = started(&arguments).await;
        serves_generation(&address, 1).await;
        std::fs::write(&supergraph, format!("# Changed.\n{sdl}")).unwrap();
        if !watch {
            let pid = child.id().expect("it runs").to_string();
            Command::new("kill").args(["-HUP", &pid]).status().await.unwrap();
        }
        serves_generation(&address, 2).await;
    }
}
