//! What is known of the client behind the gateway: its device and its address, when the gateway forwards them.

use std::net::{IpAddr, Ipv6Addr};

use axum::{extract::Request, middleware::Next, response::Response};
use http::{HeaderMap, HeaderName, header};

/// The longest device label that is kept, in characters.
const MAX_DEVICE: usize = 200;
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

tokio::task_local! {
    static CLIENT: Client;
}

/// The client of a request. Both parts are what the client says of itself: a label and a hint, never proof.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Client {
    /// Its user agent.
    pub(crate) device: Option<String>,
    /// Its public address; the ones that many clients share (loopback, private networks) are as good as none.
    pub(crate) address: Option<IpAddr>,
}

impl Client {
    fn of(headers: &HeaderMap) -> Self {
        let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let device = text(header::USER_AGENT).map(|agent| agent.trim().chars().take(MAX_DEVICE).collect());
        // The last one was added by whoever is nearest to us, which is the gateway; the others anybody can write.
        let nearest = text(FORWARDED_FOR).and_then(|list| list.rsplit(',').next());
        // An IPv4 address may be written as an IPv6 one; it is the same.
        let address = nearest.and_then(|address| address.trim().parse().ok());
        let address = address.map(|address: IpAddr| address.to_canonical());
        Self {
            device: device.filter(|label: &String| !label.is_empty()),
            address: address.filter(|address| !is_shared(address)),
        }
    }

    /// Where it comes from, as attempts are counted: of IPv6 addresses one subscriber has as many as there are in a /64 network,
    /// or more (RFC 6177).
    pub(crate) fn network(&self) -> Option<String> {
        const HOST: u128 = (1 << 64) - 1;
        self.address.map(|address| match address {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => format!("{}/64", Ipv6Addr::from_bits(address.to_bits() & !HOST)),
        })
    }

    /// The client of the request that is being answered.
    pub(crate) fn current() -> Self {
        CLIENT.try_with(Clone::clone).unwrap_or_default()
    }
}

fn is_shared(address: &IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_loopback() || address.is_private() || address.is_link_local(),
        IpAddr::V6(address) => {
            address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
        }
    }
}

/// Makes the client of a request known to everything that answers it.
pub(crate) async fn note(request: Request, next: Next) -> Response {
    let client = Client::of(request.headers());
    CLIENT.scope(client, next.run(request)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(address: &'static str) -> Client {
        let mut headers = HeaderMap::new();
        headers.insert(header::USER_AGENT, " Firefox ".parse().unwrap());
        headers.insert(FORWARDED_FOR, address.parse().unwrap());
        Client::of(&headers)
    }

    #[test]
    fn the_nearest_public_address_counts() {
        assert_eq!(client("1.2.3.4, 8.8.8.8").address, Some("8.8.8.8".parse().unwrap()));
        assert_eq!(client("2001:db8::1").address, Some("2001:db8::1".parse().unwrap()));
        assert_eq!(client("::ffff:8.8.8.8").address, Some("8.8.8.8".parse().unwrap()));
        for shared in ["127.0.0.1", "8.8.8.8, 10.0.0.1", "::1", "::ffff:10.0.0.1", "nonsense"] {
            assert_eq!(client(shared).address, None, "{shared}");
        }
        assert_eq!(client("::1").device.as_deref(), Some("Firefox"));
    }

    #[test]
    fn all_addresses_of_one_subscriber_are_one_network() {
        let network = |address| client(address).network();
        assert_eq!(network("8.8.8.8").as_deref(), Some("8.8.8.8"));
        assert_eq!(network("2001:db8:1:2:3:4:5:6").as_deref(), Some("2001:db8:1:2::/64"));
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff:ffff:ffff:ffff"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("10.0.0.1"), None);
    }
}
