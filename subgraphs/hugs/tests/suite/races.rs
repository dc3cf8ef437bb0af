//! What happens at the same time: on PostgreSQL, where several write at once, held up where it matters. SQLite has one writer, and
//! there the one comes after the other.

use std::{cell::Cell, future::Future};

use clock::Clock as _;
use events::{
    auth::UserErased,
    users::{HugPolicy, HugPolicyAction},
};
use futures::join;
use ids::UserId;
use sea_orm::{ConnectionTrait as _, DatabaseTransaction, Statement};
use serde_json::{Value, json};
use testkit::{eventually, residue_of};

use crate::{
    consents::{decide, reserved},
    world::{WARM_HUG, World},
};

/// Keeps others from what `lock` locks, until the transaction ends.
async fn hold(world: &World, lock: &str) -> DatabaseTransaction {
    let held = world.db.begin().await.expect("a transaction");
    if !world.db.is_sqlite() {
        held.execute_unprepared(lock).await.expect("a lock");
    }
    held
}

/// How many of the database's connections wait for what others hold.
async fn waiting(world: &World) -> i64 {
    let count = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let count = Statement::from_string(world.db.backend(), count);
    let row = world.db.reader().query_one_raw(count).await.expect("an answer").expect("a row");
    row.try_get_by_index(0).expect("a number")
}

async fn until(world: &World, what: &str, holds: impl Fn(i64) -> bool) {
    if world.db.is_sqlite() {
        return;
    }
    eventually(what, async || holds(waiting(world).await).then_some(())).await;
}

/// Begins `second` once `held` has held up `first`, and lets go once both wait, or the second is through.
async fn race<A, B>(
    world: &World,
    held: DatabaseTransaction,
    first: impl Future<Output = A>,
    second: impl Future<Output = B>,
) -> (A, B) {
    let through = Cell::new(false);
    let second = async {
        until(world, "the first to be held up", |waiting| waiting > 0).await;
        let second = second.await;
        through.set(true);
        second
    };
    let letting_go = async {
        until(world, "the second to wait or to be through", |waiting| waiting > 1 || through.get()).await;
        held.rollback().await.expect("the end of the transaction");
    };
    let (first, second, ()) = join!(first, second, letting_go);
    (first, second)
}

/// Lets nobody log anything for live streams.
const NOBODY_LOGS: &str = "LOCK TABLE live_counters IN SHARE MODE";

/// What `ada` may write about `bo`.
async fn about(world: &World, mutation: &str, ada: UserId, bo: UserId) -> Value {
    match mutation {
        "AnswerHugRequest" => {
            let post = "mutation { createHugRequest(input: { audience: PUBLIC }) { request { id } } }";
            let posted = world.as_user(bo).data(post, json!({})).await;
            json!({ "requestId": posted["createHugRequest"]["request"]["id"], "typeId": WARM_HUG })
        }
        "InviteToGroupHug" => {
            let make = "mutation($i: CreateGroupHugInput!) { createGroupHug(input: $i) { groupHug { id } } }";
            let input = json!({ "typeId": WARM_HUG, "audience": "PUBLIC", "capacity": 5 });
            let made = world.as_user(ada).data(make, json!({ "i": input })).await;
            json!({ "groupHugId": made["createGroupHug"]["groupHug"]["id"], "inviteeIds": [bo] })
        }
        "CreateGroupHug" => {
            json!({ "typeId": WARM_HUG, "audience": "PRIVATE", "capacity": 5, "inviteeIds": [bo] })
        }
        _ => json!({ "audience": "PRIVATE", "targetIds": [bo] }),
    }
}

#[tokio::test]
async fn of_somebody_who_is_erased_while_another_writes_about_them_nothing_is_left() {
    let world = World::start().await;
    let ada = world.person().await;
    for mutation in ["AnswerHugRequest", "InviteToGroupHug", "CreateGroupHug", "CreateHugRequest"] {
        let bo = world.person().await;
        let input = about(&world, mutation, ada, bo).await;
        let (head, tail) = mutation.split_at(1);
        let field = head.to_lowercase() + tail;
        let query =
            format!("mutation($i: {mutation}Input!) {{ {field}(input: $i) {{ errors {{ code }} }} }}");
        let client = world.as_user(ada);
        let erased = UserErased { user_id: bo, erased_at: world.clock.now() };
        let held = hold(&world, NOBODY_LOGS).await;
        race(&world, held, client.data(&query, json!({ "i": input })), world.tell(&erased)).await;
        assert_eq!(residue_of(&world.db, bo).await, [""; 0], "{mutation}");
    }
    world.finish().await;
}

