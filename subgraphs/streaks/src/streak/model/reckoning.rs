//! Going through a history day by day.
//!
//! Freezes are a part of the history, not of its bookkeeping. Each day that counts is *saved*, up to the worth of
//! [`MAX_FREEZES`]; a freeze is the worth of [`DAYS_PER_FREEZE`] saved days, and a missed day takes one. So whatever is added
//! to a history, a day, a repair, a pause or a freeze, never leaves fewer days saved on any date, and never makes a streak shorter.

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::{Calendar, History, Streak, StreakKind, StreakState};

/// How many days in a row earn a freeze.
pub(crate) const DAYS_PER_FREEZE: u32 = 7;
/// How many freezes can be held at once; days beyond that earn nothing until one is used.
pub(crate) const MAX_FREEZES: u32 = 2;
/// How many days ago a missed day may be, to be repaired.
const REPAIRABLE_FOR: Days = Days::new(7);

/// What became of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DayState {
    /// Something happened on it.
    Counted,
    /// It was missed, and a freeze held it: the streak goes on and is no longer for it.
    Frozen,
    /// It was missed, and made to count.
    Repaired,
    /// Nothing was needed.
    Paused,
    /// It was missed, and nothing held it.
    Missed,
}

/// A streak, and how it came to be what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reckoning {
    pub(crate) streak: Streak,
    history: History,
    first: NaiveDate,
    /// From `first` on.
    days: Vec<Day>,
}

/// A day that was gone through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Day {
    /// None for a day that isn't over.
    state: Option<DayState>,
    /// How many days in a row there were after it.
    run: u32,
}

impl Reckoning {
    /// What `history` comes to for somebody with this calendar; none when no date counts.
    pub(crate) fn compute(
        kind: StreakKind,
        history: &History,
        calendar: Calendar,
        now: DateTime<Utc>,
    ) -> Option<Self> {
        let (first, last) = history.ends()?;
        // Where the last date counted it may be tomorrow already; and what is heard late is taken as of when it was told, though
        // later dates are known. Either way the days before that date are over.
        let today = calendar.date_of(now).max(last);
        let mut walk = Walk::new(history, today);
        // A freeze may have been bought for days that are gone by now.
        let start = history.bought.first_key_value().map_or(first, |(date, _)| first.min(*date));
        let days: Vec<_> =
            start.iter_days().take_while(|date| *date <= today).map(|date| walk.day(date)).collect();
        let due = walk.started_on.map(|_| walk.due_from(today));
        let streak = Streak {
            kind,
            state: walk.state(due),
            current: walk.run,
            longest: walk.longest,
            started_on: walk.started_on,
            last_date: last,
            deadline: due.map(|due| calendar.end_of(due)),
            breaks_at: due.map(|due| calendar.end_of(walk.breaks_on(due))),
            freezes_held: walk.saved / DAYS_PER_FREEZE,
            repairable_date: walk.repairable(now),
        };
        let before_first = usize::try_from((first - start).num_days()).unwrap_or_default();
        let days = days.into_iter().skip(before_first).collect();
        Some(Self { streak, history: history.clone(), first, days })
    }

    /// What became of `date`, or is planned for it; none when that isn't known yet, and before the first day.
    pub(crate) fn day(&self, date: NaiveDate) -> Option<DayState> {
        let index = usize::try_from((date - self.first).num_days()).ok()?;
        let planned = || self.history.is_paused(date).then_some(DayState::Paused);
        self.days.get(index).map_or_else(planned, |day| day.state)
    }

    /// Which of its days in a row `date` was, 1 for the first; none when it didn't count.
    pub(crate) fn number_of(&self, date: NaiveDate) -> Option<u32> {
        let index = usize::try_from((date - self.first).num_days()).ok()?;
        let day = self.days.get(index)?;
        matches!(day.state, Some(DayState::Counted | DayState::Repaired)).then_some(day.run)
    }
}

/// How things stand after some day.
struct Walk<'a> {
    history: &'a History,
    today: NaiveDate,
    run: u32,
    longest: u32,
    started_on: Option<NaiveDate>,
    /// Days that freezes are made of.
    saved: u32,
    /// The latest missed day, when it is the first after days in a row: repaired, it joins what is on its two sides.
    broke_on: Option<NaiveDate>,
    /// What became of the latest day on which something was needed.
    latest: Option<DayState>,
}

impl<'a> Walk<'a> {
    fn new(history: &'a History, today: NaiveDate) -> Self {
        let (run, longest, saved) = (0, 0, 0);
        Self { history, today, run, longest, started_on: None, saved, broke_on: None, latest: None }
    }

    fn day(&mut self, date: NaiveDate) -> Day {
        Day { state: self.step(date), run: self.run }
    }

    fn step(&mut self, date: NaiveDate) -> Option<DayState> {
        let bought = self.history.bought.get(&date).copied().unwrap_or_default();
        self.save(bought.saturating_mul(DAYS_PER_FREEZE));
        let state = self.state_of(date)?;
        match state {
            DayState::Counted | DayState::Repaired => {
                self.run += 1;
                self.longest = self.longest.max(self.run);
                self.started_on.get_or_insert(date);
                self.save(1);
            }
            DayState::Paused => return Some(state),
            DayState::Frozen => self.saved -= DAYS_PER_FREEZE,
            DayState::Missed => {
                self.broke_on = (self.run > 0).then_some(date);
                (self.run, self.started_on) = (0, None);
                self.saved = self.saved.saturating_sub(DAYS_PER_FREEZE);
            }
        }
        self.latest = Some(state);
        Some(state)
    }

    fn state_of(&self, date: NaiveDate) -> Option<DayState> {
        if self.history.dates.contains(&date) {
            Some(DayState::Counted)
        } else if self.history.repairs.contains_key(&date) {
            Some(DayState::Repaired)
        } else if self.history.is_paused(date) {
            Some(DayState::Paused)
        } else if date >= self.today {
            None
        } else if self.run > 0 && self.saved >= DAYS_PER_FREEZE {
            Some(DayState::Frozen)
        } else {
            Some(DayState::Missed)
        }
    }

    fn save(&mut self, days: u32) {
        self.saved = self.saved.saturating_add(days).min(MAX_FREEZES * DAYS_PER_FREEZE);
    }

    /// The first day, `date` or later, on which something is needed and nothing has happened.
    fn due_from(&self, date: NaiveDate) -> NaiveDate {
        let needed = |date: &NaiveDate| !self.history.counts(*date) && !self.history.is_paused(*date);
        date.iter_days().find(needed).unwrap_or(NaiveDate::MAX)
    }

    /// The day whose end is the streak's, if nothing happens from `due` on.
    fn breaks_on(&self, due: NaiveDate) -> NaiveDate {
        (0..self.saved / DAYS_PER_FREEZE).fold(due, |due, _| self.due_from(due + Days::new(1)))
    }

    fn state(&self, due: Option<NaiveDate>) -> StreakState {
        match due {
            None => StreakState::Broken,
            Some(due) if due == self.today && self.latest == Some(DayState::Frozen) => StreakState::Frozen,
            Some(due) if due == self.today => StreakState::AtRisk,
            Some(_) if self.history.counts(self.today) => StreakState::Active,
            Some(_) => StreakState::Paused,
        }
    }

    fn repairable(&self, now: DateTime<Utc>) -> Option<NaiveDate> {
        let recent = |date: &NaiveDate| *date + REPAIRABLE_FOR >= self.today;
        self.broke_on.filter(recent).filter(|_| !self.history.was_repaired_lately(now))
    }
}

#[cfg(test)]
mod tests;
