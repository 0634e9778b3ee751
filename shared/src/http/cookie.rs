//! Cookies: the client's secret, and the mark by which pages and servers know that somebody is signed in.

use aws_lc_rs::digest;
use data_encoding::BASE64URL;
use http::HeaderMap;

use crate::app::{Credential, Site};
use crate::flow::{ClientId, Secret, Timestamp};
use crate::settings::Settings;

/// How cookies are set: with which flags and for which domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cookies {
    secure: bool,
    domain: Option<String>,
    suffix: String,
}

impl Cookies {
    /// The cookies of an instance that is reached at this site.
    ///
    /// Without TLS, that is on somebody's own machine, there is neither a `Secure` flag nor a domain.
    #[must_use]
    pub fn new(settings: &Settings, site: &Site) -> Self {
        let secure = site.base_url.starts_with("https://");
        let instance = &settings.instance;
        // The API is a sub-domain of the application's own domain unless the settings say otherwise.
        let parent = || instance.host.split_once('.').map(|(_, parent)| parent.to_owned());
        Self {
            secure,
            domain: if secure { instance.cookie_domain.clone().or_else(parent) } else { None },
            suffix: suffix(&instance.publishable_key()),
        }
    }

    /// Hands the client's secret to the browser: for the API's host alone, and out of reach of scripts.
    #[must_use]
    pub fn client(&self, id: &ClientId, secret: &Secret) -> String {
        let value = format!("{id}.{}", secret.reveal());
        self.line(CLIENT, &value, LONG, Reach::Api)
    }

    /// Takes the client's secret from the browser.
    #[must_use]
    pub fn forget_client(&self) -> String {
        self.line(CLIENT, "", 0, Reach::Api)
    }

    /// Tells pages and servers when somebody signed in last; zero while nobody is.
    #[must_use]
    pub fn signed_in_at(&self, at: Option<Timestamp>) -> [String; 2] {
        let value = at.map_or(0, Timestamp::seconds).to_string();
        [
            self.line(SIGNED_IN_AT, &value, LONG, Reach::Pages),
            self.line(&format!("{SIGNED_IN_AT}_{}", self.suffix), &value, LONG, Reach::Pages),
        ]
    }

    /// Hands a handshake's token to the application's server.
    #[must_use]
    pub fn handshake(&self, token: &str) -> String {
        self.line(HANDSHAKE, token, HANDSHAKE_SECONDS, Reach::Servers)
    }

    /// What the application's server is to set after a handshake, as its own `Set-Cookie` values: the
    /// session's token, or none, and when somebody signed in last.
    #[must_use]
    pub fn handed_over(&self, token: Option<&str>, at: Option<Timestamp>) -> Vec<String> {
        let (value, seconds) = token.map_or(("", 0), |token| (token, SESSION_SECONDS));
        let mut lines = vec![
            self.line(SESSION, value, seconds, Reach::OnePage),
            self.line(&format!("{SESSION}_{}", self.suffix), value, seconds, Reach::OnePage),
        ];
        lines.extend(self.signed_in_at(at));
        lines.push(self.line(HANDSHAKE, "", 0, Reach::Servers));
        lines
    }

    fn line(&self, name: &str, value: &str, seconds: u64, reach: Reach) -> String {
        let mut line = format!("{name}={value}; Path=/; Max-Age={seconds}; SameSite=Lax");
        if let (Reach::Pages | Reach::Servers, Some(domain)) = (reach, &self.domain) {
            line.push_str("; Domain=");
            line.push_str(domain);
        }
        if matches!(reach, Reach::Api | Reach::Servers) {
            line.push_str("; HttpOnly");
        }
        if self.secure {
            line.push_str("; Secure");
        }
        line
    }
}

/// What carries the client's secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Carrier {
    /// A cookie that came with the request, readable or not.
    Cookie,
    /// A cookie that the browser does not have yet.
    NoCookie,
    /// `Authorization`, both ways: a native client keeps no cookies.
    Authorization,
}

/// Who sees a cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// The API's host alone, no script.
    Api,
    /// Every host of the domain, and scripts.
    Pages,
    /// Every host of the domain, no script.
    Servers,
    /// The host that sets it, and scripts.
    OnePage,
}

/// Reads who a browser says it is.
#[must_use]
pub fn credential(headers: &HeaderMap) -> Option<Credential> {
    presented(headers, CLIENT)
}

/// Reads who a caller says it is, from `id.secret`.
#[must_use]
pub fn parse_credential(text: &str) -> Option<Credential> {
    let (id, secret) = text.split_once('.')?;
    let client = ClientId::parse(id)?;
    (secret.len() <= SECRET_LENGTH)
        .then(|| Credential { client, secret: Secret::presented(secret) })
}

/// Whether the browser sent a client's cookie at all, readable or not.
#[must_use]
pub fn has_client_cookie(headers: &HeaderMap) -> bool {
    values(headers, CLIENT).next().is_some()
}

fn presented(headers: &HeaderMap, name: &str) -> Option<Credential> {
    values(headers, name).find_map(parse_credential)
}

fn values<'a>(headers: &'a HeaderMap, name: &'a str) -> impl Iterator<Item = &'a str> {
    headers
        .get_all(http::header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(move |(found, _)| *found == name)
        .map(|(_, value)| value)
}

/// What client packages append to a cookie's name, so that two instances on one domain do not meet.
fn suffix(publishable_key: &str) -> String {
    let digest = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, publishable_key.as_bytes());
    BASE64URL.encode(digest.as_ref()).chars().take(8).collect()
}

const CLIENT: &str = "__client";
const SIGNED_IN_AT: &str = "__client_uat";
const SESSION: &str = "__session";
const HANDSHAKE: &str = "__clerk_handshake";
/// Browsers keep no cookie for more than 400 days; a year is renewed at each load.
const LONG: u64 = 365 * 86_400;
/// The cookie outlives the token in it: an old one leads to a handshake, none to signed-out.
const SESSION_SECONDS: u64 = LONG;
/// Taken up by the very next request.
const HANDSHAKE_SECONDS: u64 = 60;
/// 43 characters hold 256 bits; nothing longer can be a secret.
const SECRET_LENGTH: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_read_among_others() {
        let mut headers = HeaderMap::new();
        headers.insert("cookie", "a=b; __client=client_1.secret; c=d".parse().unwrap());
        assert_eq!(credential(&headers).unwrap().client, ClientId::parse("client_1").unwrap());
    }

    #[test]
    fn what_is_no_credential_is_nobody() {
        for text in ["", "client_1", ".", "client_1/.x", "user_1.secret"] {
            assert!(parse_credential(text).is_none(), "{text}");
        }
        assert!(parse_credential(&format!("client_1.{}", "x".repeat(1000))).is_none());
    }
}
