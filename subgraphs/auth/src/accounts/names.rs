//! Asking `users` for a name: every rule about names is theirs.

use ids::UserId;
use serde::{Deserialize, Serialize};
use service::PeerError;

use crate::{accounts::RegisterError, context::Ctx};

const SERVICE: &str = "users";
const PATH: &str = "/internal/v1/username-reservations";

/// What `users` may say no with.
const CODES: [&str; 4] = ["USERNAME_TAKEN", "USERNAME_INVALID", "USERNAME_RESERVED", "DISPLAY_NAME_INVALID"];

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Question<'a> {
    user_id: UserId,
    username: &'a str,
    display_name: &'a str,
}

/// A person's names, as `users` keeps them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Names {
    pub(crate) username: String,
    pub(crate) display_name: String,
}

/// Why a name can't be had, in the words of `users`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct NameRefusal {
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) path: Vec<String>,
}

/// Has the names kept for an account that will be made at once.
pub(crate) async fn reserve(
    ctx: &Ctx,
    user_id: UserId,
    username: &str,
    display_name: &str,
) -> Result<Names, RegisterError> {
    let question = Question { user_id, username, display_name };
    match ctx.peers().ask(SERVICE, PATH, &question).await {
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
