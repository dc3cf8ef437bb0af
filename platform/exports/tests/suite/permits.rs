//! Who may read an export, and until when.

use chrono::TimeDelta;
use ids::{ExportId, UserId};

use crate::world::{World, at};

#[tokio::test]
async fn who_asked_may_read_for_a_week_and_nobody_else() {
    let world = World::new().await;
    let (ada, bo) = (UserId::at(at()), UserId::at(at()));
    world.stamp(ada, "Åland", 1).await;
    world.stamp(ada, "Åland", 2).await;
    world.stamp(bo, "Åland", 1).await;
    let export = world.request(ada).await.export_id;
    assert!(world.permits(export, ada).await);
    assert!(!world.permits(export, bo).await);
    assert!(!world.permits(ExportId::at(at()), ada).await);
    let [told] = world.told().await.try_into().unwrap();
    assert_eq!((told.export_id, told.user_id, told.entries), (export, ada, 2));

    world.clock.advance(TimeDelta::days(7) - TimeDelta::seconds(1));
    assert!(world.permits(export, ada).await);
    world.clock.advance(TimeDelta::seconds(1));
    assert!(!world.permits(export, ada).await);
    world.finish().await;
}

#[tokio::test]
async fn what_is_told_again_or_too_late_changes_nothing() {
    let world = World::new().await;
    let ada = UserId::at(at());
    let requested = world.request(ada).await;
    world.clock.advance(TimeDelta::days(7));
    world.tell(&requested).await;
    assert!(!world.permits(requested.export_id, ada).await);
    assert_eq!(world.told().await.len(), 1, "nobody is told of a part that can't be read");
    world.finish().await;
}

#[tokio::test]
async fn permits_that_are_over_go_when_the_next_is_noted() {
    let world = World::new().await;
    let (ada, bo) = (UserId::at(at()), UserId::at(at()));
    let first = world.request(ada).await;
    world.clock.advance(TimeDelta::days(8));
    world.request(bo).await;
    let long_ago = at();
    assert!(!exports::permits(world.db.reader(), first.export_id, ada, long_ago).await.unwrap());
    world.finish().await;
}

#[tokio::test]
async fn who_is_forgotten_may_read_nothing() {
    let world = World::new().await;
    let (ada, bo) = (UserId::at(at()), UserId::at(at()));
    let [of_ada, of_bo] = [world.request(ada).await, world.request(bo).await];
    let work = world.outbox.begin(None).await.unwrap();
    exports::forget(&*work, ada).await.unwrap();
    work.commit().await.unwrap();
    assert!(!world.permits(of_ada.export_id, ada).await);
    assert!(world.permits(of_bo.export_id, bo).await);
    world.finish().await;
}
