//! People, moods and hugs to look at, made through the gateway like anybody's.

use axum::{Router, body::Body, extract::Request};
use chrono::{DateTime, TimeDelta, Utc};
use http::header;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

/// The password of every demo person. It protects nothing: demo data belongs on one's own machine.
pub const DEMO_PASSWORD: &str = "warm-blanket-and-tea";

/// Days of moods that each person gets.
const DAYS: i64 = 21;

struct Person {
    username: &'static str,
    display_name: &'static str,
    bio: &'static str,
    /// One score a day, oldest first, repeated as often as needed.
    moods: &'static [i32],
    notes: &'static [&'static str],
}

const PEOPLE: [Person; 5] = [
    Person {
        username: "ada",
        display_name: "Ada",
        bio: "Engines, long walks, strong tea.",
        moods: &[3, 4, 4, 3, 5, 4, 4],
        notes: &["Slept well", "A walk by the river", "Too many meetings"],
    },
    Person {
        username: "bo",
        display_name: "Bo",
        bio: "Bakes bread on Sundays.",
        moods: &[4, 4, 3, 4, 5, 5, 3],
        notes: &["The sourdough rose", "Quiet evening"],
    },
    Person {
        username: "chidi",
        display_name: "Chidi",
        bio: "Reads everything twice.",
        moods: &[2, 3, 3, 2, 3, 4, 3],
        notes: &["Could not decide", "A good talk with Bo"],
    },
    Person {
        username: "dunya",
        display_name: "Dünya",
        bio: "Night nurse, day gardener.",
        moods: &[3, 2, 4, 3, 4, 4, 5],
        notes: &["Night shift", "First tomatoes"],
    },
    Person {
        username: "eli",
        display_name: "Eli",
        bio: "Learning the cello, slowly.",
        moods: &[4, 3, 4, 4, 2, 4, 4],
        notes: &["An hour of scales", "Rain, and soup"],
    },
];

/// Who follows whom, by position in [`PEOPLE`].
const FOLLOWS: [(usize, usize); 7] = [(0, 1), (1, 0), (2, 1), (3, 0), (4, 0), (0, 3), (1, 2)];

/// Who hugs whom, with which words.
const HUGS: [(usize, usize, &str); 7] = [
    (1, 0, "For the long week you had"),
    (0, 1, "Thank you for the bread!"),
    (2, 1, "I needed that talk"),
    (3, 2, "Deciding is hard. Hug."),
    (4, 3, "Sleep well after your shift"),
    (0, 4, "That cello sounded lovely"),
    (1, 3, "Save me a tomato"),
];

#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    #[error("the demo data could not be made: {step} answered {answer}")]
    Refused { step: &'static str, answer: String },
}

/// Somebody of the demo, logged in.
struct LoggedIn {
    id: String,
    token: String,
}

/// Makes the demo data, unless it is there already.
pub async fn seed(router: Router, now: DateTime<Utc>) -> Result<(), DemoError> {
    let client = Client(router);
    if client.log_in(&PEOPLE[0]).await?.is_some() {
        tracing::info!("the demo data is there already");
        return Ok(());
    }
    let mut people = Vec::with_capacity(PEOPLE.len());
    for person in &PEOPLE {
        let logged_in = client.register(person).await?;
        client.introduce(person, &logged_in, now).await?;
        people.push(logged_in);
    }
    for (follower, followed) in FOLLOWS {
        let input = json!({ "userId": people[followed].id });
        client.mutate("follow", "FollowInput", &people[follower].token, input).await?;
    }
    let types = client.ask("hugTypes", "{ hugTypes { id } }", Value::Null, None).await?;
    for (number, (sender, recipient, message)) in HUGS.into_iter().enumerate() {
        let kinds = types["hugTypes"].as_array().map_or(1, |types| types.len().max(1));
        let kind = &types["hugTypes"][number % kinds]["id"];
        let input = json!({ "recipientId": people[recipient].id, "typeId": kind, "message": message });
        client.mutate("sendHug", "SendHugInput", &people[sender].token, input).await?;
    }
    tracing::info!(people = PEOPLE.len(), hugs = HUGS.len(), "made the demo data");
    Ok(())
}

