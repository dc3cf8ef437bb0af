//! The table of reports.

use chrono::{DateTime, Utc};
use database::keyset::{self, Shown};
use ids::{GroupHugId, HugId, HugRequestId, PostId, ReportId, UserId};
use pagination::{PageRequest, Slice};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect, entity::prelude::Uuid,
    sea_query::Expr,
};

use super::model::{Ground, Position, Report, ReportTarget, State, Subject};
use crate::{
    entities::report::{ActiveModel, Column, Entity, Model},
    moments::MomentId,
    store::{Connection, Named as _, StoreError},
};

pub(super) async fn insert(connection: &impl Connection, report: &Report) -> Result<(), StoreError> {
    let (kind, id) = parts(report.target);
    let row = ActiveModel {
        id: Set(report.id),
        reporter_id: Set(report.reporter),
        target_kind: Set(kind.to_owned()),
        target_id: Set(id),
        subject_id: Set(report.subject.person),
        is_subject_hidden: Set(report.subject.is_hidden),
        reason: Set(report.reason.name().to_owned()),
        text: Set(report.text.clone()),
        state: Set(report.state.name().to_owned()),
        reported_at: Set(report.reported_at),
        resolved_at: Set(report.resolved_at),
    };
    Entity::insert(row).exec_without_returning(connection).await?;
    Ok(())
}

/// The report of the target by this reporter that isn't decided upon yet.
pub(super) async fn open_of(
    connection: &impl Connection,
    reporter: UserId,
    target: ReportTarget,
) -> Result<Option<ReportId>, StoreError> {
    let open = Entity::find()
        .filter(Column::ReporterId.eq(reporter))
        .filter(Column::TargetId.eq(parts(target).1))
        .filter(Column::State.eq(State::Open.name()));
    Ok(open.one(connection).await?.map(|row| row.id))
}

pub(super) async fn find(connection: &impl Connection, id: ReportId) -> Result<Option<Report>, StoreError> {
    Entity::find_by_id(id).one(connection).await?.map(from_row).transpose()
}

/// The report, which nobody else decides upon until the transaction ends.
pub(super) async fn hold(connection: &impl Connection, id: ReportId) -> Result<Option<Report>, StoreError> {
    Entity::find_by_id(id).lock_exclusive().one(connection).await?.map(from_row).transpose()
}

pub(super) async fn resolve(
    connection: &impl Connection,
    id: ReportId,
    state: State,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::State, Expr::value(state.name()))
        .col_expr(Column::ResolvedAt, Expr::value(at))
        .filter(Column::Id.eq(id))
        .exec(connection)
        .await?;
    Ok(())
}

/// Of the reports in this state, without those of `moderator`.
pub(super) async fn page(
    connection: &impl Connection,
    state: State,
    moderator: UserId,
    page: &PageRequest<Position>,
) -> Result<Slice<Report>, StoreError> {
    let select =
        Entity::find().filter(Column::State.eq(state.name())).filter(Column::SubjectId.ne(moderator));
    let select = keyset::page(select, page, Shown::OldestFirst, &[Column::Id], |position: &Position| {
        vec![position.0.into()]
    });
    let reports: Result<Vec<Report>, StoreError> =
        select.all(connection).await?.into_iter().map(from_row).collect();
    Ok(Slice::from_rows(reports?, page))
}

/// How a target is stored: its kind, and its id.
pub(crate) fn parts(target: ReportTarget) -> (&'static str, Uuid) {
    match target {
        ReportTarget::User(id) => ("user", id.as_uuid()),
        ReportTarget::Post(id) => ("post", id.as_uuid()),
        ReportTarget::Moment(MomentId::Hug(id)) => ("hug", id.as_uuid()),
        ReportTarget::Moment(MomentId::Request(id)) => ("request", id.as_uuid()),
        ReportTarget::Moment(MomentId::Group(id)) => ("group", id.as_uuid()),
    }
}

/// The target that is stored so.
pub(crate) fn target_of(kind: &str, id: Uuid) -> Result<ReportTarget, StoreError> {
    Ok(match kind {
        "user" => ReportTarget::User(UserId::from_uuid(id)),
        "post" => ReportTarget::Post(PostId::from_uuid(id)),
        "hug" => ReportTarget::Moment(MomentId::Hug(HugId::from_uuid(id))),
        "request" => ReportTarget::Moment(MomentId::Request(HugRequestId::from_uuid(id))),
        "group" => ReportTarget::Moment(MomentId::Group(GroupHugId::from_uuid(id))),
        other => return Err(StoreError::Type(format!("`{other}` can't be reported"))),
    })
}

/// Whose the target is, as it is stored. Only who sent a hug is ever hidden.
pub(crate) fn subject_of(target: ReportTarget, person: UserId, is_hidden: bool) -> Subject {
    let is_hug = matches!(target, ReportTarget::Moment(MomentId::Hug(_)));
    Subject { person, is_hidden: is_hidden && is_hug }
}

fn from_row(row: Model) -> Result<Report, StoreError> {
    let target = target_of(&row.target_kind, row.target_id)?;
    Ok(Report {
        id: row.id,
        reporter: row.reporter_id,
        target,
        subject: subject_of(target, row.subject_id, row.is_subject_hidden),
        reason: Ground::of_name(&row.reason)?,
        text: row.text,
        state: State::of_name(&row.state)?,
        reported_at: row.reported_at,
        resolved_at: row.resolved_at,
    })
}
