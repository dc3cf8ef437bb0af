//! A database per test.

use ::database::{Database, OpenOptions};
use sea_orm::{ConnectionTrait as _, Database as SeaDatabase, DatabaseConnection};
use tempfile::TempDir;
use url::Url;

/// A fresh, empty database that goes away with the test.
pub struct TestDatabase {
    url: String,
    place: Place,
}

enum Place {
    Folder { _removed_on_drop: TempDir },
    Server { admin_url: String, name: String },
}

impl TestDatabase {
    /// Makes one on the backend that `TEST_DATABASE` names: `sqlite` (the default) or `postgres`.
    pub async fn create() -> Self {
        match std::env::var("TEST_DATABASE").as_deref() {
            Ok("postgres") => Self::create_on_server().await,
            Ok("sqlite") | Err(_) => Self::create_in_folder(),
            Ok(other) => panic!("TEST_DATABASE is `{other}`: use sqlite or postgres"),
        }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    pub async fn open(&self) -> Database {
        Database::open(&self.url, &OpenOptions::default()).await.expect("the test's database opens")
    }

    /// Removes a database on a server; a folder goes by itself.
    pub async fn remove(self) {
        if let Place::Server { admin_url, name } = self.place {
            let admin = connect(&admin_url).await;
            let drop = format!(r#"DROP DATABASE "{name}" WITH (FORCE)"#);
            admin.execute_unprepared(&drop).await.expect("the test's database is dropped");
        }
    }

    fn create_in_folder() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite:{}", folder.path().join("test.db").display());
        Self { url, place: Place::Folder { _removed_on_drop: folder } }
    }

    async fn create_on_server() -> Self {
        let admin_url = std::env::var("TEST_POSTGRES_URL")
            .expect("TEST_DATABASE=postgres needs TEST_POSTGRES_URL; `cargo xtask test` sets both");
        let name =
            format!("test_{}", ids::EventId::at(clock::Clock::now(&clock::SystemClock)).as_uuid().simple());
        let admin = connect(&admin_url).await;
        let create = format!(r#"CREATE DATABASE "{name}""#);
        admin.execute_unprepared(&create).await.expect("the test's database is created");
        let mut url = Url::parse(&admin_url).expect("TEST_POSTGRES_URL is a URL");
        url.set_path(&name);
        Self { url: url.into(), place: Place::Server { admin_url, name } }
    }
}

async fn connect(url: &str) -> DatabaseConnection {
    SeaDatabase::connect(url).await.expect("the PostgreSQL server of TEST_POSTGRES_URL answers")
}
