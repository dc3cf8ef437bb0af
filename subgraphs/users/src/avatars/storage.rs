//! Where files are kept: a folder, a bucket of S3, or for tests the process's memory.

use std::sync::Arc;

use anyhow::Context as _;
use bytes::Bytes;
use object_store::{
    Error, ObjectStore, ObjectStoreExt as _, aws::AmazonS3Builder, local::LocalFileSystem, memory::InMemory,
    path::Path, prefix::PrefixStore,
};

use crate::avatars::transport::Connector;

/// A file can't be kept, read or deleted.
#[derive(Debug, thiserror::Error)]
#[error("files can't be reached: {0}")]
pub(crate) struct StorageError(#[from] Error);

/// Files by name.
#[derive(Debug, Clone)]
pub(crate) struct Storage(Arc<dyn ObjectStore>);

impl Storage {
    /// Opens `file:FOLDER` (made if it isn't there), `s3://BUCKET/PREFIX` or `memory:`.
    pub(crate) fn open(url: &str) -> anyhow::Result<Self> {
        if url == "memory:" {
            return Ok(Self(Arc::new(InMemory::new())));
        }
        if let Some(folder) = url.strip_prefix("file:") {
            let unusable = || format!("pictures can't be kept in {folder}");
            std::fs::create_dir_all(folder).with_context(unusable)?;
            let folder = LocalFileSystem::new_with_prefix(folder).with_context(unusable)?;
            return Ok(Self(Arc::new(folder.with_automatic_cleanup(true))));
        }
        let bucket = url.strip_prefix("s3://").with_context(|| {
            format!("AVATAR_STORE is {url}, and should be file:FOLDER or s3://BUCKET/PREFIX")
        })?;
        Self::in_bucket(bucket, AmazonS3Builder::from_env().with_http_connector(Connector::default()))
    }

    fn in_bucket(bucket: &str, builder: AmazonS3Builder) -> anyhow::Result<Self> {
        let (bucket, prefix) = bucket.split_once('/').unwrap_or((bucket, ""));
        let store = builder.with_bucket_name(bucket).build().context("pictures can't be kept in S3")?;
        Ok(Self(Arc::new(PrefixStore::new(store, prefix))))
    }

    pub(crate) async fn put(&self, name: &str, content: Bytes) -> Result<(), StorageError> {
        self.0.put(&Path::from(name), content.into()).await?;
        Ok(())
    }

    pub(crate) async fn get(&self, name: &str) -> Result<Option<Bytes>, StorageError> {
        match self.0.get(&Path::from(name)).await {
            Ok(found) => Ok(Some(found.bytes().await?)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// What isn't there needs no deleting.
    pub(crate) async fn delete(&self, name: &str) -> Result<(), StorageError> {
        match self.0.delete(&Path::from(name)).await {
            Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeMap,
        sync::{Mutex, PoisonError},
    };

    use axum::{Router, body::Body, extract::Request, response::IntoResponse as _, routing::any};
    use http::{Method, StatusCode};
    use http_body_util::BodyExt as _;
    use service::Transport;

    use super::*;

    async fn keeps_files(storage: &Storage) {
        let name = "ava_1/64.jpg";
        assert_eq!(storage.get(name).await.unwrap(), None);
        storage.put(name, Bytes::from_static(b"picture")).await.unwrap();
        storage.put("ava_1/128.jpg", Bytes::from_static(b"larger")).await.unwrap();
        assert_eq!(storage.get(name).await.unwrap().as_deref(), Some(&b"picture"[..]));
        storage.delete(name).await.unwrap();
        storage.delete(name).await.unwrap();
        assert_eq!(storage.get(name).await.unwrap(), None);
        assert_eq!(storage.get("ava_1/128.jpg").await.unwrap().as_deref(), Some(&b"larger"[..]));
    }

    #[tokio::test]
    async fn files_are_kept_in_memory_and_in_a_folder_that_is_made() {
        keeps_files(&Storage::open("memory:").unwrap()).await;
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("deep/inside");
        keeps_files(&Storage::open(&format!("file:{}", inside.display())).unwrap()).await;
        assert!(inside.join("ava_1/128.jpg").exists());
    }

    /// As much of S3 as is used, with signatures looked for and not checked.
    fn bucket() -> Router {
        let objects: Arc<Mutex<BTreeMap<String, Bytes>>> = Arc::default();
        let answer = async move |request: Request| {
            assert!(request.headers().contains_key("authorization"), "requests are signed");
            let (parts, body) = request.into_parts();
            let body = body.collect().await.unwrap().to_bytes();
            let mut objects = objects.lock().unwrap_or_else(PoisonError::into_inner);
            let path = parts.uri.path().to_owned();
            match parts.method {
                Method::PUT => {
                    objects.insert(path, body);
                    ([("etag", "\"1\"")], Body::empty()).into_response()
                }
                Method::POST => {
                    let text = String::from_utf8_lossy(&body).into_owned();
                    let keys = text.split("<Key>").skip(1).filter_map(|rest| rest.split('<').next());
                    let delete = |key: &str| {
                        objects.retain(|path, _| !path.ends_with(key));
                        format!("<Deleted><Key>{key}</Key></Deleted>")
                    };
                    let deleted: String = keys.map(delete).collect();
                    format!("<DeleteResult>{deleted}</DeleteResult>").into_response()
                }
                Method::DELETE => {
                    objects.remove(&path);
                    StatusCode::NO_CONTENT.into_response()
                }
                _ => match objects.get(&path) {
                    Some(content) => {
                        let headers = [("etag", "\"1\""), ("last-modified", "Sun, 01 Mar 2026 12:00:00 GMT")];
                        (headers, content.clone()).into_response()
                    }
                    None => StatusCode::NOT_FOUND.into_response(),
                },
            }
        };
        Router::new().fallback(any(answer))
    }

    #[tokio::test]
    async fn files_are_kept_in_a_bucket() {
        let builder = AmazonS3Builder::new()
            .with_access_key_id("id")
            .with_secret_access_key("secret")
            .with_region("eu-central-1")
            .with_endpoint("http://s3.test")
            .with_allow_http(true)
            .with_http_connector(Connector::new(Transport::in_process(bucket())));
        keeps_files(&Storage::in_bucket("pictures/of/people", builder).unwrap()).await;
    }

    #[test]
    fn what_is_no_place_for_files_is_said_at_the_start() {
        for wrong in ["", "ftp://host/", "data/avatars", "memory"] {
            let refused = Storage::open(wrong).unwrap_err().to_string();
            assert!(refused.contains("AVATAR_STORE"), "{refused}");
        }
    }
}
