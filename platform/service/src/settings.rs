//! What a subgraph's process reads from its command line and environment.

use std::net::IpAddr;

use keyring::{Keyring, KeyringError};

use crate::{Files, Secret};

/// Shorter secrets can be guessed.
const MIN_SECRET_BYTES: usize = 32;

#[derive(Debug, Clone, clap::Args)]
pub struct Settings {
    /// The address to listen on.
    #[arg(long, env = "HOST", default_value = "127.0.0.1")]
    pub host: IpAddr,
    /// The port to listen on; each subgraph has its own.
    #[arg(long, env = "PORT")]
    pub port: Option<u16>,
    /// sqlite:PATH or postgres://…; by default a SQLite file under ./data.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<Secret>,
    /// The NATS server (with JetStream) that carries events between the services.
    #[arg(long, env = "NATS_URL", hide_env_values = true)]
    pub nats_url: Option<Secret>,
    /// Signs and verifies the gateway's assertions; the same in every process, at least 32 bytes.
    #[arg(long, env = "IDENTITY_SECRET", hide_env_values = true)]
    pub identity_secret: Option<Secret>,
    /// When set, access tokens are signed with it (HS256) instead of a key pair (EdDSA); at least 32 bytes.
    #[arg(long, env = "JWT_SECRET", hide_env_values = true)]
    pub jwt_secret: Option<Secret>,
    /// Seal what is encrypted at rest, as ID:KEY,ID:KEY…: the first key seals, all of them open. A key is 64 hexadecimal
    /// digits (openssl rand -hex 32).
    #[arg(long, env = "DATA_KEYS", hide_env_values = true)]
    pub data_keys: Option<Secret>,
    #[command(flatten)]
    pub files: Files,
    /// Log more.
    #[arg(long, env = "DEBUG", value_parser = clap::builder::FalseyValueParser::new(), action = clap::ArgAction::Set, default_value = "false")]
    pub debug: bool,
    /// Where traces go (OTLP over HTTP).
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT")]
    pub otlp_endpoint: Option<String>,
    #[arg(long, env = "AUTH_SERVICE_URL", default_value = "http://127.0.0.1:5001")]
    pub auth_service_url: String,
    #[arg(long, env = "USER_SERVICE_URL", default_value = "http://127.0.0.1:5002")]
    pub user_service_url: String,
    #[arg(long, env = "MOOD_SERVICE_URL", default_value = "http://127.0.0.1:5003")]
    pub mood_service_url: String,
    #[arg(long, env = "HUG_SERVICE_URL", default_value = "http://127.0.0.1:5004")]
    pub hug_service_url: String,
    #[arg(long, env = "SOCIAL_SERVICE_URL", default_value = "http://127.0.0.1:5005")]
    pub social_service_url: String,
    #[arg(long, env = "STREAK_SERVICE_URL", default_value = "http://127.0.0.1:5006")]
    pub streak_service_url: String,
}

/// What is missing or wrong, all of it at once.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("; "))]
pub struct SettingsError(pub Vec<String>);

impl Settings {
    /// Checks what a process of its own can't do without.
    pub fn check(&self) -> Result<(), SettingsError> {
        let mut problems = Vec::new();
        match &self.identity_secret {
            None => {
                problems.push("IDENTITY_SECRET is not set: without it nobody can be recognised".to_owned());
            }
            Some(secret) => check_length("IDENTITY_SECRET", secret, &mut problems),
        }
        if let Some(secret) = &self.jwt_secret {
            check_length("JWT_SECRET", secret, &mut problems);
        }
        if let Err(error) = self.keyring() {
            problems.push(format!("DATA_KEYS: {error}"));
        }
        if self.nats_url.is_none() {
            problems.push("NATS_URL is not set: without it the services don't hear of each other".to_owned());
        }
        if problems.is_empty() { Ok(()) } else { Err(SettingsError(problems)) }
    }

    /// The keys that seal what is encrypted at rest.
    pub fn keyring(&self) -> Result<Option<Keyring>, KeyringError> {
        self.data_keys.as_ref().map(|keys| keys.reveal().parse()).transpose()
    }

    /// The base URL of each service that others may ask directly.
    pub fn service_urls(&self) -> [(&'static str, &str); 6] {
        [
            ("auth", &self.auth_service_url),
            ("users", &self.user_service_url),
            ("moods", &self.mood_service_url),
            ("hugs", &self.hug_service_url),
            ("social", &self.social_service_url),
            ("streaks", &self.streak_service_url),
        ]
    }
}

fn check_length(name: &str, secret: &Secret, problems: &mut Vec<String>) {
    if secret.reveal().len() < MIN_SECRET_BYTES {
        problems.push(format!("{name} is shorter than {MIN_SECRET_BYTES} bytes"));
    }
}

#[cfg(test)]
mod tests {
    use clap::{Args as _, Command, FromArgMatches as _};

    use super::*;

    #[test]
    fn settings_show_no_password() {
        let given =
            ["it", "--database-url", "postgres://ada:hidden@db/x", "--nats-url", "nats://ada:hidden@bus"];
        let matches = Settings::augment_args(Command::new("it")).get_matches_from(given);
        let settings = Settings::from_arg_matches(&matches).unwrap();
        let shown = format!("{settings:?}");
        assert!(!shown.contains("hidden"), "{shown}");
        assert_eq!(settings.nats_url.unwrap().reveal(), "nats://ada:hidden@bus");
    }
}
