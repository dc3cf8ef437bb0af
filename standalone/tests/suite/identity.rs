//! Nobody is who they only say they are.

use serde_json::{Value, json};

use crate::{
    client::ME,
    journeys,
    world::{SUBGRAPHS, Shape, World},
};

journeys!(a_forged_identity_is_refused_at_the_gateway, a_token_that_was_tampered_with_is_refused);

async fn a_forged_identity_is_refused_at_the_gateway(world: World) {
    let ada = world.client().register("ada").await;
    for header in ["X-User-ID", "x-gateway-assertion"] {
        let (status, answer) = world.client().post(ME, Value::Null, &[(header, ada.id.as_str())]).await;
        assert_eq!(status.as_u16(), 400, "{answer:#}");
        assert_eq!(answer.get("data"), None);
    }
    world.finish().await;
}

async fn a_token_that_was_tampered_with_is_refused(world: World) {
    let ada = world.client().register("ada").await;
    let nobody = world.client().with_token("eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1c3JfMSJ9.");
    for client in [nobody, world.client().with_token(&ada.refresh_token)] {
        let (status, answer) = client.post(ME, Value::Null, &[]).await;
        assert_eq!(status.as_u16(), 401, "{answer:#}");
        assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    }
    world.finish().await;
}

#[tokio::test]
async fn a_subgraph_answers_only_through_the_gateway() {
    let mut world = World::start(Shape::ManyProcesses).await;
    let ada = world.client().register("ada").await;
    let processes = world.processes().expect("many processes");
    for name in SUBGRAPHS {
        let url = format!("{}/graphql", processes.subgraph_url(name));
        for query in ["{ __typename }", "{ _service { sdl } }"] {
            let request = reqwest::Client::new().post(&url).header("x-user-id", &ada.id);
            let response = request.json(&json!({ "query": query })).send().await.expect("an answer");
            assert_eq!(response.status().as_u16(), 401, "{name} answers {query} without an assertion");
        }
    }
    world.finish().await;
}
