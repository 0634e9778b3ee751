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
        let forwarded: Vec<_> = headers
            .get_all("x-forwarded-for")
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(str::trim)
            .collect();
        // The last hop's own address is the peer; the one before it stands at the list's end.
        forwarded
            .iter()
            .rev()
            .nth(trusted_hops - 1)
            .and_then(|text| text.parse().ok())
            .unwrap_or(peer)
    }
}

fn gateway_source(extensions: &Extensions) -> Option<IpAddr> {
    let Some(RequestContext::ApiGatewayV2(context)) = extensions.get::<RequestContext>() else {
        return None;
    };
    context.http.source_ip.as_ref()?.parse().ok()
}
