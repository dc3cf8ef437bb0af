//! Asking `users` for a name: every rule about names is theirs.

use ids::UserId;
use questions::users::ReserveUsername;
pub(crate) use questions::{Refusal as NameRefusal, users::Names};
use service::PeerError;

use crate::{accounts::RegisterError, context::Ctx};

/// What `users` may say no with.
const CODES: [&str; 4] = ["USERNAME_TAKEN", "USERNAME_INVALID", "USERNAME_RESERVED", "DISPLAY_NAME_INVALID"];

/// Has the names kept for an account that will be made at once.
pub(crate) async fn reserve(
    ctx: &Ctx,
    user_id: UserId,
    username: &str,
    display_name: &str,
) -> Result<Names, RegisterError> {
    let (username, display_name) = (username.to_owned(), display_name.to_owned());
    match ctx.peers().ask(&ReserveUsername { user_id, username, display_name }).await {
        Ok(names) => Ok(names),
        Err(PeerError::Refused { status, body, .. }) => match serde_json::from_slice::<NameRefusal>(&body) {
            Ok(refusal) if CODES.contains(&refusal.code.as_str()) => Err(RegisterError::Name(refusal)),
            _ => {
                tracing::error!(%status, "users gave a refusal that can't be read");
                Err(RegisterError::UsersUnavailable)
            }
        },
        Err(error) => {
            tracing::warn!(%error, "a name could not be reserved");
            Err(RegisterError::UsersUnavailable)
        }
    }
}
