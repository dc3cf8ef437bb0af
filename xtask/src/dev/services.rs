//! The product's processes and their ports.

/// The gateway's port when nothing else is asked for.
pub(super) const BASE_PORT: u16 = 5000;

/// A process of the product; package and binary have its name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Service {
    pub name: &'static str,
    /// How far its port is above the gateway's.
    offset: u16,
    /// The variable that tells the others where it is.
    pub url_variable: &'static str,
}

pub(super) const GATEWAY: Service = Service { name: "gateway", offset: 0, url_variable: "GATEWAY_URL" };

pub(super) const SUBGRAPHS: [Service; 6] = [
    Service { name: "auth", offset: 1, url_variable: "AUTH_SERVICE_URL" },
    Service { name: "users", offset: 2, url_variable: "USER_SERVICE_URL" },
    Service { name: "moods", offset: 3, url_variable: "MOOD_SERVICE_URL" },
    Service { name: "hugs", offset: 4, url_variable: "HUG_SERVICE_URL" },
    Service { name: "social", offset: 5, url_variable: "SOCIAL_SERVICE_URL" },
    Service { name: "streaks", offset: 6, url_variable: "STREAK_SERVICE_URL" },
];

impl Service {
    pub(super) fn port(self, base_port: u16) -> u16 {
        base_port + self.offset
    }
}
