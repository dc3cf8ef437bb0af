//! Sessions and refresh tokens in the database.

use chrono::{DateTime, Utc};
use ids::{RefreshTokenId, SessionId, UserId};
use sea_orm::{
    ActiveModelTrait as _,
    ActiveValue::{NotSet, Set},
    ColumnTrait, EntityTrait, QueryFilter, QuerySelect as _,
    sea_query::{Expr, ExprTrait as _, Query},
};

use crate::{
    client::Client,
    digest,
    sessions::model::{Session, StoredToken},
    store::{Connection, StoreError},
};

mod session {
    //! One login on one device.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sessions")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub session_id: ids::SessionId,
        pub user_id: ids::UserId,
        pub device: Option<String>,
        pub address: Option<String>,
        pub created_at: DateTimeUtc,
        pub last_used_at: DateTimeUtc,
        pub access_until: DateTimeUtc,
        pub ends_at: DateTimeUtc,
        pub revoked_at: Option<DateTimeUtc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod token {
    //! One refresh token, by its digest.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "refresh_tokens")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub token_id: ids::RefreshTokenId,
        pub session_id: ids::SessionId,
        pub parent_id: Option<ids::RefreshTokenId>,
        pub token_hash: String,
        pub issued_at: DateTimeUtc,
        pub expires_at: DateTimeUtc,
        pub spent_at: Option<DateTimeUtc>,
        pub child_salt: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) struct NewSession<'a> {
    pub(crate) id: SessionId,
    pub(crate) user: UserId,
    pub(crate) client: &'a Client,
    pub(crate) now: DateTime<Utc>,
    pub(crate) access_until: DateTime<Utc>,
    pub(crate) ends_at: DateTime<Utc>,
}

pub(crate) struct NewToken {
    pub(crate) id: RefreshTokenId,
    pub(crate) session: SessionId,
    pub(crate) parent: Option<RefreshTokenId>,
    pub(crate) hash: String,
    pub(crate) issued_at: DateTime<Utc>,
    pub(crate) expires_at: DateTime<Utc>,
}

pub(crate) async fn insert_session(
    connection: &impl Connection,
    new: NewSession<'_>,
) -> Result<(), StoreError> {
    let row = session::ActiveModel {
        session_id: Set(new.id),
        user_id: Set(new.user),
        device: Set(new.client.device.clone()),
        address: Set(new.client.address.map(|address| address.to_string())),
        created_at: Set(new.now),
        last_used_at: Set(new.now),
        access_until: Set(new.access_until),
        ends_at: Set(new.ends_at),
        revoked_at: Set(None),
    };
    row.insert(connection).await.map(|_| ())
}

pub(crate) async fn insert_token(connection: &impl Connection, new: NewToken) -> Result<(), StoreError> {
    let row = token::ActiveModel {
        token_id: Set(new.id),
        session_id: Set(new.session),
        parent_id: Set(new.parent),
        token_hash: Set(new.hash),
        issued_at: Set(new.issued_at),
        expires_at: Set(new.expires_at),
        spent_at: NotSet,
        child_salt: NotSet,
    };
    row.insert(connection).await.map(|_| ())
}

/// Spends the token, if it is good; false when it isn't, whatever the reason. Of many at once, one spends it.
pub(crate) async fn spend(
    connection: &impl Connection,
    hash: &str,
    salt: &[u8; 32],
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    // Asked of the token's session, not of all sessions that are alive.
    let of_token = Expr::col((session::Entity, session::Column::SessionId))
        .equals((token::Entity, token::Column::SessionId));
    let alive = Query::select()
        .expr(Expr::val(1))
        .from(session::Entity)
        .and_where(of_token)
        .and_where(Expr::col((session::Entity, session::Column::RevokedAt)).is_null())
        .take();
    let spent = token::Entity::update_many()
        .col_expr(token::Column::SpentAt, Expr::value(now))
        .col_expr(token::Column::ChildSalt, Expr::value(digest::to_text(salt)))
        .filter(token::Column::TokenHash.eq(hash))
        .filter(token::Column::SpentAt.is_null())
        .filter(token::Column::ExpiresAt.gt(now))
        .filter(Expr::exists(alive))
        .exec(connection)
        .await?;
    Ok(spent.rows_affected == 1)
}

