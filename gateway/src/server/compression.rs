//! Which answers are compressed: whole ones of text, above a size. Streams never, for nobody should wait for an event.

use axum::body::HttpBody;
use http::{HeaderValue, Response, header};
use tower_http::{
    CompressionLevel,
    compression::{CompressionLayer, Predicate},
};

use super::CompressionConfig;

const TEXTS: [&str; 7] = [
    "application/json",
    "application/graphql-response+json",
    "application/javascript",
    "text/javascript",
    "text/html",
    "text/css",
    "image/svg+xml",
];

/// The layer, if compression is on.
pub(super) fn layer(config: &CompressionConfig) -> Option<CompressionLayer<Worthwhile>> {
    let worthwhile = Worthwhile { min_bytes: config.min_bytes };
    // The fastest level takes a fraction of the others' time and gets most of the effect on JSON.
    let layer = CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(worthwhile);
    config.enabled.then_some(layer)
}

/// Says whether compressing a response is worth it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Worthwhile {
    min_bytes: u64,
}

impl Predicate for Worthwhile {
    fn should_compress<B: HttpBody>(&self, response: &Response<B>) -> bool {
        let content_type = response.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
        let essence = content_type.and_then(|value| value.split(|byte| *byte == b';').next());
        let is_text =
            essence.is_some_and(|essence| TEXTS.iter().any(|text| text.as_bytes() == essence.trim_ascii()));
        // A stream has no length.
        is_text && response.body().size_hint().exact().is_some_and(|length| length >= self.min_bytes)
    }
}
