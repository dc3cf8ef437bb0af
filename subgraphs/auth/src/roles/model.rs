//! Which roles there are, and which scopes come with them.

use std::collections::BTreeSet;

/// What everybody with an account is and may.
const EVERYBODY: &str = "user";

/// Something that not everybody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Role {
    /// Decides about what people report.
    Moderator,
    /// Decides who moderates, and what there is to choose from; moderates, too.
    Admin,
}

impl Role {
    const ALL: [Self; 2] = [Self::Moderator, Self::Admin];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Moderator => "moderator",
            Self::Admin => "admin",
        }
    }

    pub(crate) fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    fn scopes(self) -> &'static [&'static str] {
        match self {
            Self::Moderator => &["moderation"],
            Self::Admin => &["administration", "moderation"],
        }
    }
}

/// Somebody's roles, apart from everybody's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Roles(BTreeSet<Role>);

impl Roles {
    pub(crate) fn has(&self, role: Role) -> bool {
        self.0.contains(&role)
    }

    pub(crate) fn with(mut self, role: Role) -> Self {
        self.0.insert(role);
        self
    }

    pub(crate) fn without(mut self, role: Role) -> Self {
        self.0.remove(&role);
        self
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Role> {
        self.0.iter().copied()
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.iter().map(|role| role.name().to_owned()).collect()
    }

    /// As they are kept.
    pub(crate) fn to_text(&self) -> String {
        self.names().join(" ")
    }

    /// What isn't a role any more is left out.
    pub(crate) fn of_text(text: &str) -> Self {
        text.split_whitespace().filter_map(Role::of_name).collect()
    }

    /// As a token says them: everybody's first.
    pub(crate) fn in_token(&self) -> Vec<&'static str> {
        std::iter::once(EVERYBODY).chain(self.iter().map(Role::name)).collect()
    }

    /// The scopes that come with them, separated by spaces (RFC 6749, section 3.3).
    pub(crate) fn scope(&self) -> String {
        let scopes: BTreeSet<_> = self.iter().flat_map(Role::scopes).copied().collect();
        std::iter::once(EVERYBODY).chain(scopes).collect::<Vec<_>>().join(" ")
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        Self(roles.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_bring_scopes_and_everybody_is_a_user() {
        let scope = |roles: &[Role]| roles.iter().copied().collect::<Roles>().scope();
        assert_eq!(scope(&[]), "user");
        assert_eq!(scope(&[Role::Moderator]), "user moderation");
        assert_eq!(scope(&[Role::Admin]), "user administration moderation");
        assert_eq!(scope(&[Role::Admin, Role::Moderator]), "user administration moderation");
    }

    #[test]
    fn roles_are_read_as_they_were_kept() {
        let both = Roles::default().with(Role::Admin).with(Role::Moderator);
        assert_eq!(both.to_text(), "moderator admin");
        assert_eq!(Roles::of_text(&both.to_text()), both);
        assert_eq!(Roles::of_text("admin janitor"), Roles::default().with(Role::Admin));
        assert_eq!(Roles::of_text(""), Roles::default());
        assert_eq!(both.in_token(), ["user", "moderator", "admin"]);
    }
}