/// Speaks to the gateway in process.
struct Client(Router);

impl Client {
    async fn log_in(&self, person: &Person) -> Result<Option<LoggedIn>, DemoError> {
        let query =
            "mutation ($input: LoginInput!) { login(input: $input) { tokens { accessToken } user { id } } }";
        let input = json!({ "input": { "email": email(person), "password": DEMO_PASSWORD } });
        let answer = self.ask("login", query, input, None).await?;
        Ok(logged_in(&answer["login"]))
    }

    async fn register(&self, person: &Person) -> Result<LoggedIn, DemoError> {
        let query = "mutation ($input: RegisterInput!) { \
            register(input: $input) { tokens { accessToken } user { id } errors { code message } } }";
        let input = json!({ "input": {
            "email": email(person), "username": person.username,
            "displayName": person.display_name, "password": DEMO_PASSWORD,
        } });
        let answer = self.ask("register", query, input, None).await?;
        logged_in(&answer["register"]).ok_or_else(|| refused("register", &answer))
    }

    /// Gives a person a profile and some weeks of moods.
    async fn introduce(&self, person: &Person, who: &LoggedIn, now: DateTime<Utc>) -> Result<(), DemoError> {
        self.mutate("updateProfile", "UpdateProfileInput", &who.token, json!({ "bio": person.bio })).await?;
        let days = (0..DAYS).rev().zip(person.moods.iter().cycle()).zip(person.notes.iter().cycle());
        for ((days_ago, score), note) in days {
            let at = now - TimeDelta::days(days_ago) - TimeDelta::minutes(days_ago * 7 % 90 + 5);
            let note = (days_ago % 3 == 0).then_some(*note);
            let input = json!({ "score": score, "note": note, "occurredAt": at.to_rfc3339(), "timezone": "Europe/Berlin" });
            self.mutate("logMood", "LogMoodInput", &who.token, input).await?;
        }
        Ok(())
    }

    /// Runs a mutation of which only the absence of errors matters.
    async fn mutate(
        &self,
        field: &'static str,
        input_type: &str,
        token: &str,
        input: Value,
    ) -> Result<(), DemoError> {
        let query = format!(
            "mutation ($input: {input_type}!) {{ {field}(input: $input) {{ errors {{ code message }} }} }}"
        );
        let answer = self.ask(field, &query, json!({ "input": input }), Some(token)).await?;
        let errors = answer[field]["errors"].as_array().is_some_and(|errors| !errors.is_empty());
        if errors { Err(refused(field, &answer)) } else { Ok(()) }
    }

    async fn ask(
        &self,
        step: &'static str,
        query: &str,
        variables: Value,
        token: Option<&str>,
    ) -> Result<Value, DemoError> {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let mut request = Request::post("/graphql").header(header::CONTENT_TYPE, "application/json");
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let failed = |reason: String| DemoError::Refused { step, answer: reason };
        let request = request.body(Body::from(body)).map_err(|error| failed(error.to_string()))?;
        let Ok(response) = self.0.clone().oneshot(request).await;
        let bytes =
            response.into_body().collect().await.map_err(|error| failed(error.to_string()))?.to_bytes();
        let mut answer: Value = serde_json::from_slice(&bytes).map_err(|error| failed(error.to_string()))?;
        if answer.get("errors").is_some() {
            return Err(refused(step, &answer));
        }
        Ok(answer["data"].take())
    }
}

fn email(person: &Person) -> String {
    format!("{}@example.org", person.username)
}

fn logged_in(payload: &Value) -> Option<LoggedIn> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    Some(LoggedIn { id: text(&payload["user"]["id"])?, token: text(&payload["tokens"]["accessToken"])? })
}

fn refused(step: &'static str, answer: &Value) -> DemoError {
    DemoError::Refused { step, answer: answer.to_string() }
}
