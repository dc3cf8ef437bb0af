//! `cargo xtask bench social`: what the home feed costs among people with many followers and many posts.

mod seed;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{bail, ensure};
use clap::Args;
use serde_json::{Value as Json, json};
use tokio::signal::unix::{SignalKind, signal};
use xshell::Shell;

use self::seed::Seed;
use super::product::{Person, Product};
use super::timing::{self, Timing};
use crate::tools::Tool;

const HOME_FEED: &str = include_str!("home_feed.graphql");
/// What the median of a first page may be.
const TARGET: Duration = Duration::from_millis(50);
/// The page that is far down: so many are read on the way to it.
const DEEP: usize = 20;

/// The home feed of somebody who follows hundreds, one of them with a hundred thousand followers, one with ten thousand posts
#[derive(Debug, Args)]
pub(super) struct SocialBench {
    /// So many follow one of those whom the reader follows
    #[arg(long, default_value_t = 100_000)]
    followers: u64,
    /// So many posts another one has
    #[arg(long, default_value_t = 10_000)]
    posts: u64,
    /// So many others the reader follows, each with twenty posts
    #[arg(long, default_value_t = 500)]
    following: u64,
    /// How often each page is measured
    #[arg(long, default_value_t = 51)]
    rounds: usize,
    /// How the product is built
    #[arg(long, default_value = "release")]
    profile: String,
    /// A `standalone` that is built already
    #[arg(long, value_name = "FILE")]
    product: Option<PathBuf>,
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
}

impl SocialBench {
    pub(super) fn run(self, shell: &Shell) -> anyhow::Result<()> {
        Tool::Sqlite.require()?;
        let program = match &self.product {
            Some(program) => program.clone(),
            None => Product::build(shell, &self.profile)?,
        };
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let timings = runtime.block_on(async {
            let mut terminations = signal(SignalKind::terminate())?;
            tokio::select! {
                measured = self.measure(&program) => measured,
                _ = tokio::signal::ctrl_c() => bail!("interrupted"),
                _ = terminations.recv() => bail!("told to stop"),
            }
        })?;
        println!("{}", if self.json { timing::json(&timings) } else { timing::table(&timings) });
        Ok(())
    }

    async fn measure(&self, program: &Path) -> anyhow::Result<Vec<Timing>> {
        let product = Product::start(program).await?;
        let mut people = Vec::new();
        for username in ["reader", "star", "writer", "one", "two", "three", "four", "five"] {
            people.push(product.register(username).await?);
        }
        let [reader, star, writer, authors @ ..] = people.as_slice() else { bail!("somebody is missing") };
        let seed = Seed { followers: self.followers, posts: self.posts, following: self.following };
        seed.plant(&product.database("social")?, [reader, star, writer], authors)?;

        let first = self.page(reader, &Json::Null, "the first page of a home feed", Some(TARGET)).await?;
        let mut after = Json::Null;
        for _ in 0..DEEP {
            after = next(&reader.ask(HOME_FEED, &json!({ "after": after })).await?)?;
        }
        let what = format!("the page after {} posts", DEEP * 20);
        let deep = self.page(reader, &after, &what, None).await?;
        let own = self.page(writer, &Json::Null, "the first page of who has the most posts", None).await?;
        let popular =
            self.page(star, &Json::Null, "the first page of who has the most followers", None).await?;
        Ok(vec![first, deep, own, popular])
    }

    async fn page(
        &self,
        person: &Person,
        after: &Json,
        what: &str,
        target: Option<Duration>,
    ) -> anyhow::Result<Timing> {
        let variables = json!({ "after": after });
        let (page, _) = person.timed(HOME_FEED, &variables).await?;
        let posts = page["homeFeed"]["edges"].as_array().map_or(0, Vec::len);
        ensure!(posts == 20, "{what} has {posts} posts: {page:.300}");
        let mut took = Vec::new();
        for _ in 0..self.rounds {
            took.push(person.timed(HOME_FEED, &variables).await?.1);
        }
        Ok(Timing::of(what, took, target))
    }
}

/// The cursor at which the next page begins.
fn next(page: &Json) -> anyhow::Result<Json> {
    let info = &page["homeFeed"]["pageInfo"];
    ensure!(info["hasNextPage"] == json!(true), "there are too few posts: {info}");
    Ok(info["endCursor"].clone())
}
