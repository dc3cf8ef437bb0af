//! What reactions are to, and what moderators' log says to whom.

use std::collections::HashMap;

use exports::{Condition, Reader, Row};
use ids::{GroupHugId, HugId, HugRequestId, PostId};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter,
    entity::prelude::Uuid,
    sea_query::{Expr, ExprTrait as _},
};

use crate::{
    audit::Action,
    entities::{moment, post},
    store::{Named as _, StoreError},
};

/// What moderators did about somebody and they are told.
pub(super) fn told_to_the_subject() -> Condition {
    let told = [Action::RemovePost, Action::Warn].map(Action::name);
    Expr::col(("audit_entries", "action")).is_in(told)
}

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
