//! The command line.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::Parser;

use crate::inbox::Inbox;

/// Serves every function on this machine, with stand-ins for the AWS services.
#[derive(Debug, Clone, PartialEq, Eq, Parser)]
#[command(name = "postern", version)]
pub struct Cli {
    /// Port on 127.0.0.1 and `::1`; 0 takes any that is free.
    #[arg(long, default_value_t = 3000)]
    pub port: u16,

    /// Directory that keeps users and keys between runs.
    #[arg(long, value_name = "DIR", default_value = ".postern")]
    pub data: PathBuf,

    /// Keep nothing: forget users and keys at the end.
    #[arg(long, conflicts_with = "data")]
    pub memory: bool,

    /// The instance's settings; also by `POSTERN_SETTINGS`.
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,

    /// Settings that win over the file's, in place of those for a laptop (localhost as host and origin, test
    /// mode, wider limits by address).
    #[arg(long, value_name = "FILE")]
    pub overlay: Option<PathBuf>,

    /// Also offer DynamoDB, KMS, SES and SNS by HTTP, without any check of credentials.
    #[arg(long, value_name = "[ADDRESS:]PORT")]
    pub services: Option<ServicesAddress>,
}

impl Cli {
    /// The settings file: the option, or else what `POSTERN_SETTINGS` says.
    #[must_use]
    pub fn settings_file(&self, environment: Option<OsString>) -> Option<PathBuf> {
        let named = environment.filter(|path| !path.is_empty()).map(PathBuf::from);
        self.settings.clone().or(named)
    }

    /// The directory for the data, unless nothing is to be kept.
    #[must_use]
    pub fn data_dir(&self) -> Option<&PathBuf> {
        (!self.memory).then_some(&self.data)
    }
}

/// Where the services are offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServicesAddress {
    /// On both loopback addresses.
    Loopback(u16),
    /// On one address: a container reaches its host under that of the bridge.
    At(SocketAddr),
}

impl FromStr for ServicesAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(port) = text.parse() {
            return Ok(Self::Loopback(port));
        }
        let address: SocketAddr =
            text.parse().map_err(|_| "give a port or an address with a port".to_owned())?;
        let loopback = address.ip() == Ipv4Addr::LOCALHOST;
        Ok(if loopback { Self::Loopback(address.port()) } else { Self::At(address) })
    }
}

/// What a newcomer needs first, for the terminal.
#[must_use]
pub fn greeting(
    inbox: &Inbox,
    cli: &Cli,
    settings: Option<&Path>,
    services: Option<&str>,
) -> String {
    let base = &inbox.base_url;
    let data = match cli.data_dir() {
        Some(dir) => dir.display().to_string(),
        None => "nothing is kept (--memory)".to_owned(),
    };
    let mut lines = vec![
        ("Messages, keys", format!("{base}/")),
        ("proxyUrl", base.clone()),
        ("Publishable key", inbox.keys.publishable_key.clone()),
        ("API", format!("{base}/v1")),
        ("Data", data),
        ("Settings", settings_in_words(settings, cli.overlay.as_deref())),
    ];
    if let Some(address) = services {
        lines.push(("AWS endpoint", address.to_owned()));
    }
    let mut text = format!("Postern listens on {base}\n\n");
    for (name, value) in lines {
        // Writing to a String does not fail.
        let _ = writeln!(text, "  {name:<16} {value}");
    }
    text.push_str("\nOpen pages on localhost as well: another host name loses the cookies.\n");
    text.push_str("Ctrl-C stops.\n");
    text
}

fn settings_in_words(settings: Option<&Path>, overlay: Option<&Path>) -> String {
    let file = settings.unwrap_or(Path::new("postern.toml")).display();
    match overlay {
        Some(overlay) => format!("{file}, and over it {}", overlay.display()),
        None => format!("{file}, and over it localhost, test mode and wider limits (--overlay)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inbox::DevKeys;

    fn parsed(args: &[&str]) -> Cli {
        Cli::try_parse_from([&["local"], args].concat()).unwrap()
    }

    #[test]
    fn without_options_port_3000_is_served_and_data_is_kept() {
        let cli = parsed(&[]);
        assert_eq!(cli.port, 3000);
        assert_eq!(cli.data_dir(), Some(&PathBuf::from(".postern")));
        assert_eq!(cli.services, None);
    }

    #[test]
    fn memory_keeps_no_directory_and_goes_with_none() {
        assert_eq!(parsed(&["--memory"]).data_dir(), None);
        assert!(Cli::try_parse_from(["local", "--memory", "--data", "x"]).is_err());
    }

    #[test]
    fn the_option_goes_before_the_variable() {
        let variable = || Some(OsString::from("variable.toml"));
        let named = parsed(&["--settings", "option.toml"]);
        assert_eq!(named.settings_file(variable()), Some(PathBuf::from("option.toml")));
        assert_eq!(parsed(&[]).settings_file(variable()), Some(PathBuf::from("variable.toml")));
        assert_eq!(parsed(&[]).settings_file(Some(OsString::new())), None);
    }

    #[test]
    fn the_services_take_a_port_or_an_address() {
        let services = |text| parsed(&["--services", text]).services;
        assert_eq!(services("4566"), Some(ServicesAddress::Loopback(4566)));
        assert_eq!(services("127.0.0.1:4566"), Some(ServicesAddress::Loopback(4566)));
        let bridge = "172.17.0.1:4566".parse().unwrap();
        assert_eq!(services("172.17.0.1:4566"), Some(ServicesAddress::At(bridge)));
        assert!(Cli::try_parse_from(["local", "--services", "somewhere"]).is_err());
    }

    #[test]
    fn the_greeting_names_what_a_client_needs() {
        let keys = DevKeys {
            publishable_key: "pk_live_x".to_owned(),
            secret_key: "sk_live_y".to_owned(),
            jwks_url: "http://localhost:3000/.well-known/jwks.json".to_owned(),
            issuer: "https://clerk.example.test".to_owned(),
        };
        let base_url = "http://localhost:3000".to_owned();
        let outbox = crate::aws::outbox::Outbox::default();
        let inbox = Inbox { base_url, keys, outbox, keeps_users: true };
        let text = greeting(&inbox, &parsed(&[]), None, Some("http://localhost:4566"));
        for needed in [
            "http://localhost:3000/",
            "pk_live_x",
            ".postern",
            "postern.toml, and over it",
            "http://localhost:4566",
        ] {
            assert!(text.contains(needed), "{needed}");
        }
        assert!(!text.contains("sk_live_y"), "a secret does not belong into a terminal's log");
    }
}
