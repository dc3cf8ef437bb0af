//! Where files that people send are kept, and where browsers get them.

#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Files {
    /// Where pictures of people are kept: file:FOLDER, or s3://BUCKET/PREFIX reached with AWS_ACCESS_KEY_ID,
    /// AWS_SECRET_ACCESS_KEY, AWS_REGION and AWS_ENDPOINT.
    #[arg(long, env = "AVATAR_STORE", default_value = "file:data/avatars")]
    pub avatar_store: String,
    /// Before the paths of pictures (/avatars/…) that clients are given; empty when one origin serves them and the API.
    #[arg(long, env = "AVATAR_BASE_URL", default_value = "")]
    pub avatar_base_url: String,
}

impl Files {
    /// Kept in memory, and gone with the process: for tests.
    pub fn in_memory() -> Self {
        Self { avatar_store: "memory:".to_owned(), avatar_base_url: String::new() }
    }
}
