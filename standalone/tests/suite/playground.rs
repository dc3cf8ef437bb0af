//! The playground as a person uses it, in a browser.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
};

use tokio::process::Command;

use crate::world::{Shape, World};

#[tokio::test]
async fn the_playground_registers_hugs_and_watches_live_in_chromium_without_other_networks() {
    let project =
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").join("clients/conformance");
    assert!(
        project.join("node_modules").exists(),
        "the client libraries are not installed: run `npm ci` in clients/conformance, as `cargo xtask test` does"
    );
    let world = World::start(Shape::OneProcess).await;
    let page = world.http_url().replace("/graphql", "/");
    let served =
        reqwest::Client::new().get(&page).header("accept", "text/html").send().await.expect("a page");
    let html = served.text().await.expect("text");
    assert!(
        html.contains("/playground-assets/"),
        "the playground was not bundled when this was built: run `cargo xtask playground`, as `cargo xtask test` does"
    );
    let output = Command::new("node")
        .arg("playground.mjs")
        .current_dir(project)
        .env("PLAYGROUND_URL", page)
        .env("CHROMIUM", chromium())
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .expect("node is installed");
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{complained}");
    assert!(said.ends_with("the playground works\n"), "{said}\n{complained}");
    world.finish().await;
}

/// `cargo xtask test` says where it is; otherwise `PATH` does.
fn chromium() -> PathBuf {
    let told = std::env::var_os("TEST_CHROMIUM").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let in_path =
        || std::env::split_paths(&path).map(|folder| folder.join("chromium")).find(|file| file.is_file());
    told.or_else(in_path).expect("Chromium is installed, or TEST_CHROMIUM says where")
}
