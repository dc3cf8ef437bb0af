//! Telling when a streak has ended: nothing happens then, so somebody has to look at the clock.

use std::time::Duration;

use chrono::TimeDelta;
use events::streaks::{StreakBroken, StreakChanged};
use tokio_util::sync::CancellationToken;

use super::{
    compute,
    store::{
        StoreError,
        standings::{self, Overdue},
    },
};
use crate::{context::Ctx, members};

/// How often the clock is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How many streaks are looked for at once.
const BATCH: u64 = 100;

/// The background task: ends streaks until told to stop.
pub(crate) async fn end_until(stop: CancellationToken, ctx: Ctx) {
    service::repeat(stop, LOOK_EVERY, || async {
        if let Err(error) = pass(&ctx).await {
            tracing::warn!(%error, "streaks could not be ended; trying again");
        }
    })
    .await;
}

/// Looks at each streak that should have ended by now once, however many there are: those that can't be read, be they more than
/// a batch, keep no other waiting.
async fn pass(ctx: &Ctx) -> Result<(), StoreError> {
    let (now, mut after) = (ctx.now(), None);
    loop {
        let found = standings::overdue(ctx.db.reader(), now, after, BATCH).await?;
        for overdue in &found {
            if let Err(error) = end(ctx, *overdue).await {
                tracing::warn!(%error, user = %overdue.user_id, "a streak could not be ended; trying again");
            }
        }
        let Some(last) = found.last() else { return Ok(()) };
        after = Some(*last);
    }
}

/// Ends a streak, unless another process has, or something came up that holds it.
async fn end(ctx: &Ctx, overdue: Overdue) -> Result<(), StoreError> {
    let Overdue { user_id, kind, .. } = overdue;
    let now = ctx.now();
    let work = ctx.begin().await?;
    // Their streaks are being forgotten, or are: nothing ends for them, and whoever forgets must not be waited for with their row.
    if erasure::any_erased(&work, &[user_id]).await? {
        return work.rollback().await;
    }
    members::store::hold(&*work, user_id).await?;
    let Some(overdue) = standings::still_overdue(&*work, overdue, now).await? else {
        return work.rollback().await;
    };
    let streak = compute(&*work, user_id, kind, now).await?.map(|reckoning| reckoning.streak);
    standings::put(&*work, user_id, kind, streak.as_ref()).await?;
    if streak.is_some_and(|streak| !streak.is_running()) {
        let until = overdue.breaks_at - TimeDelta::microseconds(1);
        let ended = compute(&*work, user_id, kind, until).await?.map(|reckoning| reckoning.streak);
        if let Some(ended) =
            ended.filter(|ended| ended.is_running() && Some(ended.last_date) != overdue.told_end)
        {
            standings::note_told_end(&*work, user_id, kind, ended.last_date).await?;
            let (days, longest, last_date) = (ended.current, ended.longest, ended.last_date);
            work.emit(&StreakBroken { user_id, kind, days, longest, last_date }).await?;
        }
        // Of an end that was told before, too: what was heard late since may have told of days in a row.
        work.emit(&StreakChanged { user_id, kind, current: Some(0), changed_at: now }).await?;
    }
    work.commit().await
}

#[cfg(test)]
mod tests {
    use events::{
        moods::{MoodLogged, MoodVisibility},
        streaks::StreakKind,
    };
    use ids::{MoodId, UserId};
    use testkit::{TestApp, fill_all};

    use super::*;
    use crate::{Streaks, live::Hub};

    async fn log(app: &TestApp, user_id: UserId, date: &str) {
        let logged = MoodLogged {
            mood_id: MoodId::at(clock::Clock::now(app.clock.as_ref())),
            user_id,
            local_date: date.parse().unwrap(),
            timezone: "UTC".to_owned(),
            day_start_hour: 0,
            visibility: MoodVisibility::Private,
        };
        app.tell(&logged).await;
    }

