//! What a value may be: each kind reads a TOML value, or says what it expected there.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::time::Duration;

use toml::Spanned;
use toml::de::DeValue;

use super::super::origin::{is_domain, is_host};
use super::super::{Origin, OriginPattern, Strategy};

/// Something wrong inside one value.
pub(super) struct Fault {
    /// Where, in bytes from the start of the text.
    pub(super) at: usize,
    /// What is wrong, and what is allowed.
    pub(super) message: String,
}

/// Reads values of one kind.
pub(super) trait Kind<T>: Fn(&Spanned<DeValue<'_>>) -> Result<T, Vec<Fault>> {}

impl<T, F: Fn(&Spanned<DeValue<'_>>) -> Result<T, Vec<Fault>>> Kind<T> for F {}

/// `true` or `false`.
pub(super) fn flag() -> impl Kind<bool> {
    |value: &Spanned<DeValue<'_>>| {
        value.get_ref().as_bool().ok_or_else(|| fault(value, "true or false"))
    }
}

/// A whole number in a range.
pub(super) fn number<T>(range: RangeInclusive<T>) -> impl Kind<T>
where
    T: TryFrom<i64> + PartialOrd + Display,
{
    move |value: &Spanned<DeValue<'_>>| {
        value
            .get_ref()
            .as_integer()
            .and_then(|number| i64::from_str_radix(number.as_str(), number.radix()).ok())
            .and_then(|number| T::try_from(number).ok())
            .filter(|number| range.contains(number))
            .ok_or_else(|| fault(value, &format!("{} to {}", range.start(), range.end())))
    }
}

/// A whole number of units of time in a range; the key's name says the unit.
pub(super) fn time(unit: Duration, range: RangeInclusive<u32>) -> impl Kind<Duration> {
    let count = number(range);
    move |value: &Spanned<DeValue<'_>>| count(value).map(|count| unit * count)
}

/// Text of so many characters on one line.
pub(super) fn text(length: RangeInclusive<usize>) -> impl Kind<String> {
    let expected = format!(
        "text of {} to {} characters without line breaks or outer spaces",
        length.start(),
        length.end()
    );
    string(expected, move |text| {
        let sound = length.contains(&text.chars().count())
            && text.trim() == text
            && !text.contains(char::is_control);
        sound.then(|| text.to_owned())
    })
}

/// An absolute http or https URL.
pub(super) fn url() -> impl Kind<String> {
    string("an absolute URL such as \"https://app.example.com/sign-in\"", |text| {
        Origin::of_url(text).map(|_| text.to_owned())
    })
}

/// An absolute http or https URL to which a path can be added.
pub(super) fn base_url() -> impl Kind<String> {
    string(
        "an absolute URL without query and fragment such as \"https://app.example.com\"",
        |text| {
            let sound = Origin::of_url(text).is_some() && !text.contains(['?', '#']);
            sound.then(|| text.trim_end_matches('/').to_owned())
        },
    )
}

/// A host name of two labels or more.
pub(super) fn domain() -> impl Kind<String> {
    string(
        "a host name of two labels or more, in lower-case ASCII and without scheme and port, \
         such as \"accounts.example.com\"",
        |text| is_domain(text).then(|| text.to_owned()),
    )
}

/// An e-mail address without display name.
pub(super) fn email_address() -> impl Kind<String> {
    string("an e-mail address such as \"no-reply@example.com\"", |text| {
        let (local, host) = text.rsplit_once('@')?;
        // RFC 5321 dot-string; quoted local parts are legal and never wanted.
        let sound = local.len() <= 64
            && local.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(is_atom))
            && is_host(&host.to_ascii_lowercase())
            && host.contains('.');
        sound.then(|| text.to_owned())
    })
}

/// An origin, perhaps with a star.
pub(super) fn origin_pattern() -> impl Kind<OriginPattern> {
    |value: &Spanned<DeValue<'_>>| match value.get_ref().as_str() {
        Some(text) => OriginPattern::parse(text)
            .map_err(|reason| at(value, format!("{}: {reason}", describe(value)))),
        None => Err(fault(value, "an origin such as \"https://app.example.com\"")),
    }
}

/// One of these strategies, by its name.
pub(super) fn strategy(allowed: &'static [Strategy]) -> impl Kind<Strategy> {
    let names = allowed.iter().map(|strategy| format!("{:?}", strategy.as_str()));
    string(names.collect::<Vec<_>>().join(" or "), |text| {
        Strategy::named(text).filter(|strategy| allowed.contains(strategy))
    })
}

/// The other kind, or the empty text for none.
pub(super) fn optional<T>(kind: impl Kind<T>) -> impl Kind<Option<T>> {
    move |value: &Spanned<DeValue<'_>>| match value.get_ref().as_str() {
        Some("") => Ok(None),
        _ => kind(value).map(Some),
    }
}

/// An array of the other kind; each of its faults is reported in its own line.
pub(super) fn list<T>(kind: impl Kind<T>) -> impl Kind<Vec<T>> {
    move |value: &Spanned<DeValue<'_>>| {
        let array = value.get_ref().as_array().ok_or_else(|| fault(value, "an array: [\"…\"]"))?;
        let mut elements = Vec::new();
        let mut faults = Vec::new();
        for element in array {
            match kind(element) {
                Ok(element) => elements.push(element),
                Err(found) => faults.extend(found),
            }
        }
        if faults.is_empty() { Ok(elements) } else { Err(faults) }
    }
}

/// What stands there, in words.
pub(super) fn describe(value: &Spanned<DeValue<'_>>) -> String {
    match value.get_ref() {
        DeValue::String(text) if text.chars().count() > LONGEST_QUOTE => {
            format!("{:?}…", text.chars().take(LONGEST_QUOTE).collect::<String>())
        }
        DeValue::String(text) => format!("{text:?}"),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(flag) => flag.to_string(),
        DeValue::Datetime(_) => "a date or time".to_owned(),
        DeValue::Array(_) => "an array".to_owned(),
        DeValue::Table(_) => "a section".to_owned(),
    }
}

fn string<T>(expected: impl Into<String>, read: impl Fn(&str) -> Option<T>) -> impl Kind<T> {
    let expected = expected.into();
    move |value: &Spanned<DeValue<'_>>| {
        value.get_ref().as_str().and_then(&read).ok_or_else(|| fault(value, &expected))
    }
}

fn fault(value: &Spanned<DeValue<'_>>, expected: &str) -> Vec<Fault> {
    at(value, format!("expected {expected}, found {}", describe(value)))
}

fn at(value: &Spanned<DeValue<'_>>, message: String) -> Vec<Fault> {
    vec![Fault { at: value.span().start, message }]
}

/// RFC 5322 `atext`.
fn is_atom(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte)
}

/// Characters of a text that a message repeats.
const LONGEST_QUOTE: usize = 60;
