//! Notes with a little HTML in them, as plain text.

/// The elements that are taken for markup; anything else in angle brackets is text.
const INLINE: [&str; 13] =
    ["b", "i", "u", "s", "em", "strong", "strike", "span", "font", "small", "a", "ul", "ol"];
const ENTITIES: [(&str, &str); 7] = [
    ("&nbsp;", " "),
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", "\""),
    ("&#39;", "'"),
    ("&apos;", "'"),
    // Last, so that what it makes isn't read again.
    ("&amp;", "&"),
];

/// What a tag in angle brackets stands for: nothing, or the text in its place; `None` for what is no tag.
fn meaning(tag: &str) -> Option<&'static str> {
    let closes = tag.starts_with('/');
    let inner = tag.trim_matches('/').trim();
    let name = inner.split(char::is_whitespace).next().unwrap_or_default().to_ascii_lowercase();
    match name.as_str() {
        "br" => Some("\n"),
        "li" if !closes => Some("- "),
        "p" | "div" | "li" | "h1" | "h2" | "h3" => Some(if closes { "\n" } else { "" }),
        other => INLINE.contains(&other).then_some(""),
    }
}

/// The text that `markup` shows.
pub(super) fn to_text(markup: &str) -> String {
    let mut text = String::with_capacity(markup.len());
    let mut rest = markup;
    while let Some(start) = rest.find('<') {
        let (before, tag_on) = rest.split_at(start);
        text.push_str(before);
        let tag = tag_on[1..].split_once('>').and_then(|(tag, after)| Some((meaning(tag)?, after)));
        if let Some((shown, after)) = tag {
            text.push_str(shown);
            rest = after;
        } else {
            text.push('<');
            rest = &tag_on[1..];
        }
    }
    text.push_str(rest);
    for (entity, shown) in ENTITIES {
        if text.contains(entity) {
            text = text.replace(entity, shown);
        }
    }
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_becomes_the_text_that_it_shows() {
        for (markup, text) in [
            ("plain", "plain"),
            ("one<br>two<br/>three<BR />four", "one\ntwo\nthree\nfour"),
            ("<p>one</p><p>two</p>", "one\ntwo"),
            ("<ul><li>tea</li><li><b>rain</b></li></ul>", "- tea\n- rain"),
            ("a < b, c > d, <3", "a < b, c > d, <3"),
            ("salt &amp; pepper &lt;3&nbsp;&amp;lt;", "salt & pepper <3 &lt;"),
            ("<unheard>of</unheard> <", "<unheard>of</unheard> <"),
        ] {
            assert_eq!(to_text(markup), text, "{markup}");
        }
    }
}
