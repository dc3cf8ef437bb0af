//! A recipient's policy applied to a sender.

use chrono::{DateTime, TimeDelta, Utc};
use events::users::{HugPolicy, HugPolicyAction};

use super::Admission;

/// How long an account counts as new.
const NEW_FOR: TimeDelta = TimeDelta::days(7);

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

/// Whether the account is new; one of whose registration nobody has heard is.
pub(super) fn is_new(registered_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    registered_at.is_none_or(|at| now - at < NEW_FOR)
}

/// The strictest of all actions: whoever sends anonymously is treated as the least known stranger.
pub(super) fn admission_of_anonymous(policy: HugPolicy) -> Admission {
    match policy.anonymous {
        HugPolicyAction::Drop => Admission::Refused,
        anonymous => {
            let stranger = Standing { followed: false, following: false, new: true };
            match admission(policy, stranger) {
                Admission::Open if anonymous == HugPolicyAction::Filter => Admission::Quiet,
                admission => admission,
            }
        }
    }
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
        fn an_anonymous_hug_gets_no_further_than_anybodys(policy in policies(), followed: bool, following: bool, new: bool) {
            let anonymous = strictness(admission_of_anonymous(policy));
            let named = strictness(admission(policy, Standing { followed, following, new }));
            prop_assert!(anonymous >= named);
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
