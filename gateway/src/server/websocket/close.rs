//! The codes with which sockets are closed.

use axum::extract::ws::CloseFrame;

/// Why a socket is closed by us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Close {
    /// 1000: the client asked for it.
    Asked,
    /// 1009
    TooLarge,
    /// 1012: come back in a moment.
    Restarting,
    /// 1013: what waited for the client was given up.
    TooSlow,
    /// 1013: the viewer has too many streams.
    TooMany,
    /// 4400
    Malformed(String),
    /// 4401: an operation before the connection was acknowledged.
    NotAcknowledged,
    /// 4403
    Forbidden(String),
    /// 4406
    Protocol,
    /// 4408
    InitTimeout,
    /// 4409
    DuplicateId(String),
    /// 4429
    SecondInit,
}

/// A close frame holds 125 bytes, two of them for the code.
const MAX_REASON: usize = 123;

impl Close {
    pub(super) fn frame(&self) -> CloseFrame {
        let (code, reason) = match self {
            Self::Asked => (1000, "Bye".to_owned()),
            Self::TooLarge => (1009, "Message too large".to_owned()),
            Self::Restarting => (1012, "Service restart".to_owned()),
            Self::TooSlow => (1013, "Too slow a reader".to_owned()),
            Self::TooMany => (1013, "Too many open streams".to_owned()),
            Self::Malformed(reason) => (4400, format!("Invalid message: {reason}")),
            Self::NotAcknowledged => (4401, "Unauthorized".to_owned()),
            Self::Forbidden(reason) => (4403, format!("Forbidden: {reason}")),
            Self::Protocol => (4406, "Subprotocol not acceptable".to_owned()),
            Self::InitTimeout => (4408, "Connection initialisation timeout".to_owned()),
            Self::DuplicateId(id) => (4409, format!("Subscriber for {id} already exists")),
            Self::SecondInit => (4429, "Too many initialisation requests".to_owned()),
        };
        CloseFrame { code, reason: cut(&reason).into() }
    }
}

fn cut(reason: &str) -> &str {
    let mut end = reason.len().min(MAX_REASON);
    while !reason.is_char_boundary(end) {
        end -= 1;
    }
    &reason[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_close_reason_fits_its_frame_and_stays_text() {
        let reason = Close::Malformed("ä".repeat(200)).frame().reason;
        assert!(reason.len() <= MAX_REASON && reason.ends_with('ä'));
    }
}
