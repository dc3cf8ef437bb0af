//! Late events, and transactions that are at work while somebody is erased.

use std::time::Duration;

use events::hugs::{GroupHugAudience, GroupHugChanged, GroupHugState};
use ids::{GroupHugId, UserId};
use sea_orm::{ConnectionTrait as _, DbBackend};

use crate::world::{World, at, logged};

#[tokio::test]
async fn a_late_event_about_somebody_erased_brings_nothing_back() {
    let world = World::new().await;
    let (ada, bo) = (UserId::at(at()), UserId::at(at()));
    world.erase(ada).await;
    for user in [ada, bo] {
        world.tell(&logged(user)).await;
    }
    assert_eq!(world.known().await, [bo.to_string()]);
    world.finish().await;
}

#[tokio::test]
async fn in_a_list_of_people_only_who_is_erased_is_left_out() {
    let world = World::new().await;
    let [ada, bo, cy] = [0, 1, 2].map(|_| UserId::at(at()));
    world.erase(bo).await;
    let mut changed = GroupHugChanged {
        group_hug_id: GroupHugId::at(at()),
        host_id: ada,
        audience: GroupHugAudience::Public,
        state: GroupHugState::Completed,
        participant_ids: vec![ada, bo, cy],
        changed_at: at(),
    };
    world.tell(&changed).await;
    assert_eq!(world.known().await, [ada.to_string(), cy.to_string()]);
    changed.host_id = bo;
    world.tell(&changed).await;
    assert_eq!(world.known().await.len(), 2, "it is about its host");
    world.finish().await;
}

#[tokio::test]
async fn who_asks_before_writing_is_told_and_keeps_the_erasure_waiting() {
    let world = World::new().await;
    let ada = UserId::at(at());
    let work = world.outbox.begin(Some(ada)).await.unwrap();
    assert!(!erasure::any_erased(&work, &[ada]).await.unwrap());
    if work.get_database_backend() == DbBackend::Postgres {
        let erased = tokio::time::timeout(Duration::from_millis(100), world.erase(ada)).await;
        assert!(erased.is_err(), "the erasure waits for the transaction");
    }
    work.execute_unprepared(&format!("INSERT INTO known VALUES ('{ada}')")).await.unwrap();
    work.commit().await.unwrap();
    world.erase(ada).await;
    assert!(world.known().await.is_empty(), "what was written first is erased");
    let work = world.outbox.begin(Some(ada)).await.unwrap();
    assert!(erasure::any_erased(&work, &[ada]).await.unwrap());
    work.rollback().await.unwrap();
    world.finish().await;
}
