//! Content negotiation: what a client can read.

use http::{HeaderMap, HeaderValue, header};

/// The shapes in which an answer can go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Media {
    /// `application/graphql-response+json`: the status speaks of the request.
    GraphqlResponse,
    /// `application/json`: 200 for whatever is well formed, as older clients expect.
    Json,
    /// `text/event-stream`.
    EventStream,
}

/// Ours, in the order in which equal wishes are granted.
const OFFERED: [(Media, &str, &str); 3] = [
    (Media::Json, "application", "json"),
    (Media::GraphqlResponse, "application", "graphql-response+json"),
    (Media::EventStream, "text", "event-stream"),
];

impl Media {
    /// The best of what the client accepts; `None` if that is nothing we have.
    pub(super) fn negotiate(headers: &HeaderMap) -> Option<Self> {
        let mut best: Option<(Wish, Self)> = None;
        let mut asked = false;
        let mut position = 0_usize;
        for value in headers.get_all(header::ACCEPT) {
            for range in value.to_str().ok()?.split(',') {
                asked = true;
                position += 1;
                let Some((wish, media)) = parse(range, position) else {
                    continue;
                };
                if best.as_ref().is_none_or(|(former, _)| wish.beats(former)) {
                    best = Some((wish, media));
                }
            }
        }
        if asked { best.map(|(_, media)| media) } else { Some(Self::Json) }
    }

    pub(super) fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
            Self::EventStream => "text/event-stream; charset=utf-8",
        })
    }
}

/// How much a client wants something.
struct Wish {
    /// The quality in thousandths.
    quality: u16,
    /// Named in full, by its first half, or not at all.
    precision: u8,
    position: usize,
}

impl Wish {
    fn beats(&self, other: &Self) -> bool {
        let rank = |wish: &Self| (wish.quality, wish.precision, usize::MAX - wish.position);
        rank(self) > rank(other)
    }
}

fn parse(range: &str, position: usize) -> Option<(Wish, Media)> {
    let mut parts = range.split(';').map(str::trim);
    let (main, sub) = parts.next()?.split_once('/')?;
    let mut quality = 1_000;
    for parameter in parts {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        match name.trim().to_ascii_lowercase().as_str() {
            "q" => quality = thousandths(value.trim())?,
            "charset" if !value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8") => return None,
            _ => {}
        }
    }
    let precision = match (main, sub) {
        ("*", "*") => 0,
        (_, "*") => 1,
        _ => 2,
    };
    let fits = |main_offered: &str, sub_offered: &str| {
        (main == "*" || main.eq_ignore_ascii_case(main_offered))
            && (sub == "*" || sub.eq_ignore_ascii_case(sub_offered))
    };
    let (media, ..) = OFFERED.into_iter().find(|(_, main, sub)| fits(main, sub))?;
    (quality > 0).then_some((Wish { quality, precision, position }, media))
}

fn thousandths(text: &str) -> Option<u16> {
    let quality: f32 = text.parse().ok()?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the range is checked on the same line"
    )]
    (0.0..=1.0).contains(&quality).then_some((quality * 1_000.0) as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_acceptable_form_is_chosen() {
        let table = [
            (None, Some(Media::Json)),
            (Some("*/*"), Some(Media::Json)),
            (Some("application/*"), Some(Media::Json)),
            (Some("application/json"), Some(Media::Json)),
            (Some("application/graphql-response+json"), Some(Media::GraphqlResponse)),
            (Some("application/graphql-response+json, application/json"), Some(Media::GraphqlResponse)),
            (Some("application/graphql-response+json;q=0.5, application/json;q=0.9"), Some(Media::Json)),
            (Some("application/json;charset=UTF-8, */*;q=0.8"), Some(Media::Json)),
            (Some("*/*, text/event-stream"), Some(Media::EventStream)),
            (Some("text/*"), Some(Media::EventStream)),
            (Some("text/html,application/xhtml+xml,*/*;q=0.8"), Some(Media::Json)),
            (Some("application/json; q=0"), None),
            (Some("application/json; charset=latin1"), None),
            (Some("text/plain"), None),
            (Some("nonsense"), None),
        ];
        for (accept, expected) in table {
            let mut headers = HeaderMap::new();
            if let Some(accept) = accept {
                headers.insert(header::ACCEPT, accept.parse().unwrap());
            }
            assert_eq!(Media::negotiate(&headers), expected, "{accept:?}");
        }
    }
}
