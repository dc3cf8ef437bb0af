//! What `auth` itself keeps of people, for them to take along.

use exports::{Contribute, LeftOut, Table, id, instant, text};
use ids::{ExportId, SessionId, UserId};

const ACCOUNT: Table = Table::new("account", "accounts", "user_id")
    .ordered_by(&["user_id"])
    .columns(&[
        id("user_id", UserId::PREFIX),
        text("email"),
        instant("email_verified_at"),
        text("roles"),
        instant("created_at"),
    ])
    .left_out(&[
        LeftOut("email_key", "what addresses are compared by"),
        LeftOut("password_hash", "a secret, and made from one"),
    ]);

const SESSION: Table = Table::new("session", "sessions", "user_id")
    .ordered_by(&["session_id"])
    .columns(&[
        id("session_id", SessionId::PREFIX),
        text("device"),
        text("address"),
        instant("created_at"),
        instant("last_used_at"),
        instant("ends_at"),
        instant("revoked_at"),
    ])
    .left_out(&[LeftOut("access_until", "when the last token of it ends, minutes from its use")]);

const ERASURE: Table = Table::new("erasureRequest", "erasures", "user_id")
    .ordered_by(&["requested_at"])
    .columns(&[instant("requested_at"), instant("due_at")])
    .left_out(&[LeftOut("erased_at", "then there is nobody to read it")]);

const EXPORT: Table = Table::new("exportRequest", "account_exports", "user_id")
    .ordered_by(&["export_id"])
    .columns(&[id("export_id", ExportId::PREFIX), instant("requested_at"), instant("expires_at")]);

/// The account, its sessions, and what its owner asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Everything;

impl Contribute for Everything {
    fn tables(&self) -> &'static [Table] {
        &[ACCOUNT, SESSION, ERASURE, EXPORT]
    }

    fn left_out(&self) -> &'static [LeftOut] {
        &[
            LeftOut("refresh_tokens", "digests of secrets; what they are of, sessions say"),
            LeftOut("signing_keys", "nobody's"),
            LeftOut("throttles", "how often something was tried lately, for some minutes"),
            LeftOut("erasure_answers", "which services have erased somebody"),
            LeftOut("account_export_parts", "which services have answered, and with how much"),
        ]
    }
}

#[cfg(test)]
mod tests {
    use testkit::{TestApp, columns_of};

    use super::*;
    use crate::Auth;

    #[tokio::test]
    async fn every_column_is_exported_or_left_out_for_a_reason() {
        let app = TestApp::start::<Auth>().await;
        assert_eq!(exports::unmentioned(&Everything, &columns_of(&app.db).await), [""; 0]);
        app.finish().await;
    }
}
