//! Exports in the database.

use chrono::{DateTime, Utc};
use events::auth::ExportRequested;
use exports::Part as Prepared;
use ids::UserId;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect as _, TryInsertResult,
    sea_query::{Expr, ExprTrait as _, Query},
};

use crate::{
    account_exports::{AccountExport, Part},
    store::{Connection, StoreError},
};

mod export {
    //! What somebody asked for last.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "account_exports")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub user_id: ids::UserId,
        pub export_id: ids::ExportId,
        pub requested_at: DateTimeUtc,
        pub expires_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod part {
    //! What one service has of an export.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "account_export_parts")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub export_id: ids::ExportId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub service: String,
        pub entries: i64,
        pub completed_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(super) async fn of_user(
    connection: &impl Connection,
    user: UserId,
) -> Result<Option<AccountExport>, StoreError> {
    let Some(row) = export::Entity::find_by_id(user).one(connection).await? else {
        return Ok(None);
    };
    let parts = part::Entity::find()
        .filter(part::Column::ExportId.eq(row.export_id))
        .order_by_asc(part::Column::Service)
        .all(connection)
        .await?;
    let parts = parts.into_iter().map(|part| Part {
        service: part.service,
        entries: part.entries.unsigned_abs(),
        completed_at: part.completed_at,
    });
    Ok(Some(AccountExport {
        id: row.export_id,
        requested_at: row.requested_at,
        expires_at: row.expires_at,
        parts: parts.collect(),
    }))
}

/// Puts a new export in the place of one of before `before`; false when there is a younger one. Of many at once, one is put there.
pub(super) async fn replace(
    connection: &impl Connection,
    requested: &ExportRequested,
    before: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let old = export::Entity::find()
        .filter(export::Column::UserId.eq(requested.user_id))
        .filter(export::Column::RequestedAt.lte(before))
        .lock_exclusive()
        .one(connection)
        .await?;
    if old.is_some() {
        delete(connection, requested.user_id).await?;
    }
    let row = export::ActiveModel {
        user_id: Set(requested.user_id),
        export_id: Set(requested.export_id),
        requested_at: Set(requested.requested_at),
        expires_at: Set(requested.expires_at),
    };
    let inserted = export::Entity::insert(row)
        .on_conflict_do_nothing_on([export::Column::UserId])
        .exec_without_returning(connection)
        .await?;
    Ok(matches!(inserted, TryInsertResult::Inserted(1)))
}

/// Notes a service's part of an export that is still the last one.
pub(super) async fn note(
    connection: &impl Connection,
    service: &str,
    prepared: Prepared,
) -> Result<(), StoreError> {
    // Who replaces it meanwhile waits, and deletes this part, too.
    let export = export::Entity::find_by_id(prepared.user_id).lock_shared().one(connection).await?;
    if export.is_none_or(|export| export.export_id != prepared.export_id) {
        return Ok(());
    }
    let row = part::ActiveModel {
        export_id: Set(prepared.export_id),
        service: Set(service.to_owned()),
        entries: Set(i64::try_from(prepared.entries).unwrap_or(i64::MAX)),
        completed_at: Set(prepared.completed_at),
    };
    let key = [part::Column::ExportId, part::Column::Service];
    part::Entity::insert(row)
        .on_conflict_do_nothing_on(key)
        .exec_without_returning(connection)
        .await
        .map(|_| ())
}

/// Removes the export of `user`, with its parts.
pub(super) async fn delete(connection: &impl Connection, user: UserId) -> Result<(), StoreError> {
    let of_user = Query::select()
        .column(export::Column::ExportId)
        .from(export::Entity)
        .and_where(Expr::col(export::Column::UserId).eq(user))
        .take();
    let parts = part::Entity::delete_many().filter(part::Column::ExportId.in_subquery(of_user));
    parts.exec(connection).await?;
    export::Entity::delete_by_id(user).exec(connection).await.map(|_| ())
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use ids::ExportId;
    use testkit::TestApp;

    use super::*;
    use crate::{Auth, account_exports::ASKED_AGAIN_AFTER, context::Ctx, store::until_it_waits};

    fn requested(ctx: &Ctx, user_id: UserId) -> ExportRequested {
        let now = ctx.now();
        let (export_id, expires_at) = (ExportId::at(now), now + TimeDelta::days(7));
        ExportRequested { export_id, user_id, requested_at: now, expires_at }
    }

    async fn replace_now(ctx: Ctx, requested: ExportRequested) -> bool {
        let transaction = ctx.db.begin().await.unwrap();
        let replaced = replace(&transaction, &requested, ctx.now() - ASKED_AGAIN_AFTER).await.unwrap();
        transaction.commit().await.unwrap();
        replaced
    }

    #[tokio::test]
    async fn an_answer_that_crosses_the_next_request_leaves_nothing_behind() {
        let app = TestApp::start::<Auth>().await;
        let (ctx, user_id) = (Ctx::new(&app.foundation).unwrap(), app.new_user());
        let first = requested(&ctx, user_id);
        assert!(replace_now(ctx.clone(), first.clone()).await);
        app.clock.advance(ASKED_AGAIN_AFTER);

        let answering = ctx.db.begin().await.unwrap();
        let part = Prepared { export_id: first.export_id, user_id, entries: 3, completed_at: ctx.now() };
        note(&answering, "moods", part).await.unwrap();
        let asking = tokio::spawn(replace_now(ctx.clone(), requested(&ctx, user_id)));
        until_it_waits(&ctx, &asking).await;
        answering.commit().await.unwrap();
        assert!(asking.await.unwrap());
        assert_eq!(part::Entity::find().all(ctx.db.reader()).await.unwrap(), []);
        app.finish().await;
    }
}
