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
    /// `multipart/mixed` by Apollo's protocol for subscriptions, version 1.0.
    Multipart,
}

/// Ours, in the order in which equal wishes are granted.
const OFFERED: [(Media, &str, &str); 4] = [
    (Media::Json, "application", "json"),
    (Media::GraphqlResponse, "application", "graphql-response+json"),
    (Media::EventStream, "text", "event-stream"),
    (Media::Multipart, "multipart", "mixed"),
];

impl Media {
    /// Whether it can carry more than one response.
    pub(super) fn streams(self) -> bool {
        matches!(self, Self::EventStream | Self::Multipart)
    }

    pub(super) fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
            Self::EventStream => "text/event-stream; charset=utf-8",
            Self::Multipart => "multipart/mixed; boundary=\"graphql\"; subscriptionSpec=\"1.0\"",
        })
    }
}

/// What a client can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Accepted {
    /// The best for the result of a query or a mutation.
    pub result: Media,
    /// The best that is one body, if the client takes one.
    pub whole: Option<Media>,
    /// The best for a subscription, if the client takes a stream.
    pub stream: Option<Media>,
}

impl Accepted {
    /// `None` if the client takes nothing that we have.
    pub(super) fn negotiate(headers: &HeaderMap) -> Option<Self> {
        let (mut whole, mut stream) = (None, None);
        let mut asked = false;
        let mut position = 0_usize;
        for value in headers.get_all(header::ACCEPT) {
            // An empty entry of a list counts for nothing, and so does an empty header.
            for range in value.to_str().ok()?.split(',').filter(|range| !range.trim().is_empty()) {
                asked = true;
                position += 1;
                let Some((wish, media)) = parse(range, position) else {
                    continue;
                };
                let best: &mut Option<(Wish, Media)> = if media.streams() { &mut stream } else { &mut whole };
                if best.as_ref().is_none_or(|(former, _)| wish.beats(former)) {
                    *best = Some((wish, media));
                }
            }
        }
        if !asked {
            return Some(Self { result: Media::Json, whole: Some(Media::Json), stream: None });
        }
        let result = match (&whole, &stream) {
            // Apollo's clients name it first whatever they ask for, and mean subscriptions.
            (Some((_, whole)), Some((_, Media::Multipart))) => *whole,
            (Some((wish, whole)), Some((other, stream))) => {
                if other.beats(wish) {
                    *stream
                } else {
                    *whole
                }
            }
            (Some((_, media)), None) | (None, Some((_, media))) => *media,
            (None, None) => return None,
        };
        let media = |best: Option<(Wish, Media)>| best.map(|(_, media)| media);
        Some(Self { result, whole: media(whole), stream: media(stream) })
    }

    /// For what can't be streamed, such as a refusal.
    pub(super) fn for_refusals(self) -> Media {
        self.whole.unwrap_or(Media::Json)
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
    let mut is_subscription_protocol = false;
    for parameter in parts {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        match name.trim().to_ascii_lowercase().as_str() {
            "q" => quality = thousandths(value.trim())?,
            "subscriptionspec" => is_subscription_protocol = value.trim().trim_matches('"') == "1.0",
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
    // Other protocols share the media type: incremental delivery, which isn't spoken here, says so by its parameter.
    if media == Media::Multipart && !is_subscription_protocol {
        return None;
    }
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
            let accepted = Accepted::negotiate(&headers);
            assert_eq!(accepted.map(|accepted| accepted.result), expected, "{accept:?}");
        }
    }

    #[test]
    fn a_subscription_gets_the_stream_that_the_client_names() {
        let table = [
            ("application/json", None),
            ("*/*", None),
            ("application/json, text/event-stream", Some(Media::EventStream)),
            (
                "multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json",
                Some(Media::Multipart),
            ),
            ("multipart/mixed; subscriptionSpec=\"1.0\"", Some(Media::Multipart)),
            ("multipart/mixed;subscriptionSpec=1.0;q=0.5, text/event-stream", Some(Media::EventStream)),
            ("multipart/mixed;deferSpec=20220824,application/json", None),
            ("multipart/mixed;incrementalDeliverySpec=3283f8a,application/json", None),
            ("multipart/mixed;subscriptionSpec=2.0,application/json", None),
        ];
        for (accept, expected) in table {
            let headers = [(header::ACCEPT, accept.parse().unwrap())].into_iter().collect();
            assert_eq!(Accepted::negotiate(&headers).unwrap().stream, expected, "{accept}");
        }
        let headers = [(header::ACCEPT, "multipart/mixed".parse().unwrap())].into_iter().collect();
        assert_eq!(Accepted::negotiate(&headers), None);
    }
}