#[tokio::test]
async fn what_is_decided_of_a_sender_holds_for_the_hug_that_is_on_its_way() {
    let world = World::start().await;
    for (decision, received) in [("acceptHugsFrom", 1), ("declineHugsFrom", 0)] {
        let (ada, bo) = (reserved(&world).await, world.person().await);
        // Whose turn it is to send is asked after what the recipient thinks of them.
        let turn = format!("SELECT id FROM people WHERE id = '{}' FOR UPDATE", bo.as_uuid());
        let held = hold(&world, &turn).await;
        let deciding = decide(&world, ada, decision, json!({ "userId": bo }));
        race(&world, held, world.try_hug(bo, ada), deciding).await;
        assert_eq!(world.history(ada, "FILTERED").await, [] as [&str; 0], "{decision}");
        assert_eq!(world.history(ada, "RECEIVED").await.len(), received);
    }
    world.finish().await;
}

#[tokio::test]
async fn letting_a_hug_in_and_taking_it_back_never_wait_for_each_other() {
    let world = World::start().await;
    let (ada, bo) = (world.person().await, world.person().await);
    let accept = HugPolicyAction::Accept;
    let anonymous = HugPolicyAction::Filter;
    let policy = HugPolicy { not_followed: accept, not_following: accept, new_accounts: accept, anonymous };
    world.set_policy(ada, policy).await;
    for decision in ["acceptHugsFrom", "declineHugsFrom"] {
        let hug = world.hug_anonymously(bo, ada).await;
        // Of an anonymous hug its sender alone asks for blocks, having locked it.
        let held = hold(&world, "LOCK TABLE known_blocks IN ACCESS EXCLUSIVE MODE").await;
        let deciding = decide(&world, ada, decision, json!({ "hugId": hug }));
        race(&world, held, world.change(bo, "cancelHug", &hug), deciding).await;
        assert_eq!(world.history(ada, "FILTERED").await, [] as [&str; 0]);
    }
    world.finish().await;
}

#[tokio::test]
async fn of_two_who_make_a_kind_of_hug_of_one_name_one_does() {
    let world = World::start().await;
    let create = "mutation($i: CreateHugTypeInput!) { createHugType(input: $i) { errors { code } } }";
    let input = json!({ "i": { "name": "Koala hug", "emoji": "🐨", "durationMs": 9000, "intensity": 5 } });
    let (one, other) = (world.person().await, world.person().await);
    let [one, other] = [one, other].map(|admin| world.with_scope(admin, "administration"));
    let held = hold(&world, "LOCK TABLE hug_types IN SHARE MODE").await;
    let made = race(&world, held, one.data(create, input.clone()), other.data(create, input)).await;
    let mut errors = [made.0, made.1].map(|made| made["createHugType"]["errors"].to_string());
    errors.sort();
    assert_eq!(errors, ["[]", r#"[{"code":"HUG_TYPE_NAME_TAKEN"}]"#]);
    world.finish().await;
}

#[tokio::test]
async fn what_is_decided_and_disclosed_of_somebody_who_is_being_erased_goes_with_them() {
    let world = World::start().await;
    let (ada, moderator) = (world.person().await, world.person().await);
    let client = world.with_scope(moderator, "moderation");
    for decision in ["acceptHugsFrom", "declineHugsFrom"] {
        let bo = world.person().await;
        let erased = UserErased { user_id: bo, erased_at: world.clock.now() };
        let held = hold(&world, "LOCK TABLE hug_consents IN SHARE MODE").await;
        // By then they may be missing already.
        let query =
            format!("mutation {{ {decision}(input: {{ userId: \"{bo}\" }}) {{ errors {{ code }} }} }}");
        race(&world, held, world.as_user(ada).data(&query, json!({})), world.tell(&erased)).await;
        assert_eq!(residue_of(&world.db, bo).await, [""; 0], "{decision}");
    }
    let bo = world.person().await;
    let hug = world.hug(bo, ada).await;
    let erased = UserErased { user_id: bo, erased_at: world.clock.now() };
    let disclose =
        "mutation($i: DiscloseHugSenderInput!) { discloseHugSender(input: $i) { errors { code } } }";
    let input = json!({ "i": { "hugId": hug, "reason": "somebody was hurt" } });
    let held = hold(&world, "LOCK TABLE hug_disclosures IN SHARE MODE").await;
    race(&world, held, client.data(disclose, input), world.tell(&erased)).await;
    let record = client.data("{ hugDisclosures { edges { node { hugId } } } }", json!({})).await;
    assert_eq!(record["hugDisclosures"]["edges"], json!([]));
    world.finish().await;
}
