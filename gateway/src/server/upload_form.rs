//! Requests with files: the form of the GraphQL multipart request specification.

use axum::body::Body;
use http::{HeaderValue, header, request::Parts};
use multer::{Constraints, Multipart, SizeLimit};
use serde_json::{Map, Value};

use super::{origin, params, refusal::Refusal};
use crate::{
    config::Config,
    engine::request::GraphqlRequest,
    random,
    uploads::{File, Uploads, placeholder},
};

/// How deep in the variables a file may be.
const MAX_PATH: usize = 32;

/// Whether the body is such a form.
pub(super) fn is_meant(parts: &Parts) -> bool {
    let content_type = parts.headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    let essence = content_type.split(|byte| *byte == b';').next().unwrap_or_default();
    essence.trim_ascii().eq_ignore_ascii_case(b"multipart/form-data")
}

/// Reads the request and its files, in the order that the specification asks for: `operations`, `map`, files.
pub(super) async fn read(
    parts: &Parts,
    body: Body,
    config: &Config,
) -> Result<(GraphqlRequest, Uploads), Refusal> {
    // Any page may post a form to any site, and browsers don't ask before.
    origin::require_preflight(&parts.headers, &config.csrf)?;
    params::check_encoding(&parts.headers)?;
    let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let boundary = multer::parse_boundary(content_type.unwrap_or_default()).map_err(refusal_of)?;
    let bytes = |limit: usize| u64::try_from(limit).unwrap_or(u64::MAX);
    let limits = SizeLimit::new()
        .whole_stream(bytes(config.uploads.max_total_bytes))
        .per_field(bytes(config.uploads.max_file_bytes))
        .for_field("operations", bytes(config.http.max_body_bytes))
        .for_field("map", bytes(config.http.max_body_bytes));
    let constraints = Constraints::new().size_limit(limits);
    let mut form = Multipart::with_constraints(body.into_data_stream(), boundary, constraints);
    let mut request = operations(&field(&mut form, "operations").await?)?;
    let map = map_of(&field(&mut form, "map").await?, config.uploads.max_files)?;
    let marker = random::token().ok_or(Refusal::Internal)?;
    let places = put_placeholders(&mut request.variables, &map, &marker)?;
    let files = files(form, &map).await?;
    Ok((request, Uploads::new(marker, files, places)))
}

async fn field(form: &mut Multipart<'_>, name: &str) -> Result<String, Refusal> {
    match form.next_field().await.map_err(refusal_of)? {
        Some(field) if field.name() == Some(name) => field.text().await.map_err(refusal_of),
        _ => Err(malformed(&format!("the field {name} is missing or not in its place"))),
    }
}

fn operations(text: &str) -> Result<GraphqlRequest, Refusal> {
    if text.trim_start().starts_with('[') {
        return Err(malformed("files can't be sent along with several operations"));
    }
    params::request(text.as_bytes())
}

/// Each file's field, and the paths where it belongs.
type FileMap = Vec<(String, Vec<String>)>;

fn map_of(text: &str, max_files: usize) -> Result<FileMap, Refusal> {
    let map: Map<String, Value> =
        serde_json::from_str(text).map_err(|_| malformed("map is not a JSON object"))?;
    let read = |(name, paths): (String, Value)| {
        let paths: Option<Vec<String>> = serde_json::from_value(paths).ok();
        let paths = paths.filter(|paths| !paths.is_empty());
        paths.map(|paths| (name, paths)).ok_or_else(|| malformed("map has an entry that is no list of paths"))
    };
    let map = map.into_iter().map(read).collect::<Result<FileMap, _>>()?;
    if map.iter().map(|(_, paths)| paths.len()).sum::<usize>() > max_files {
        return Err(Refusal::TooManyFiles(max_files));
    }
    Ok(map)
}

fn put_placeholders(
    variables: &mut Map<String, Value>,
    map: &FileMap,
    marker: &str,
) -> Result<Vec<Vec<String>>, Refusal> {
    let mut places = Vec::new();
    for (index, (_, paths)) in map.iter().enumerate() {
        for path in paths {
            let steps: Vec<String> = path.split('.').take(MAX_PATH + 2).map(str::to_owned).collect();
            let place = match steps.as_slice() {
                [root, steps @ ..] if root == "variables" && steps.len() <= MAX_PATH => at(variables, steps),
                _ => None,
            };
            // Nothing is ever made or overwritten: the specification wants a null where a file belongs.
            match place {
                Some(place) if place.is_null() => *place = placeholder(marker, index),
                _ => return Err(malformed(&format!("there is no null at {path:?}, where a file belongs"))),
            }
            places.push(steps[1..].to_vec());
        }
    }
    Ok(places)
}

fn at<'value>(variables: &'value mut Map<String, Value>, steps: &[String]) -> Option<&'value mut Value> {
    let (first, rest) = steps.split_first()?;
    rest.iter().try_fold(variables.get_mut(first)?, |value, step| match value {
        Value::Object(fields) => fields.get_mut(step),
        Value::Array(items) => items.get_mut(step.parse::<usize>().ok()?),
        _ => None,
    })
}

async fn files(mut form: Multipart<'_>, map: &FileMap) -> Result<Vec<File>, Refusal> {
    let mut files: Vec<Option<File>> = map.iter().map(|_| None).collect();
    while let Some(field) = form.next_field().await.map_err(refusal_of)? {
        let position = map.iter().position(|(name, _)| field.name() == Some(name));
        let Some(place) =
            position.and_then(|position| files.get_mut(position)).filter(|place| place.is_none())
        else {
            return Err(malformed("there is a file that map doesn't name, or that was there already"));
        };
        let name = field.file_name().unwrap_or_default().to_owned();
        let content_type = field.content_type().map_or("application/octet-stream", AsRef::as_ref).to_owned();
        *place = Some(File { name, content_type, content: field.bytes().await.map_err(refusal_of)? });
    }
    let missing = || malformed("a file that map names is missing");
    files.into_iter().map(|file| file.ok_or_else(missing)).collect()
}

fn malformed(reason: &str) -> Refusal {
    Refusal::Malformed(format!("the form is not a GraphQL request with files: {reason}"))
}

fn refusal_of(error: multer::Error) -> Refusal {
    match error {
        multer::Error::FieldSizeExceeded { limit, .. } | multer::Error::StreamSizeExceeded { limit } => {
            Refusal::TooLarge(usize::try_from(limit).unwrap_or(usize::MAX))
        }
        error => malformed(&error.to_string()),
    }
}
