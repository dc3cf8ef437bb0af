//! Nothing is forgotten.

use testkit::columns_of;

use crate::world::{Everything, World};

#[tokio::test]
async fn every_column_is_accounted_for_and_one_that_is_not_is_named() {
    let world = World::new().await;
    let mut columns = columns_of(&world.db).await;
    assert_eq!(exports::unmentioned(&Everything, &columns), [""; 0]);

    columns.push(("letters".to_owned(), "scent".to_owned()));
    columns.push(("parcels".to_owned(), "owner_id".to_owned()));
    columns.retain(|(table, column)| table != "postmen" && column != "worth");
    let findings = exports::unmentioned(&Everything, &columns);
    let expected = [
        "letters.scent is neither exported nor left out",
        "parcels.owner_id is neither exported nor left out",
        "there is no stamps.worth",
        "there is no postmen",
    ];
    assert_eq!(findings, expected);
    world.finish().await;
}
