//! People, as far as hugs knows them: what it adds to everybody's `User`.

pub(crate) mod graphql;