    #[tokio::test]
    async fn several_processes_tell_of_an_end_once() {
        let app = TestApp::start::<Streaks>().await;
        let ada = app.new_user();
        log(&app, ada, "2026-02-28").await;
        log(&app, ada, "2026-03-01").await;
        let ctx = Ctx::new(app.foundation.ctx(), Hub::default());
        pass(&ctx).await.unwrap();
        assert_eq!(app.events::<StreakBroken>().await, []);

        app.clock.advance(TimeDelta::hours(36));
        let (one, two, three) = tokio::join!(pass(&ctx), pass(&ctx), pass(&ctx));
        one.and(two).and(three).unwrap();
        pass(&ctx).await.unwrap();
        let told = StreakBroken {
            user_id: ada,
            kind: StreakKind::MoodLogging,
            days: 2,
            longest: 2,
            last_date: "2026-03-01".parse().unwrap(),
        };
        assert_eq!(app.events::<StreakBroken>().await, [told]);
        app.finish().await;
    }

    #[tokio::test]
    async fn what_is_heard_late_ends_a_streak_no_second_time() {
        let app = TestApp::start::<Streaks>().await;
        let ada = app.new_user();
        log(&app, ada, "2026-03-01").await;
        let late = app.envelope(&MoodLogged {
            mood_id: MoodId::at(clock::Clock::now(app.clock.as_ref())),
            user_id: ada,
            local_date: "2026-02-27".parse().unwrap(),
            timezone: "UTC".to_owned(),
            day_start_hour: 0,
            visibility: MoodVisibility::Private,
        });
        let ctx = Ctx::new(app.foundation.ctx(), Hub::default());
        app.clock.advance(TimeDelta::days(5));
        pass(&ctx).await.unwrap();
        app.tell_envelope(late).await;
        pass(&ctx).await.unwrap();
        log(&app, ada, "2026-03-06").await;
        app.clock.advance(TimeDelta::days(5));
        pass(&ctx).await.unwrap();
        let ends: Vec<_> =
            app.events::<StreakBroken>().await.into_iter().map(|told| told.last_date.to_string()).collect();
        assert_eq!(ends, ["2026-03-01", "2026-03-06"]);
        let lengths: Vec<_> = app.events::<StreakChanged>().await.iter().map(|told| told.current).collect();
        assert_eq!(lengths, [Some(1), Some(0), Some(1), Some(0), Some(1), Some(0)]);
        app.finish().await;
    }

    /// Streaks that should have ended a day ago: of people whose days nobody can read, and of a kind that nobody knows.
    async fn unreadable(app: &TestApp, how_many: usize) {
        let standing = "user_id, kind, is_tracked, current, breaks_at";
        let day = "kind, source_id, user_id, local_date, timezone, day_start_hour, gone, told_at, seq";
        let nowhere = "'MOOD_LOGGING', {id 2 n}, {id 1 n}, '2026-01-01', 'Nowhere', 4, FALSE, {at -n}, n";
        let rows = [
            ("qualifying_days", day, nowhere, how_many),
            ("standings", standing, "{id 1 n}, 'MOOD_LOGGING', TRUE, 3, {at -86400}", how_many),
            ("standings", standing, "{id 1 n}, 'NAPPING', TRUE, 3, {at -86400}", 1),
        ];
        fill_all(&app.db, &rows).await;
    }

    #[tokio::test]
    async fn streaks_that_cant_be_read_keep_no_other_from_its_end() {
        let app = TestApp::start::<Streaks>().await;
        let ada = app.new_user();
        log(&app, ada, "2026-03-01").await;
        unreadable(&app, 250).await;
        app.clock.advance(TimeDelta::hours(36));
        pass(&Ctx::new(app.foundation.ctx(), Hub::default())).await.unwrap();
        let told: Vec<_> = app.events::<StreakBroken>().await.into_iter().map(|told| told.user_id).collect();
        assert_eq!(told, [ada]);
        app.finish().await;
    }
}
