//! Where a request came from.

use std::net::{IpAddr, Ipv4Addr};

use http::{Extensions, HeaderMap};
use lambda_http::request::RequestContext;

/// The peer's address, set by whoever accepted the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceIp(pub IpAddr);

impl SourceIp {
    /// The address of the person behind a request.
    ///
    /// The gateway's word counts, or the socket's. Of `X-Forwarded-For` only as many entries count, from
    /// the end, as the owner has proxies in front: the rest is whatever the sender liked to write.
    #[must_use]
    pub fn of(extensions: &Extensions, headers: &HeaderMap, trusted_hops: usize) -> IpAddr {
        let peer = extensions
            .get::<Self>()
            .map(|found| found.0)
            .or_else(|| gateway_source(extensions))
            .unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        if trusted_hops == 0 {
            return peer;
        }
        let mut hops: Vec<IpAddr> = headers
            .get_all("x-forwarded-for")
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(|text| text.trim().parse().unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)))
            .collect();
        // The gateway appends the peer itself; a proxy on the same machine does not.
        if hops.last() == Some(&peer) {
            hops.pop();
        }
        hops.iter().rev().nth(trusted_hops - 1).copied().unwrap_or(peer)
    }
}

fn gateway_source(extensions: &Extensions) -> Option<IpAddr> {
    let Some(RequestContext::ApiGatewayV2(context)) = extensions.get::<RequestContext>() else {
        return None;
    };
    context.http.source_ip.as_ref()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(forwarded: &str, hops: usize) -> String {
        let mut extensions = Extensions::new();
        extensions.insert(SourceIp("203.0.113.9".parse().unwrap()));
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", forwarded.parse().unwrap());
        SourceIp::of(&extensions, &headers, hops).to_string()
    }

    #[test]
    fn without_trusted_proxies_only_the_peer_counts() {
        assert_eq!(of("198.51.100.1, 198.51.100.2", 0), "203.0.113.9");
    }

    #[test]
    fn of_the_forwarded_only_what_the_owners_proxies_wrote_counts() {
        assert_eq!(of("192.0.2.66, 198.51.100.2", 1), "198.51.100.2");
        assert_eq!(of("192.0.2.66, 198.51.100.2, 203.0.113.9", 1), "198.51.100.2");
        assert_eq!(of("192.0.2.66, 198.51.100.1, 198.51.100.2", 2), "198.51.100.1");
        assert_eq!(of("", 3), "203.0.113.9");
    }
}
