//! Deleting somebody's rows, whatever feature they belong to.

use ids::UserId;
use sea_orm::{
    ConnectionTrait,
    sea_query::{Expr, ExprTrait as _, Query},
};

pub(crate) use sea_orm::DbErr as StoreError;

/// The tables that name their owner in `user_id`.
const OWNED: [&str; 8] = [
    "mood_entries",
    "mood_tags",
    "custom_moods",
    "settings",
    "insights",
    "insight_dismissals",
    "insight_states",
    "recommendation_ratings",
];

pub(super) async fn delete_all_of(connection: &impl ConnectionTrait, user: UserId) -> Result<(), StoreError> {
    let entries =
        Query::select().column("id").from("mood_entries").and_where(Expr::col("user_id").eq(user)).take();
    let tags_of_entries = Query::delete()
        .from_table("mood_entry_tags")
        .and_where(Expr::col("entry_id").in_subquery(entries))
        .to_owned();
    connection.execute(&tags_of_entries).await?;
    for table in OWNED {
        let rows = Query::delete().from_table(table).and_where(Expr::col("user_id").eq(user)).to_owned();
        connection.execute(&rows).await?;
    }
    Ok(())
}
