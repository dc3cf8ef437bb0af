//! `cargo run` as a person meets it.

use std::{path::Path, process::Stdio};

use serde_json::{Value, json};
use testkit::{eventually, free_port};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
};

use crate::client::{Client, LOGIN};

fn program(data: &Path, port: u16) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_standalone"));
    command.env("PORT", port.to_string()).arg("--data").arg(data);
    command.env_remove("JWT_SECRET").env("RUST_LOG", "warn");
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

async fn ready(port: u16) -> Client {
    let client = Client::new(&format!("http://127.0.0.1:{port}"));
    let url = format!("http://127.0.0.1:{port}/health/ready");
    eventually("the product to be ready", || async {
        reqwest::get(&url).await.ok()?.status().is_success().then_some(())
    })
    .await;
    client
}

/// What a program that must fail says.
async fn complaint(mut command: Command) -> String {
    let output = command.output().await.expect("the program runs");
    assert!(!output.status.success());
    String::from_utf8(output.stderr).expect("text").trim().to_owned()
}

#[tokio::test]
async fn the_demo_has_people_and_hugs_and_survives_a_restart() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let port = free_port();
    let mut first = program(folder.path(), port).arg("--demo").spawn().expect("the program starts");
    let client = ready(port).await;
    let printed = first_lines(&mut first).await;
    assert!(printed.contains(&format!("http://127.0.0.1:{port}/graphql")), "{printed}");
    let login = json!({ "i": { "email": "ada@example.org", "password": standalone::DEMO_PASSWORD } });
    let token = client.data(LOGIN, login.clone()).await["login"]["tokens"]["accessToken"].clone();
    let query = "{ me { displayName hugStats { sent received } moods(first: 30) { edges { node { score } } } streaks { current } } }";
    let ada = client.with_token(token.as_str().expect("a token")).data(query, Value::Null).await;
    assert_eq!(ada["me"]["moods"]["edges"].as_array().map(Vec::len), Some(21));
    assert!(ada["me"]["hugStats"]["received"].as_i64() > Some(0), "{ada:#}");
    first.kill().await.expect("the program ends");

    let _second = program(folder.path(), port).spawn().expect("the program starts");
    let client = ready(port).await;
    let again = client.with_token(token.as_str().expect("a token")).data(query, Value::Null).await;
    assert_eq!(ada, again);
}

#[tokio::test]
async fn a_port_in_use_and_an_unusable_folder_are_said_in_one_line() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port();
    let in_use = complaint(program(folder.path(), port)).await;
    assert!(in_use.contains(&format!("port {port}")) && in_use.contains("in use"), "{in_use}");
    assert_eq!(in_use.lines().count(), 1, "{in_use}");
    let file = folder.path().join("a file");
    std::fs::write(&file, "").expect("a file");
    let unusable = complaint(program(&file, free_port())).await;
    assert!(unusable.contains("data folder"), "{unusable}");
    assert_eq!(unusable.lines().count(), 1, "{unusable}");
}

async fn first_lines(child: &mut Child) -> String {
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let mut text = String::new();
    while let Some(line) = lines.next_line().await.expect("text") {
        text.push_str(&line);
        text.push('\n');
        if line.contains("Ctrl-C") {
            break;
        }
    }
    text
}
