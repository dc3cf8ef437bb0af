//! Roles in the schema.

use async_graphql::{Context, Enum, Error, ID, InputObject, Object, Result, SimpleObject};
use graphql::{Failure, Refusal, UserError, settle};
use ids::UserId;

use crate::{
    accounts::graphql::User,
    context::Ctx,
    roles::{self, SetRoles, SetRolesError},
};

/// What somebody may do besides what everybody may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "roles::Role")]
pub(crate) enum Role {
    /// Decides about what people report.
    Moderator,
    /// Decides who moderates, and what there is to choose from; moderates, too.
    Admin,
}

/// Who is to have which roles.
#[derive(InputObject)]
struct SetRolesInput {
    /// Whose roles they are.
    user_id: ID,
    /// All roles that they are to have; those that are left out end.
    roles: Vec<Role>,
}

/// What came of setting roles.
#[derive(SimpleObject)]
struct SetRolesPayload {
    /// Whose roles they are; null when nothing was changed.
    user: Option<User>,
    /// The roles that they have now.
    roles: Option<Vec<Role>>,
    /// Why nothing was changed.
    errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct RoleMutation;

#[Object]
impl RoleMutation {
    /// Gives somebody exactly these roles; for admins only. The tokens that they have are refused from then on: refreshed
    /// ones say the new roles.
    #[graphql(directive = graphql::requires_scopes::apply(graphql::scope("administration")))]
    async fn set_roles(&self, gql: &Context<'_>, input: SetRolesInput) -> Result<SetRolesPayload> {
        let user = UserId::try_from(&input.user_id).map_err(|_| SetRolesError::Missing);
        let set = async |user| {
            let roles = input.roles.iter().map(|role| roles::Role::from(*role)).collect();
            let roles = roles::set(gql.data::<Ctx>()?, SetRoles { user, roles }).await;
            settle(roles.map(|roles| (user, roles)))
        };
        let (set, errors) = match user {
            Ok(user) => set(user).await?,
            Err(error) => settle(Err(error))?,
        };
        let (user, roles) = set.unzip();
        let roles = roles.map(|roles: roles::Roles| roles.iter().map(Role::from).collect());
        Ok(SetRolesPayload { user: user.map(User::of), roles, errors })
    }
}

impl Refusal for SetRolesError {
    fn into_user_error(self) -> Result<UserError, Error> {
        let (code, part) = match &self {
            Self::Missing => ("USER_NOT_FOUND", "userId"),
            Self::LastAdmin => ("LAST_ADMIN", "roles"),
            Self::Unauthenticated => return Err(Failure::unauthenticated()),
            Self::Forbidden => return Err(Failure::Forbidden.error(self)),
            Self::Database(cause) => return Err(Failure::internal(cause)),
        };
        Ok(UserError::new(code, self.to_string(), &["input", part]))
    }
}
