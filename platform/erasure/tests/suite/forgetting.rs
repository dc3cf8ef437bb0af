//! What is left of somebody who is gone: a tombstone.

use ids::UserId;
use outbox::Outbox;
use sea_orm::ConnectionTrait as _;

use crate::world::{World, at, envelope, logged};

#[tokio::test]
async fn who_is_erased_is_forgotten_remembered_as_gone_and_told_of() {
    let world = World::new().await;
    let (ada, bo) = (UserId::at(at()), UserId::at(at()));
    for user in [ada, bo] {
        world.tell(&logged(user)).await;
    }
    world.erase(ada).await;
    assert_eq!(world.known().await, [bo.to_string()]);
    assert!(erasure::is_erased(world.db.reader(), ada).await.unwrap());
    assert!(!erasure::is_erased(world.db.reader(), bo).await.unwrap());
    let [told] = world.told("ErasureCompleted").await.try_into().unwrap();
    assert!(told.contains(&ada.to_string()) && told.contains("2026-03-01T12:00:00Z"), "{told}");
    world.finish().await;
}

#[tokio::test]
async fn erasing_somebody_again_or_somebody_unknown_is_no_trouble() {
    let world = World::new().await;
    let ada = UserId::at(at());
    for _ in 0..2 {
        world.erase(ada).await;
    }
    assert_eq!(world.told("ErasureCompleted").await.len(), 2, "two events, two answers");
    assert!(world.outbox.dead_letters(1).await.unwrap().is_empty());
    world.finish().await;
}

#[tokio::test]
async fn dead_letters_about_the_person_go_and_others_stay() {
    let world = World::new().await;
    let (ada, bo) = (UserId::at(at()), UserId::at(at()));
    for user in [ada, bo] {
        bury(&world.outbox, &serde_json::to_string(&envelope(&logged(user), at())).unwrap()).await;
    }
    world.erase(ada).await;
    let [letter] = world.outbox.dead_letters(9).await.unwrap().try_into().unwrap();
    assert_eq!(letter.event.data["userId"], bo.to_string());
    world.finish().await;
}

async fn bury(outbox: &Outbox, envelope: &str) {
    let work = outbox.begin(None).await.expect("a transaction begins");
    let event = ids::EventId::at(at()).as_uuid().simple().to_string();
    let sqlite = work.get_database_backend() == sea_orm::DbBackend::Sqlite;
    let event = if sqlite { format!("x'{event}'") } else { format!("'{event}'") };
    let columns = "consumer, event_id, envelope, error, failed_at";
    let values = format!("'moods.noting', {event}, '{envelope}', 'poison', '2026-03-01T12:00:00Z'");
    let insert = format!("INSERT INTO dead_letters ({columns}) VALUES ({values})");
    work.execute_unprepared(&insert).await.expect("the statement runs");
    work.commit().await.expect("the transaction commits");
}
