//! Hearing from the other services that nothing is left.

use events::{Envelope, Event as _, hugs, moods, social, streaks, users};
use ids::UserId;
use outbox::{ConsumerError, EventHandler, Work};

use crate::erasures::{SERVICES, store};

/// The group that hears the answers.
pub(crate) const GROUP: &str = "auth.erasures";

/// What the group listens to.
pub(crate) fn subjects() -> Vec<String> {
    vec![
        users::ErasureCompleted::subject(),
        moods::ErasureCompleted::subject(),
        hugs::ErasureCompleted::subject(),
        social::ErasureCompleted::subject(),
        streaks::ErasureCompleted::subject(),
    ]
}

/// Notes who has answered. When all have, nothing of the erasure is kept but the tombstone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answers;

#[async_trait::async_trait]
impl EventHandler for Answers {
    async fn handle(&self, work: &mut Work, event: &Envelope) -> Result<(), ConsumerError> {
        let Some(user) = erased_elsewhere(event) else {
            return Ok(());
        };
        let user = user?;
        if !store::note_answer(&**work, user, &event.producer, work.now()).await? {
            return Ok(());
        }
        let answered = store::answered(&**work, user).await?;
        if SERVICES.iter().all(|name| answered.iter().any(|answered| answered == name)) {
            store::finish(&**work, user).await?;
            tracing::info!(%user, "an erasure is complete: every service has answered");
        }
        Ok(())
    }
}

/// Of whom the producer has erased everything.
fn erased_elsewhere(event: &Envelope) -> Option<Result<UserId, serde_json::Error>> {
    let of_users = event.read::<users::ErasureCompleted>().map(|read| read.map(|event| event.user_id));
    of_users
        .or_else(|| event.read::<moods::ErasureCompleted>().map(|read| read.map(|event| event.user_id)))
        .or_else(|| event.read::<hugs::ErasureCompleted>().map(|read| read.map(|event| event.user_id)))
        .or_else(|| event.read::<social::ErasureCompleted>().map(|read| read.map(|event| event.user_id)))
        .or_else(|| event.read::<streaks::ErasureCompleted>().map(|read| read.map(|event| event.user_id)))
}

#[cfg(test)]
mod tests {
    use testkit::TestApp;

    use super::*;
    use crate::{Auth, context::Ctx, store::until_it_waits};

    #[tokio::test]
    async fn of_the_last_two_answers_at_once_the_second_finds_that_it_is_the_last() {
        let app = TestApp::start::<Auth>().await;
        let (ctx, user_id) = (Ctx::new(&app.foundation).unwrap(), app.new_user());
        let completed_at = ctx.now();
        let work = ctx.begin().await.unwrap();
        store::insert(&*work, user_id, completed_at, completed_at).await.unwrap();
        for service in ["users", "moods", "hugs"] {
            store::note_answer(&*work, user_id, service, completed_at).await.unwrap();
        }
        work.commit().await.unwrap();

        let mut first = ctx.begin().await.unwrap();
        let answer = app.envelope(&social::ErasureCompleted { user_id, completed_at });
        Answers.handle(&mut first, &answer).await.unwrap();
        let answer = app.envelope(&streaks::ErasureCompleted { user_id, completed_at });
        let second = tokio::spawn({
            let ctx = ctx.clone();
            async move {
                let mut work = ctx.begin().await.unwrap();
                Answers.handle(&mut work, &answer).await.unwrap();
                work.commit().await.unwrap();
            }
        });
        until_it_waits(&ctx, &second).await;
        first.commit().await.unwrap();
        second.await.unwrap();
        assert_eq!(store::unfinished(ctx.db.reader()).await.unwrap(), []);
        app.finish().await;
    }
}
