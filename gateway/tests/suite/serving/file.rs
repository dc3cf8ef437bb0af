//! The supergraph's file, changed in each of the ways in which files are changed.

use std::{fs, os::unix::fs::symlink, path::Path, sync::Arc};

use gateway::serving::SupergraphFile;
use serde_json::Value;
use tempfile::TempDir;
use tokio::{sync::Notify, time::timeout};
use tokio_util::task::AbortOnDropHandle;

use super::health;
use crate::{
    client::query,
    fixture::{DEADLINE, Installation},
};

const NAME: &str = "supergraph.graphql";

/// A gateway that follows a file.
struct Watched {
    installation: Installation,
    look_now: Arc<Notify>,
    _follows: AbortOnDropHandle<()>,
}

impl Watched {
    /// `lay` puts the supergraph into the folder as `supergraph.graphql`.
    async fn start(config: &str, folder: &TempDir, lay: impl FnOnce(&str)) -> Self {
        let installation = Installation::start(config).await;
        let text = installation.supergraph();
        lay(&text);
        let file = SupergraphFile::new(&folder.path().join(NAME), &text);
        let look_now = Arc::new(Notify::new());
        let (gateway, told) = (installation.gateway.clone(), Arc::clone(&look_now));
        let follows = tokio::spawn(async move { file.follow(gateway, &told).await });
        Self { installation, look_now, _follows: AbortOnDropHandle::new(follows) }
    }

    async fn generation(&self, number: u64) {
        let mut servings = self.installation.gateway.servings();
        let reached = timeout(DEADLINE, servings.wait_for(|serving| serving.generation >= number)).await;
        let generation = reached.expect("the change is seen").expect("the gateway lives").generation;
        assert_eq!(generation, number);
    }

    /// Waits until the supergraph is refused, or isn't any more.
    async fn refused(&self, refused: bool) -> Value {
        let seen = async {
            loop {
                let reason =
                    health(&self.installation, "ready").await["supergraph"]["refused"]["reason"].take();
                if reason.is_string() == refused {
                    return reason;
                }
                tokio::task::yield_now().await;
            }
        };
        timeout(DEADLINE, seen).await.expect("the file is looked at")
    }
}

const QUICK: &str = "supergraph: {poll_interval_ms: 50}";

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn write(path: &Path, text: &str) {
    fs::write(path, text).expect("the temporary folder takes files");
}

#[tokio::test]
async fn a_file_renamed_into_place_is_served() {
    let folder = folder();
    let path = folder.path().join(NAME);
    let watched = Watched::start(QUICK, &folder, |text| write(&path, text)).await;
    let aside = folder.path().join("aside");
    write(&aside, &watched.installation.supergraph_without("long"));
    fs::rename(&aside, &path).unwrap();
    watched.generation(2).await;
    // The same content again is no change.
    write(&aside, &watched.installation.supergraph_without("long"));
    fs::rename(&aside, &path).unwrap();
    write(&path, &watched.installation.supergraph());
    watched.generation(3).await;
}

#[tokio::test]
async fn a_switched_symbolic_link_is_followed() {
    let folder = folder();
    let [old, new, link, aside] = ["old", "new", NAME, "aside"].map(|name| folder.path().join(name));
    let watched = Watched::start(QUICK, &folder, |text| {
        write(&old, text);
        symlink(&old, &link).unwrap();
    })
    .await;
    write(&new, &watched.installation.supergraph_without("long"));
    symlink(&new, &aside).unwrap();
    fs::rename(&aside, &link).unwrap();
    watched.generation(2).await;
}

/// Kubernetes switches a link to the folder in which the file is, and removes the old folder.
#[tokio::test]
async fn a_config_map_is_followed() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    let watched = Watched::start(QUICK, &folder, |text| {
        fs::create_dir(at("..first")).unwrap();
        write(&at("..first").join(NAME), text);
        symlink("..first", at("..data")).unwrap();
        symlink(Path::new("..data").join(NAME), at(NAME)).unwrap();
    })
    .await;
    fs::create_dir(at("..second")).unwrap();
    write(&at("..second").join(NAME), &watched.installation.supergraph_without("long"));
    symlink("..second", at("..data_tmp")).unwrap();
    fs::rename(at("..data_tmp"), at("..data")).unwrap();
    fs::remove_dir_all(at("..first")).unwrap();
    watched.generation(2).await;
}

#[tokio::test]
async fn a_file_seen_half_written_is_refused_and_served_when_it_is_whole() {
    let folder = folder();
    let path = folder.path().join(NAME);
    let watched = Watched::start(QUICK, &folder, |text| write(&path, text)).await;
    let text = watched.installation.supergraph_without("long");
    write(&path, &text[..text.len() / 2]);
    let reason = watched.refused(true).await;
    assert!(reason.as_str().unwrap().contains("does not parse"), "{reason}");
    assert_eq!(query(&watched.installation, "{ letterCount }").await["data"]["letterCount"], 7);
    write(&path, &text);
    watched.generation(2).await;
    watched.refused(false).await;
}

#[tokio::test]
async fn what_was_refused_is_forgotten_when_the_file_is_as_it_was() {
    let folder = folder();
    let path = folder.path().join(NAME);
    let watched = Watched::start(QUICK, &folder, |text| write(&path, text)).await;
    fs::remove_file(&path).unwrap();
    let reason = watched.refused(true).await;
    assert!(reason.as_str().unwrap().contains("cannot read"), "{reason}");
    write(&path, &watched.installation.supergraph());
    watched.refused(false).await;
    assert_eq!(watched.installation.gateway.serving().generation, 1);
}

#[tokio::test]
async fn an_unwatched_file_is_read_when_somebody_says_so() {
    let folder = folder();
    let path = folder.path().join(NAME);
    let watched = Watched::start("supergraph: {watch: false}", &folder, |text| write(&path, text)).await;
    write(&path, &watched.installation.supergraph_without("long"));
    watched.look_now.notify_one();
    watched.generation(2).await;
}
