//! The table of the log.

use database::keyset::{self, Shown};
use ids::UserId;
use pagination::{PageRequest, Slice};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, Select};

use super::{Action, AuditEntry, Position};
use crate::{
    entities::audit_entry::{ActiveModel, Column, Entity, Model},
    reports::store::{parts, subject_of, target_of},
    store::{Connection, Named as _, StoreError},
};

pub(super) async fn insert(connection: &impl Connection, entry: &AuditEntry) -> Result<(), StoreError> {
    let (kind, target) = parts(entry.target);
    let row = ActiveModel {
        id: Set(entry.id),
        moderator_id: Set(entry.moderator),
        action: Set(entry.action.name().to_owned()),
        target_kind: Set(kind.to_owned()),
        target_id: Set(target),
        subject_id: Set(entry.subject.person),
        is_subject_hidden: Set(entry.subject.is_hidden),
        report_id: Set(entry.report),
        reason: Set(entry.reason.clone()),
        acted_at: Set(entry.at),
    };
    Entity::insert(row).exec_without_returning(connection).await?;
    Ok(())
}

pub(super) async fn page(
    connection: &impl Connection,
    page: &PageRequest<Position>,
) -> Result<Slice<AuditEntry>, StoreError> {
    read(connection, Entity::find(), page).await
}

pub(super) async fn of_subject(
    connection: &impl Connection,
    subject: UserId,
    actions: &[Action],
    page: &PageRequest<Position>,
) -> Result<Slice<AuditEntry>, StoreError> {
    let actions = actions.iter().map(|action| action.name());
    let select = Entity::find().filter(Column::SubjectId.eq(subject)).filter(Column::Action.is_in(actions));
    read(connection, select, page).await
}

async fn read(
    connection: &impl Connection,
    select: Select<Entity>,
    page: &PageRequest<Position>,
) -> Result<Slice<AuditEntry>, StoreError> {
    let select = keyset::page(select, page, Shown::NewestFirst, &[Column::Id], |position: &Position| {
        vec![position.0.into()]
    });
    let entries: Result<Vec<AuditEntry>, StoreError> =
        select.all(connection).await?.into_iter().map(from_row).collect();
    Ok(Slice::from_rows(entries?, page))
}

fn from_row(row: Model) -> Result<AuditEntry, StoreError> {
    let target = target_of(&row.target_kind, row.target_id)?;
    Ok(AuditEntry {
        id: row.id,
        moderator: row.moderator_id,
        action: Action::of_name(&row.action)?,
        target,
        subject: subject_of(target, row.subject_id, row.is_subject_hidden),
        report: row.report_id,
        reason: row.reason,
        at: row.acted_at,
    })
}
