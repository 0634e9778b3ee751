//! Web origins, and the patterns by which an instance allows them.
//!
//! Who may call and where a redirect may lead both hang on reading the same host as the browser does.
//! A browser mends what it is given (backslashes, tabs, full-width dots, `0x7f.1`); nothing is mended here.
//! What a browser might read differently is refused, so an allowed origin is the one that is reached.

use std::fmt;
use std::net::Ipv4Addr;

/// Scheme, host and port of a page, as RFC 6454 has them; http and https alone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    scheme: Scheme,
    /// Lower case, ASCII: an international name stands in its `xn--` form.
    host: String,
    /// `None` is the scheme's own port.
    port: Option<u16>,
}

/// An origin, or all below a domain, or all ports of a host.
///
/// `https://app.example.com` is one origin. `https://*.example.com` is every host below `example.com` at any
/// depth, and not `example.com`. `http://localhost:*` is every port of `localhost`, the scheme's own included.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OriginPattern {
    base: Origin,
    below: bool,
    any_port: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Scheme {
    Http,
    Https,
}

impl Origin {
    /// Reads the value of an `Origin` header; `null` and whatever has a path is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, authority) = Scheme::split(text)?;
        Self::at(scheme, authority)
    }

    /// Reads the origin that an absolute URL leads to; none if a browser might go elsewhere.
    #[must_use]
    pub fn of_url(url: &str) -> Option<Self> {
        // Browsers drop tabs and line ends, trim spaces, and take a backslash for a slash.
        if !url.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') {
            return None;
        }
        let (scheme, rest) = Scheme::split(url)?;
        let authority = rest.split(['/', '?', '#']).next()?;
        Self::at(scheme, authority)
    }

    fn at(scheme: Scheme, authority: &str) -> Option<Self> {
        let (host, port) = match authority.split_once(':') {
            Some((host, port)) => (host, Some(port_number(port)?)),
            None => (authority, None),
        };
        let host = host.to_ascii_lowercase();
        is_host(&host).then(|| Self {
            scheme,
            host,
            port: port.filter(|port| *port != scheme.port()),
        })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.scheme.prefix(), self.host)?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

impl OriginPattern {
    /// Reads a pattern as it stands in the settings.
    ///
    /// # Errors
    /// What is wrong with it, in words for the settings' owner.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (rest, any_port) = match text.strip_suffix(":*") {
            Some(rest) => (rest, true),
            None => (text, false),
        };
        let (scheme, authority) =
            Scheme::split(rest).ok_or("an origin begins with `http://` or `https://`")?;
        let (authority, below) = match authority.strip_prefix("*.") {
            Some(authority) => (authority, true),
            None => (authority, false),
        };
        if authority.contains('*') {
            return Err("a star may stand as the first label of a host (`https://*.example.com`) \
                        or as the port (`http://localhost:*`)"
                .to_owned());
        }
        let base =
            Origin::at(scheme, authority).filter(|base| !(any_port && base.port.is_some())).ok_or(
                "an origin is a scheme, a host name in ASCII and perhaps a port, \
                 and nothing after them: `https://app.example.com`",
            )?;
        if below && !is_domain(&base.host) {
            return Err("at least two labels must follow `*.`: `https://*.example.com`".to_owned());
        }
        Ok(Self { base, below, any_port })
    }

    /// Whether the pattern allows this origin.
    #[must_use]
    pub fn matches(&self, origin: &Origin) -> bool {
        let host = if self.below {
            // The dot keeps `evilexample.com` out of `*.example.com`.
            origin.host.strip_suffix(&self.base.host).is_some_and(|above| above.ends_with('.'))
        } else {
            origin.host == self.base.host
        };
        host && origin.scheme == self.base.scheme
            && (self.any_port || origin.port == self.base.port)
    }
}

impl From<Origin> for OriginPattern {
    fn from(base: Origin) -> Self {
        Self { base, below: false, any_port: false }
    }
}

impl fmt::Display for OriginPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Origin { scheme, host, port } = &self.base;
        let star = if self.below { "*." } else { "" };
        write!(f, "{}{star}{host}", scheme.prefix())?;
        match port {
            Some(port) => write!(f, ":{port}"),
            None if self.any_port => f.write_str(":*"),
            None => Ok(()),
        }
    }
}

impl Scheme {
    fn split(text: &str) -> Option<(Self, &str)> {
        let (scheme, rest) = text.split_once("://")?;
        [Self::Http, Self::Https]
            .into_iter()
            .find(|known| known.prefix().trim_end_matches("://").eq_ignore_ascii_case(scheme))
            .map(|known| (known, rest))
    }

    fn prefix(self) -> &'static str {
        match self {
            Self::Http => "http://",
            Self::Https => "https://",
        }
    }

    fn port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

/// Whether this is a lower-case host name or IPv4 address that every browser reads as it stands.
pub(super) fn is_host(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or_default();
    // Browsers read a number at the end as an IPv4 address, in any of its old spellings: only the plain one passes.
    let numeric = last.starts_with(|first: char| first.is_ascii_digit());
    host.len() <= LONGEST_HOST
        && host.split('.').all(is_label)
        && (!numeric || host.parse::<Ipv4Addr>().is_ok())
        && idna::domain_to_ascii(host).is_ok_and(|ascii| ascii == host)
}

/// Whether this is a lower-case host name of two labels or more, so not an address and not `localhost`.
pub(super) fn is_domain(host: &str) -> bool {
    is_host(host) && host.contains('.') && host.parse::<Ipv4Addr>().is_err()
}

fn is_label(label: &str) -> bool {
    (1..=LONGEST_LABEL).contains(&label.len())
        && label.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
        && !label.starts_with('-')
        && !label.ends_with('-')
}

fn port_number(digits: &str) -> Option<u16> {
    // The number type's own parser would also take `+443` and `0443`.
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    plain.then(|| digits.parse().ok()).flatten()
}

/// Octets of a name and of a label: RFC 1035 section 2.3.4.
const LONGEST_HOST: usize = 253;
const LONGEST_LABEL: usize = 63;

#[cfg(test)]
mod tests;
