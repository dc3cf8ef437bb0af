//! Files that came with a request, on their way to the subgraph that takes them.
//!
//! Between the client's form and the subgraph's, a marker that no client can know stands in the variables for each file.

use std::{collections::BTreeMap, fmt, sync::Arc};

use bytes::Bytes;
use http::HeaderValue;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

/// Files sent along with mutations, by the GraphQL multipart request specification.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct UploadsConfig {
    /// Off by default.
    pub enabled: bool,
    /// Files in one request, and places in its variables where they belong; 10 by default.
    pub max_files: usize,
    /// The largest file in bytes, 5 MiB by default. Files are held in memory until the subgraph has answered.
    pub max_file_bytes: usize,
    /// The largest request in bytes, files included; 10 MiB by default.
    pub max_total_bytes: usize,
    /// How long a client may take to send a form, files included; 5 minutes by default.
    pub timeout_ms: u64,
}

impl Default for UploadsConfig {
    fn default() -> Self {
        const MEBIBYTE: usize = 1024 * 1024;
        Self {
            enabled: false,
            max_files: 10,
            max_file_bytes: 5 * MEBIBYTE,
            max_total_bytes: 10 * MEBIBYTE,
            timeout_ms: 300_000,
        }
    }
}

/// One file.
#[derive(Clone)]
pub struct File {
    pub name: String,
    pub content_type: String,
    pub content: Bytes,
}

impl fmt::Debug for File {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "File({} bytes)", self.content.len())
    }
}

/// The files of one request; most have none.
#[derive(Debug, Clone, Default)]
pub struct Uploads(Option<Arc<Files>>);

#[derive(Debug)]
struct Files {
    marker: String,
    files: Vec<File>,
    places: Vec<Vec<String>>,
}

/// A request with files, as a subgraph reads it.
#[derive(Debug)]
pub struct Form {
    pub body: Bytes,
    pub content_type: HeaderValue,
}

impl Uploads {
    /// `places` are the paths in the variables, from a variable's name down, where [`placeholder`] stands.
    pub fn new(marker: String, files: Vec<File>, places: Vec<Vec<String>>) -> Self {
        Self(Some(Arc::new(Files { marker, files, places })))
    }

    /// Whether files came at all.
    pub fn any(&self) -> bool {
        self.0.is_some()
    }

    /// Where files belong.
    pub fn places(&self) -> &[Vec<String>] {
        self.0.as_ref().map_or(&[], |files| &files.places)
    }

    /// The form to send instead of a request's JSON; `None` if no file belongs to it.
    pub fn form(&self, body: &[u8]) -> Option<Form> {
        let Files { marker, files, .. } = &**self.0.as_ref()?;
        if !body.windows(marker.len()).any(|window| window == marker.as_bytes()) {
            return None;
        }
        let mut operations: Value = serde_json::from_slice(body).ok()?;
        let mut map = BTreeMap::new();
        take(operations.get_mut("variables")?, "variables", marker, &mut map);
        let boundary = format!("files-{marker}");
        let mut form =
            Vec::with_capacity(body.len() + files.iter().map(|file| file.content.len() + 256).sum::<usize>());
        text(&mut form, &boundary, "operations", &operations.to_string());
        text(&mut form, &boundary, "map", &json!(map).to_string());
        for index in map.keys() {
            let file = files.get(*index)?;
            let head = format!(
                "--{boundary}\r\ncontent-disposition: form-data; name=\"{index}\"; filename=\"{}\"\r\ncontent-type: {}\r\n\r\n",
                escaped(&file.name),
                escaped(&file.content_type),
            );
            form.extend_from_slice(head.as_bytes());
            form.extend_from_slice(&file.content);
            form.extend_from_slice(b"\r\n");
        }
        form.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        let content_type = HeaderValue::try_from(format!("multipart/form-data; boundary={boundary}")).ok()?;
        Some(Form { body: form.into(), content_type })
    }
}

/// What stands for a file in the variables. An object, so that no text or number is mistaken for it.
pub fn placeholder(marker: &str, index: usize) -> Value {
    json!({ marker: index })
}

/// Puts null in the place of each file, and notes the place.
fn take(value: &mut Value, path: &str, marker: &str, map: &mut BTreeMap<usize, Vec<String>>) {
    let index = value.get(marker).and_then(Value::as_u64).and_then(|index| usize::try_from(index).ok());
    if let Some(index) = index {
        map.entry(index).or_default().push(path.to_owned());
        *value = Value::Null;
        return;
    }
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                take(field, &format!("{path}.{name}"), marker, map);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                take(item, &format!("{path}.{index}"), marker, map);
            }
        }
        _ => {}
    }
}

fn text(form: &mut Vec<u8>, boundary: &str, name: &str, value: &str) {
    let part = format!("--{boundary}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    form.extend_from_slice(part.as_bytes());
}

/// As browsers write it: nothing may end the header or its quotes.
fn escaped(text: &str) -> String {
    text.replace('\r', "%0D").replace('\n', "%0A").replace('"', "%22")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_files_name_cannot_end_its_header() {
        let file = File {
            name: "a\"\r\nx: y".to_owned(),
            content_type: "text/plain".to_owned(),
            content: Bytes::from_static(b"--files\r\n"),
        };
        let uploads = Uploads::new("m".to_owned(), vec![file], Vec::new());
        let body = json!({ "query": "q", "variables": { "a": [null, placeholder("m", 0)] } }).to_string();
        let form = uploads.form(body.as_bytes()).unwrap();
        let text = String::from_utf8(form.body.to_vec()).unwrap();
        assert!(text.contains("filename=\"a%22%0D%0Ax: y\""), "{text}");
        assert!(
            text.contains(r#"{"0":["variables.a.1"]}"#) && text.contains(r#""variables":{"a":[null,null]}"#)
        );
        assert!(uploads.form(b"{\"variables\":{}}").is_none());
    }
}
