//! Between one upstream and the clients that share it.

use std::{
    borrow::Cow,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, Utc};
use tokio::{
    sync::Notify,
    task::AbortHandle,
    time::{Instant, sleep_until},
};

use super::{
    StreamItem,
    config::SubscriptionsConfig,
    key::same_viewer,
    mailbox::{Bounds, Last, Mailbox},
};
use crate::engine::{Cursor, Engine, GraphqlResponse, PreparedOperation, context::RequestContext};

/// One upstream's clients.
pub(super) struct Channel {
    state: Mutex<State>,
    /// A client took something, came or left.
    stirred: Notify,
}

struct State {
    /// All are the same viewer.
    members: Vec<Member>,
    course: Arc<Course>,
    beginning: Beginning,
    /// What was said so far is what happened up to here, if that is known.
    position: Option<Cursor>,
    /// Whether it goes on for those whom it has, and takes no others.
    retired: bool,
    ended: bool,
    upstream: Option<AbortHandle>,
}

/// What an upstream says at first, all at once, such as what a client missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Beginning {
    /// Nothing was said yet.
    Ahead,
    Underway,
    /// The upstream has come to rest since.
    Over,
}

/// What a stream runs on now: another supergraph gives it another.
pub(super) struct Course {
    pub(super) engine: Engine,
    pub(super) operation: PreparedOperation,
}

struct Member {
    mailbox: Arc<Mailbox>,
    context: RequestContext,
}

impl Channel {
    /// A channel with its first client.
    pub(super) fn with_first(course: Course, context: RequestContext) -> (Arc<Self>, Arc<Mailbox>) {
        let mailbox = Arc::new(Mailbox::default());
        let state = State {
            members: vec![Member { mailbox: Arc::clone(&mailbox), context }],
            course: Arc::new(course),
            beginning: Beginning::Ahead,
            position: None,
            retired: false,
            ended: false,
            upstream: None,
        };
        (Arc::new(Self { state: Mutex::new(state), stirred: Notify::new() }), mailbox)
    }

    /// A place at the stream from now on; `None` when it can't be joined any more, or in the midst of its beginning.
    pub(super) fn join(&self, context: &RequestContext) -> Option<Arc<Mailbox>> {
        let mut state = self.lock();
        if state.ended || state.retired || state.beginning == Beginning::Underway {
            return None;
        }
        let mailbox = Arc::new(Mailbox::default());
        if let Some(position) = &state.position {
            mailbox.begin_after(position.clone());
        }
        state.members.push(Member { mailbox: Arc::clone(&mailbox), context: context.clone() });
        drop(state);
        self.stirred.notify_one();
        Some(mailbox)
    }

    /// Ends the upstream with its last client.
    pub(super) fn driven_by(&self, upstream: AbortHandle) {
        let mut state = self.lock();
        if state.ended {
            upstream.abort();
        }
        state.upstream = Some(upstream);
    }

    /// Takes a client off; whether it was the last one, and the upstream is let go.
    pub(super) fn leave(&self, mailbox: &Arc<Mailbox>) -> bool {
        let mut state = self.lock();
        state.remove(mailbox);
        let is_last = state.members.is_empty();
        if is_last {
            state.ended = true;
            if let Some(upstream) = state.upstream.take() {
                upstream.abort();
            }
        }
        drop(state);
        self.stirred.notify_one();
        is_last
    }

    /// A client has taken something.
    pub(super) fn stir(&self) {
        self.stirred.notify_one();
    }

    /// Whose identity the upstream is asked with; `None` when all have left.
    pub(super) fn context(&self) -> Option<RequestContext> {
        let state = self.lock();
        let renewed = state.members.iter().find_map(|member| match member.context.current() {
            // A newer token may give more than the others have: then it is not theirs to use.
            Cow::Owned(current) if state.members.len() == 1 || same_viewer(&current, &member.context) => {
                Some(current)
            }
            _ => None,
        });
        renewed.or_else(|| {
            state.members.iter().max_by_key(|member| lasts(member)).map(|member| member.context.clone())
        })
    }

    pub(super) fn course(&self) -> Arc<Course> {
        Arc::clone(&self.lock().course)
    }

    pub(super) fn set_course(&self, course: Arc<Course>) {
        self.lock().course = course;
    }

    pub(super) fn retire(&self) {
        self.lock().retired = true;
    }

    /// Tells everybody where the stream begins.
    pub(super) fn begin_after(&self, cursor: &Cursor) {
        let mut state = self.lock();
        for member in &state.members {
            member.mailbox.begin_after(cursor.clone());
        }
        state.position = Some(cursor.clone());
    }

    pub(super) fn settle(&self) {
        let mut state = self.lock();
        if state.beginning == Beginning::Underway {
            state.beginning = Beginning::Over;
        }
    }

    /// Nothing follows for anybody.
    pub(super) fn end(&self, last: &Last) {
        let mut state = self.lock();
        state.ended = true;
        for member in state.members.drain(..) {
            member.mailbox.end(last.clone());
        }
    }

    /// Hands an item to every client. One alone is waited for, which holds the upstream back; one among several that
    /// has no room in time gets `overflow` instead, and the others go on.
    pub(super) async fn deliver(&self, item: &StreamItem, config: &SubscriptionsConfig, overflow: &Last) {
        let bounds = Bounds { events: config.buffer_events, bytes: config.buffer_bytes };
        let mut full: Vec<_> = {
            let mut state = self.lock();
            if state.beginning == Beginning::Ahead {
                state.beginning = Beginning::Underway;
            }
            if item.cursor.is_some() {
                state.position.clone_from(&item.cursor);
            }
            let mailboxes = state.members.iter().map(|member| &member.mailbox);
            mailboxes.filter(|mailbox| !mailbox.offer(item, bounds)).cloned().collect()
        };
        let mut give_up = None;
        while !full.is_empty() {
            let company = self.lock().members.len() > 1;
            let until = *give_up.get_or_insert_with(|| Instant::now() + config.patience());
            tokio::select! {
                () = self.stirred.notified() => {
                    full.retain(|mailbox| self.has(mailbox) && !mailbox.offer(item, bounds));
                }
                () = sleep_until(until), if company => {
                    full.retain(|mailbox| !self.turn_out(mailbox, overflow));
                    give_up = None;
                }
            }
        }
    }

    fn has(&self, mailbox: &Arc<Mailbox>) -> bool {
        self.lock().members.iter().any(|member| Arc::ptr_eq(&member.mailbox, mailbox))
    }

    /// Parts a client from the others; not when they have left meanwhile.
    fn turn_out(&self, mailbox: &Arc<Mailbox>, last: &Last) -> bool {
        let mut state = self.lock();
        if state.members.len() < 2 {
            return false;
        }
        state.remove(mailbox);
        mailbox.end(last.clone());
        true
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn remove(&mut self, mailbox: &Arc<Mailbox>) {
        self.members.retain(|member| !Arc::ptr_eq(&member.mailbox, mailbox));
    }
}

/// When a member's token expires; one that never does is the greatest.
fn lasts(member: &Member) -> (bool, Option<DateTime<Utc>>) {
    let end = member.context.viewer.as_ref().and_then(|viewer| viewer.expires_at);
    (end.is_none(), end)
}

/// Whoever waits at a channel learns of its end, even if its upstream's task was torn down.
pub(super) struct EndsWith(pub(super) Arc<Channel>);

impl Drop for EndsWith {
    fn drop(&mut self) {
        let broken = GraphqlResponse::request_error("INTERNAL", "The stream was torn down.");
        self.0.end(&Last::Refused(broken));
    }
}