pub(crate) async fn find_token(
    connection: &impl Connection,
    hash: &str,
) -> Result<Option<StoredToken>, StoreError> {
    let row = token::Entity::find().filter(token::Column::TokenHash.eq(hash)).one(connection).await?;
    Ok(row.map(|row| StoredToken {
        id: row.token_id,
        session: row.session_id,
        parent: row.parent_id,
        spent_at: row.spent_at,
        child_salt: row.child_salt.as_deref().and_then(digest::of_text),
    }))
}

/// Whose session the token is of.
pub(crate) async fn owner_of(connection: &impl Connection, hash: &str) -> Result<Option<UserId>, StoreError> {
    let Some(token) = find_token(connection, hash).await? else {
        return Ok(None);
    };
    Ok(find_session(connection, token.session).await?.map(|session| session.user))
}

/// Makes it impossible to give the token's child again.
pub(crate) async fn forget_salt(
    connection: &impl Connection,
    token: RefreshTokenId,
) -> Result<(), StoreError> {
    token::Entity::update_many()
        .col_expr(token::Column::ChildSalt, Expr::value(None::<String>))
        .filter(token::Column::TokenId.eq(token))
        .exec(connection)
        .await
        .map(|_| ())
}

/// Lets a session live on; `None` when it has ended. Whoever is just ending it goes first.
pub(crate) async fn renew(
    connection: &impl Connection,
    id: SessionId,
    now: DateTime<Utc>,
    access_until: DateTime<Utc>,
    ends_at: DateTime<Utc>,
) -> Result<Option<Session>, StoreError> {
    let renewed = session::Entity::update_many()
        .col_expr(session::Column::LastUsedAt, Expr::value(now))
        .col_expr(session::Column::AccessUntil, Expr::value(access_until))
        .col_expr(session::Column::EndsAt, Expr::value(ends_at))
        .filter(session::Column::SessionId.eq(id))
        .filter(session::Column::RevokedAt.is_null())
        .exec(connection)
        .await?;
    if renewed.rows_affected == 0 {
        return Ok(None);
    }
    find_session(connection, id).await
}

/// Ends a session; `None` when there is none that hasn't ended.
pub(crate) async fn revoke(
    connection: &impl Connection,
    id: SessionId,
    now: DateTime<Utc>,
) -> Result<Option<Session>, StoreError> {
    let revoked = session::Entity::update_many()
        .col_expr(session::Column::RevokedAt, Expr::value(now))
        .filter(session::Column::SessionId.eq(id))
        .filter(session::Column::RevokedAt.is_null())
        .exec(connection)
        .await?;
    if revoked.rows_affected == 0 {
        return Ok(None);
    }
    find_session(connection, id).await
}

async fn find_session(connection: &impl Connection, id: SessionId) -> Result<Option<Session>, StoreError> {
    let row = session::Entity::find_by_id(id).one(connection).await?;
    Ok(row.map(of_row))
}

fn of_row(row: session::Model) -> Session {
    Session { id: row.session_id, user: row.user_id, access_until: row.access_until }
}

/// Ends the sessions of `user` that haven't ended, whether anybody still uses them or not, and gives them.
pub(crate) async fn revoke_all(
    connection: &impl Connection,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<Vec<Session>, StoreError> {
    let going_on = || session::Column::UserId.eq(user).and(session::Column::RevokedAt.is_null());
    let rows = session::Entity::find().filter(going_on()).lock_exclusive().all(connection).await?;
    session::Entity::update_many()
        .col_expr(session::Column::RevokedAt, Expr::value(now))
        .filter(going_on())
        .exec(connection)
        .await?;
    Ok(rows.into_iter().map(of_row).collect())
}

/// Removes every session of the user, with its tokens.
pub(crate) async fn delete_all(connection: &impl Connection, user: UserId) -> Result<(), StoreError> {
    let of_user = Query::select()
        .column(session::Column::SessionId)
        .from(session::Entity)
        .and_where(Expr::col(session::Column::UserId).eq(user))
        .take();
    let tokens = token::Entity::delete_many().filter(token::Column::SessionId.in_subquery(of_user));
    tokens.exec(connection).await?;
    let sessions = session::Entity::delete_many().filter(session::Column::UserId.eq(user));
    sessions.exec(connection).await.map(|_| ())
}

/// Removes what can't be used again by anybody.
pub(crate) async fn forget_ended(connection: &impl Connection, now: DateTime<Utc>) -> Result<(), StoreError> {
    let expired = token::Entity::delete_many().filter(token::Column::ExpiresAt.lte(now));
    expired.exec(connection).await?;
    let ended = session::Entity::delete_many().filter(session::Column::EndsAt.lte(now));
    ended.exec(connection).await.map(|_| ())
}
