//! The supergraph's file, watched by its content.
//!
//! Looking at the content is right for everything that a file may be: one that is written in place, renamed into
//! place, a symbolic link that is switched, a ConfigMap whose folder is, a network file system without events.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::{
    fs,
    sync::Notify,
    time::{sleep, timeout},
};
use xxhash_rust::xxh3::xxh3_64;

use crate::Gateway;

/// A changed file is read again after this until it stays the same: it may be in the middle of being written.
const SETTLES_WITHIN: Duration = Duration::from_millis(50);
/// Then it is taken as it is, and refused if it is half of something.
const UNSETTLED_READS: usize = 20;

/// What the file last held.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Content {
    Text(u64),
    Unreadable(String),
}

/// Follows the file that holds the supergraph.
#[derive(Debug)]
pub struct SupergraphFile {
    path: PathBuf,
    /// What is served.
    served: Content,
    /// What was looked at last; a refused one is not tried twice.
    tried: Content,
}

impl SupergraphFile {
    /// `served` is the text from it that the gateway started with.
    pub fn new(path: &Path, served: &str) -> Self {
        let served = Content::Text(xxh3_64(served.as_bytes()));
        Self { path: path.to_owned(), tried: served.clone(), served }
    }

    /// Has the gateway serve what the file says, whenever that changes and whenever `look_now` is notified. Never
    /// ends.
    pub async fn follow(mut self, gateway: Gateway, look_now: &Notify) {
        let config = gateway.supergraph_config().clone();
        // A pipe can be read once. A file may just now be missing.
        let is_a_pipe = fs::metadata(&self.path).await.is_ok_and(|file| !file.is_file());
        let watched = config.watch && !is_a_pipe;
        loop {
            let asked = if watched {
                timeout(config.poll_interval(), look_now.notified()).await.is_ok()
            } else {
                look_now.notified().await;
                true
            };
            self.look(&gateway, asked).await;
        }
    }

    async fn look(&mut self, gateway: &Gateway, asked: bool) {
        let (content, text) = self.read(asked).await;
        if content == self.tried && !asked {
            return;
        }
        self.tried = content.clone();
        if content == self.served {
            gateway.accept_supergraph_again();
            return;
        }
        match content {
            Content::Text(_) => {
                if gateway.replace_supergraph(text).await.is_ok() {
                    self.served = content;
                }
            }
            Content::Unreadable(reason) => gateway.refuse_supergraph(reason),
        }
    }

    /// The file's content; a new one is read until it stays the same for a moment.
    async fn read(&self, asked: bool) -> (Content, String) {
        let mut last = self.read_once().await;
        if last.0 == self.tried && !asked {
            return last;
        }
        for _ in 0..UNSETTLED_READS {
            sleep(SETTLES_WITHIN).await;
            let again = self.read_once().await;
            let settled = again.0 == last.0;
            last = again;
            if settled {
                break;
            }
        }
        last
    }

    async fn read_once(&self) -> (Content, String) {
        match fs::read_to_string(&self.path).await {
            Ok(text) => (Content::Text(xxh3_64(text.as_bytes())), text),
            Err(error) => {
                let reason = format!("cannot read {}: {error}", self.path.display());
                (Content::Unreadable(reason), String::new())
            }
        }
    }
}
