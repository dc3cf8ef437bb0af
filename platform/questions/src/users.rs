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

/// Asks `users` what people are called, for a service that keeps names and wasn't told of all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NamesOf {
    /// At most [`NamesOf::MOST`].
    pub user_ids: Vec<UserId>,
}

impl NamesOf {
    /// How many people are asked after at once.
    pub const MOST: usize = 500;
}

/// The names of those who have a profile, whoever may see it: whoever asks sees to that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NamesOfPeople {
    pub people: Vec<NamedPerson>,
}

/// Somebody and their names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NamedPerson {
    pub user_id: UserId,
    #[serde(flatten)]
    pub names: Names,
}

impl Question for NamesOf {
    type Answer = NamesOfPeople;

    const SERVICE: &'static str = "users";
    const PATH: &'static str = "/internal/v1/names";
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

    #[test]
    fn a_named_person_is_one_object() {
        let names = Names { username: "ada".into(), display_name: "Ada".into() };
        let person = NamedPerson { user_id: UserId::from_uuid(uuid::Uuid::nil()), names };
        let json = serde_json::to_value(&person).unwrap();
        let id = "usr_00000000000000000000000000000000";
        assert_eq!(json, serde_json::json!({ "userId": id, "username": "ada", "displayName": "Ada" }));
        assert_eq!(serde_json::from_value::<NamedPerson>(json).unwrap(), person);
    }
}
