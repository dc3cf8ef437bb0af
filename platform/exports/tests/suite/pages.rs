//! Pages of lines.

use exports::Place;
use ids::UserId;
use serde_json::{Value, json};

use crate::world::{Letter, World, at};

fn lines(content: &str) -> Vec<Value> {
    content.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

fn letter(author: UserId, words: &str) -> Letter<'_> {
    Letter { author, about: "HUG", words, hidden: false }
}

#[tokio::test]
async fn a_line_has_what_its_row_has_in_the_words_of_the_schema() {
    let world = World::new().await;
    let ada = UserId::at(at());
    let id = world.write(letter(ada, "by the sea")).await;
    let [line] = lines(&world.page(ada, None).await.unwrap().content).try_into().unwrap();
    let about = line["aboutId"].as_str().unwrap();
    assert!(about.starts_with("hug_") && about.len() == 36, "{about}");
    let expected = json!({
        "type": "letter",
        "id": id.to_string(),
        "aboutId": about,
        "about": "HUG",
        "words": "by the sea",
        "pages": ["one", 2],
        "weight": null,
        "height": null,
        "hidden": false,
        "writtenAt": "2026-03-01T12:00:00Z",
        "due": "2026-03-01",
        "from": ada.to_string(),
    });
    assert_eq!(line, expected);
    world.finish().await;
}

#[tokio::test]
async fn pages_have_everything_of_one_person_once_and_nothing_of_others() {
    for (stamps, letters) in [(0, 0), (1, 0), (0, 1), (199, 1), (200, 0), (200, 1), (201, 3), (3, 400)] {
        let world = World::new().await;
        let (ada, bo) = (UserId::at(at()), UserId::at(at()));
        for number in 0..stamps {
            world.stamp(ada, if number % 2 == 0 { "Åland" } else { "Øst" }, number).await;
        }
        let mut written = Vec::new();
        for _ in 0..letters {
            written.push(json!(world.write(letter(ada, "to Bo")).await.to_string()));
        }
        world.stamp(bo, "Åland", 0).await;
        world.write(letter(bo, "to Ada")).await;

        let pages = world.pages(ada).await;
        assert!(pages.iter().all(|page| page.lines <= 200), "no page is longer than a page");
        assert!(pages.iter().all(|page| page.content.lines().count() == page.lines));
        let lines: Vec<Value> = pages.iter().flat_map(|page| lines(&page.content)).collect();
        let of = |kind: &'static str| lines.iter().filter(move |line| line["type"] == kind);
        assert_eq!(of("letter").map(|line| line["id"].clone()).collect::<Vec<_>>(), written);
        let mut worths: Vec<_> = of("stamp").map(|line| line["worth"].as_i64().unwrap()).collect();
        worths.sort_unstable();
        assert_eq!(worths, (0..i64::from(stamps)).collect::<Vec<_>>());
        let full = lines.len().div_ceil(200).max(1);
        assert!(pages.len() <= full + 1, "{} pages for {} lines", pages.len(), lines.len());
        world.finish().await;
    }
}

#[tokio::test]
async fn what_is_written_while_pages_are_read_moves_nothing() {
    let world = World::new().await;
    let ada = UserId::at(at());
    for _ in 0..250 {
        world.write(letter(ada, "to Bo")).await;
    }
    let first = world.page(ada, None).await.unwrap();
    world.stamp(ada, "Åland", 1).await;
    world.write(letter(ada, "one more")).await;
    let second = world.page(ada, first.next.as_ref()).await.unwrap();
    assert_eq!((first.lines, second.lines, second.next), (200, 51, None));
    world.finish().await;
}

#[tokio::test]
async fn a_page_of_long_lines_ends_early() {
    let world = World::new().await;
    let ada = UserId::at(at());
    let long = "long ".repeat(10_000);
    for _ in 0..12 {
        world.write(letter(ada, &long)).await;
    }
    let pages = world.pages(ada).await;
    assert_eq!(pages.iter().map(|page| page.lines).collect::<Vec<_>>(), [6, 6]);
    world.finish().await;
}

#[tokio::test]
async fn what_a_person_is_not_to_see_is_in_no_line() {
    let world = World::new().await;
    let ada = UserId::at(at());
    world.write(Letter { about: "NOBODY", ..letter(ada, "to nobody") }).await;
    world.write(Letter { hidden: true, ..letter(ada, "about somebody") }).await;
    let [line] = lines(&world.page(ada, None).await.unwrap().content).try_into().unwrap();
    assert_eq!(line["words"], "about somebody");
    assert!(line.get("aboutId").is_none(), "{line}");
    world.request(ada).await;
    assert_eq!(world.told().await[0].entries, 1, "and it isn't counted");
    world.finish().await;
}

#[tokio::test]
async fn a_place_that_never_was_has_no_page() {
    let world = World::new().await;
    let ada = UserId::at(at());
    for place in [
        json!({ "kind": "parcel", "key": ["mood_00000000000000000000000000000000"] }),
        json!({ "kind": "letter", "key": [] }),
        json!({ "kind": "letter", "key": ["2026-03-01T12:00:00Z", "hug_00000000000000000000000000000000"] }),
        json!({ "kind": "letter", "key": ["yesterday", "mood_00000000000000000000000000000000"] }),
        json!({ "kind": "stamp", "key": ["Åland", "many"] }),
        json!({ "kind": "stamp", "key": [{ "or": 1 }, 1] }),
    ] {
        let read: Place = serde_json::from_value(place.clone()).unwrap();
        assert_eq!(world.page(ada, Some(&read)).await, None, "{place}");
    }
    world.finish().await;
}
