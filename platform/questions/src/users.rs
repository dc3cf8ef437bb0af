//! What `users` answers.

use ids::UserId;
use serde::{Deserialize, Serialize};

use crate::Question;

/// Asks `users` to keep a name for an account that is just being made. Asked again for the same person, it is kept anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReserveUsername {
    pub user_id: UserId,
    pub username: String,
    pub display_name: String,
}

/// A person's names, as `users` keeps them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Names {
    pub username: String,
    pub display_name: String,
}

impl Question for ReserveUsername {
    type Answer = Names;

    const SERVICE: &'static str = "users";
    const PATH: &'static str = "/internal/v1/username-reservations";
    const REPEATABLE: bool = true;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_travels_as_json_in_camel_case() {
        let user_id = UserId::from_uuid(uuid::Uuid::nil());
        let question = ReserveUsername { user_id, username: "ada".into(), display_name: "Ada".into() };
        let json = serde_json::to_value(&question).unwrap();
        let id = "usr_00000000000000000000000000000000";
        assert_eq!(json, serde_json::json!({ "userId": id, "username": "ada", "displayName": "Ada" }));
        assert_eq!(serde_json::from_value::<ReserveUsername>(json).unwrap(), question);
    }
}
