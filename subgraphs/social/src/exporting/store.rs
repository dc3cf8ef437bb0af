//! What reactions are to.

use std::collections::HashMap;

use exports::{Reader, Row};
use ids::{GroupHugId, HugId, HugRequestId, PostId};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, entity::prelude::Uuid};

use crate::{
    entities::{moment, post},
    store::StoreError,
};

/// Gives the targets of reactions the prefixes of what they are.
pub(super) async fn name_targets(reader: &Reader, reactions: &mut [Row]) -> Result<(), StoreError> {
    let targets: Vec<Uuid> = reactions.iter().filter_map(|row| row.id("targetId")).collect();
    let moments = moment::Entity::find().filter(moment::Column::Id.is_in(targets.iter().copied()));
    let mut names: HashMap<Uuid, String> = HashMap::new();
    for moment in moments.all(reader).await? {
        let name = match moment.kind.as_str() {
            "hug" => HugId::from_uuid(moment.id).to_string(),
            "request" => HugRequestId::from_uuid(moment.id).to_string(),
            _ => GroupHugId::from_uuid(moment.id).to_string(),
        };
        names.insert(moment.id, name);
    }
    let posts = targets.into_iter().map(PostId::from_uuid);
    let posts = post::Entity::find().filter(post::Column::Id.is_in(posts));
    for post in posts.all(reader).await? {
        names.insert(post.id.as_uuid(), post.id.to_string());
    }
    for row in reactions {
        if let Some(name) = row.id::<Uuid>("targetId").and_then(|target| names.remove(&target)) {
            row.put("targetId", name);
        }
    }
    Ok(())
}
