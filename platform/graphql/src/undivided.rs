//! Going through a whole level of an answer at once, so that what its fields want is loaded at once.
//!
//! Fields that are resolved side by side give way to others after every few of them, and a data loader that has waited for its
//! moment meanwhile loads what a part of them wants: a hundred people would cost as many statements as the machine is slow.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

/// So many times in a row a future may go on before others have their turn: more than a page has items.
const AT_ONCE: usize = 4_096;

/// Polls `future` again for as long as it says that it can go on, before anything else has its turn.
pub(crate) async fn undivided<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    tokio::task::unconstrained(poll_fn(move |context| {
        let call = Arc::new(Call { again: AtomicBool::new(false), outer: context.waker().clone() });
        let waker = Waker::from(call.clone());
        for _ in 0..AT_ONCE {
            if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
                return Poll::Ready(output);
            }
            // What wakes it from here on wakes the task as well.
            if !call.again.swap(false, Ordering::AcqRel) {
                return Poll::Pending;
            }
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }))
    .await
}

/// Remembers that the future was woken, and wakes its task: a call that comes while it is polled is answered by polling it
/// again, one that comes later by the task.
struct Call {
    again: AtomicBool,
    outer: Waker,
}

impl Wake for Call {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.again.store(true, Ordering::Release);
        self.outer.wake_by_ref();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    /// Says at once that it can go on, `times` times.
    async fn give_way(times: usize) {
        let mut left = times;
        poll_fn(|context| {
            if left == 0 {
                return Poll::Ready(());
            }
            left -= 1;
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }

    #[tokio::test]
    async fn nobody_else_has_a_turn_while_it_can_go_on() {
        let turns = Arc::new(AtomicUsize::new(0));
        let counted = turns.clone();
        let other = tokio::spawn(async move {
            counted.fetch_add(1, Ordering::Relaxed);
        });
        undivided(give_way(100)).await;
        assert_eq!(turns.load(Ordering::Relaxed), 0);
        undivided(give_way(2 * AT_ONCE)).await;
        assert_eq!(turns.load(Ordering::Relaxed), 1, "but not for ever");
        other.await.unwrap();
    }

    #[tokio::test]
    async fn what_wakes_it_later_wakes_it() {
        let (tell, told) = futures::channel::oneshot::channel();
        let (ready, go) = futures::channel::oneshot::channel();
        let teller = tokio::spawn(async move {
            go.await.unwrap();
            tell.send(7).unwrap();
        });
        let answer = undivided(async {
            ready.send(()).unwrap();
            told.await.unwrap()
        });
        assert_eq!(answer.await, 7);
        teller.await.unwrap();
    }
}
