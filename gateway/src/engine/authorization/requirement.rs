//! What can be required, and what a viewer has to meet it with.

use std::collections::{BTreeMap, BTreeSet};

use super::{UNAUTHENTICATED, UNAUTHORIZED};
use crate::authenticate::Identity;

/// A requirement's place among the supergraph's.
pub(super) type RequirementId = usize;

/// Sets of names of which one has to be there in full.
pub(super) type Alternatives = Vec<Vec<String>>;

/// What one directive demands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Requirement {
    /// `@authenticated`.
    Authenticated,
    /// `@requiresScopes`.
    Scopes(Alternatives),
    /// `@policy`.
    Policies(Alternatives),
}

impl Requirement {
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::Authenticated => UNAUTHENTICATED,
            Self::Scopes(_) | Self::Policies(_) => UNAUTHORIZED,
        }
    }

    /// Whether whoever meets all of `others` meets this one.
    pub(super) fn follows_from(&self, others: &[&Self]) -> bool {
        match self {
            Self::Authenticated => others.contains(&self),
            Self::Scopes(wanted) => covers(
                wanted,
                others.iter().filter_map(|other| match other {
                    Self::Scopes(alternatives) => Some(alternatives),
                    _ => None,
                }),
            ),
            Self::Policies(wanted) => covers(
                wanted,
                others.iter().filter_map(|other| match other {
                    Self::Policies(alternatives) => Some(alternatives),
                    _ => None,
                }),
            ),
        }
    }
}

/// Whether every way to meet all of `given` meets `wanted`, too.
fn covers<'a>(wanted: &Alternatives, given: impl Iterator<Item = &'a Alternatives>) -> bool {
    // Beyond this the question is answered with no, which demands more and never less.
    const MOST_WAYS: usize = 1_024;
    let mut ways: Vec<BTreeSet<&str>> = vec![BTreeSet::new()];
    for alternatives in given {
        if ways.len() * alternatives.len() > MOST_WAYS {
            return false;
        }
        ways = ways
            .iter()
            .flat_map(|way| {
                alternatives
                    .iter()
                    .map(move |names| way.iter().copied().chain(names.iter().map(String::as_str)).collect())
            })
            .collect();
    }
    ways.iter().all(|way| wanted.iter().any(|names| names.iter().all(|name| way.contains(name.as_str()))))
}

/// What a viewer has.
pub(super) struct Grants<'v> {
    viewer: Option<&'v Identity>,
    policies_of_roles: &'v BTreeMap<String, Vec<String>>,
}

impl<'v> Grants<'v> {
    pub(super) fn of(
        viewer: Option<&'v Identity>,
        policies_of_roles: &'v BTreeMap<String, Vec<String>>,
    ) -> Self {
        Self { viewer, policies_of_roles }
    }

    pub(super) fn meet(&self, requirement: &Requirement) -> bool {
        let Some(viewer) = self.viewer else {
            return false;
        };
        match requirement {
            Requirement::Authenticated => true,
            Requirement::Scopes(alternatives) => {
                one_of(alternatives, |scope| viewer.scopes.iter().any(|held| held == scope))
            }
            Requirement::Policies(alternatives) => one_of(alternatives, |policy| self.grants(viewer, policy)),
        }
    }

    fn grants(&self, viewer: &Identity, policy: &str) -> bool {
        let by_role = viewer.roles.iter().filter_map(|role| self.policies_of_roles.get(role)).flatten();
        viewer.policies.iter().chain(by_role).any(|granted| granted == policy)
    }
}

fn one_of(alternatives: &Alternatives, holds: impl Fn(&str) -> bool) -> bool {
    alternatives.iter().any(|names| names.iter().all(|name| holds(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scopes(alternatives: &[&[&str]]) -> Requirement {
        let owned = |names: &&[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Requirement::Scopes(alternatives.iter().map(owned).collect())
    }

    #[test]
    fn a_requirement_follows_from_those_that_leave_no_way_around_it() {
        let wanted = scopes(&[&["a", "b"], &["c"]]);
        assert!(wanted.follows_from(&[&wanted]));
        assert!(wanted.follows_from(&[&scopes(&[&["a"]]), &scopes(&[&["b", "x"], &["c"]])]));
        assert!(!wanted.follows_from(&[&scopes(&[&["a"], &["b"]])]));
        assert!(!wanted.follows_from(&[]));
        assert!(!wanted.follows_from(&[&Requirement::Policies(vec![vec!["c".to_owned()]])]));
        assert!(Requirement::Authenticated.follows_from(&[&wanted, &Requirement::Authenticated]));
        assert!(!Requirement::Authenticated.follows_from(&[&wanted]));
    }
}
