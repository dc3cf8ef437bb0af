//! Who is named in an event.

use std::collections::BTreeSet;

use ids::UserId;
use serde_json::Value;

/// The people whose ids stand in an event's data.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct People {
    /// Those who have a field to themselves: the event is about them.
    pub(crate) alone: BTreeSet<UserId>,
    /// Those who stand in lists, among others.
    pub(crate) listed: BTreeSet<UserId>,
}

impl People {
    pub(crate) fn named_in(data: &Value) -> Self {
        let mut people = Self::default();
        people.look_into(data, false);
        people
    }

    /// Everybody, in ascending order.
    pub(crate) fn everybody(&self) -> Vec<UserId> {
        self.alone.union(&self.listed).copied().collect()
    }

    fn look_into(&mut self, value: &Value, in_list: bool) {
        match value {
            Value::String(text) => {
                if let Ok(user) = UserId::parse(text) {
                    let place = if in_list { &mut self.listed } else { &mut self.alone };
                    place.insert(user);
                }
            }
            Value::Array(values) => values.iter().for_each(|value| self.look_into(value, true)),
            Value::Object(fields) => fields.values().for_each(|value| self.look_into(value, in_list)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// Takes whatever names one of `gone` out of every list.
pub(crate) fn leave_out(data: &mut Value, gone: &BTreeSet<UserId>) {
    match data {
        Value::Array(values) => {
            values.retain(|value| People::named_in(value).alone.is_disjoint(gone));
            for value in values {
                leave_out(value, gone);
            }
        }
        Value::Object(fields) => fields.values_mut().for_each(|value| leave_out(value, gone)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_person_is_found_wherever_they_stand_and_taken_out_of_lists_only() {
        let [ada, bo, cy] = [0, 1, 2].map(|_| UserId::at(DateTime::UNIX_EPOCH));
        let mut data = json!({
            "hostId": ada, "hugId": "hug_00000000000000000000000000000000", "note": "usr_", "count": 3,
            "participantIds": [ada, bo, cy],
            "shares": [{ "userId": bo, "days": 2 }, { "userId": cy, "days": 1 }],
        });
        let people = People::named_in(&data);
        assert_eq!(people.alone, BTreeSet::from([ada]));
        assert_eq!(people.listed, BTreeSet::from([ada, bo, cy]));
        assert_eq!(people.everybody(), [ada, bo, cy]);

        leave_out(&mut data, &BTreeSet::from([bo]));
        assert_eq!(data["participantIds"], json!([ada, cy]));
        assert_eq!(data["shares"], json!([{ "userId": cy, "days": 1 }]));
        assert_eq!(data["hostId"], json!(ada));
    }
}
