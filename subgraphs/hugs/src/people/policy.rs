//! A recipient's policy applied to a sender.

use chrono::TimeDelta;
use events::users::{HugPolicy, HugPolicyAction};

use super::Admission;

/// How long an account counts as new.
pub(super) const NEW_FOR: TimeDelta = TimeDelta::days(7);

/// What a sender is to a recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Standing {
    /// The recipient follows the sender.
    pub(super) followed: bool,
    /// The sender follows the recipient.
    pub(super) following: bool,
    /// The sender's account is new.
    pub(super) new: bool,
}

/// The strictest of the actions that apply to the sender.
pub(super) fn admission(policy: HugPolicy, sender: Standing) -> Admission {
    let rules = [
        (!sender.followed, policy.not_followed),
        (!sender.following, policy.not_following),
        (sender.new, policy.new_accounts),
    ];
    let applies = |wanted| rules.iter().any(|(applies, action)| *applies && *action == wanted);
    if applies(HugPolicyAction::Drop) {
        Admission::Refused
    } else if applies(HugPolicyAction::Filter) {
        Admission::Quiet
    } else {
        Admission::Open
    }
}

#[cfg(test)]
mod tests {
    use proptest::{prelude::*, sample::select};

    use super::*;

    fn actions() -> impl Strategy<Value = HugPolicyAction> {
        select(vec![HugPolicyAction::Accept, HugPolicyAction::Filter, HugPolicyAction::Drop])
    }

    fn policies() -> impl Strategy<Value = HugPolicy> {
        (actions(), actions(), actions(), actions()).prop_map(
            |(not_followed, not_following, new_accounts, anonymous)| HugPolicy {
                not_followed,
                not_following,
                new_accounts,
                anonymous,
            },
        )
    }

    fn strictness(admission: Admission) -> u8 {
        match admission {
            Admission::Open => 0,
            Admission::Quiet => 1,
            Admission::Refused => 2,
        }
    }

    proptest! {
        #[test]
        fn mutual_friends_with_old_accounts_always_get_through(policy in policies()) {
            let friend = Standing { followed: true, following: true, new: false };
            prop_assert_eq!(admission(policy, friend), Admission::Open);
        }

        #[test]
        fn closer_people_are_never_treated_more_strictly(policy in policies(), followed: bool, following: bool, new: bool) {
            let sender = Standing { followed, following, new };
            let strict = strictness(admission(policy, sender));
            for closer in [
                Standing { followed: true, ..sender },
                Standing { following: true, ..sender },
                Standing { new: false, ..sender },
            ] {
                prop_assert!(strictness(admission(policy, closer)) <= strict);
            }
        }
    }
}
