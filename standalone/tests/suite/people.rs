//! People and what they are to the product: roles, settings, pictures, badges, and who is there.

use serde_json::{Value, json};

use crate::{journeys, world::World};

journeys!(an_operators_admin_makes_moderators_and_nobody_else_does);

const SET_ROLES: &str =
    "mutation S($i: SetRolesInput!) { setRoles(input: $i) { roles user { id username } errors { code } } }";

async fn an_operators_admin_makes_moderators_and_nobody_else_does(world: World) {
    let (ada, bo) = (world.client().register("ada").await, world.client().register("bo").await);
    let input = json!({ "i": { "userId": bo.id, "roles": ["MODERATOR"] } });
    let refused = ada.client.graphql(SET_ROLES, input.clone()).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "UNAUTHORIZED_FIELD_OR_TYPE", "{refused:#}");

    let admin = world.grant(&ada, "admin").await;
    let set = admin.client.data(SET_ROLES, input).await["setRoles"].take();
    let user = json!({ "id": bo.id, "username": "bo" });
    assert_eq!(set, json!({ "roles": ["MODERATOR"], "user": user, "errors": [] }));
    let own = "query R { me { account { roles email } } }";
    let again = bo.log_in_again(&world.client()).await.client.data(own, Value::Null).await;
    assert_eq!(again["me"]["account"], json!({ "roles": ["MODERATOR"], "email": bo.email }));
    world.finish().await;
}
