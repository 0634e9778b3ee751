//! The picture of a user who has none: initials on a colour.
//!
//! Its URL carries all that is drawn, so that drawing reads no table and a browser may keep the picture
//! forever: who changes their name gets another URL.

use data_encoding::BASE64URL_NOPAD;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::flow::User;

/// Where the user's picture is; `base` is where browsers reach the API.
#[must_use]
pub fn image_url(base: &str, user: &User) -> String {
    let base = base.trim_end_matches('/');
    let seed = user.id.as_str();
    let initials = BASE64URL_NOPAD.encode(initials(user).as_bytes());
    format!("{base}/v1/avatars/{seed}.{initials}")
}

/// Reads the last segment of such a URL as seed and initials; `None` if no picture can have it.
#[must_use]
pub fn parse(segment: &str) -> Option<(String, String)> {
    if segment.len() > LONGEST_SEGMENT {
        return None;
    }
    let (seed, initials) = segment.split_once('.')?;
    let initials = BASE64URL_NOPAD.decode(initials.as_bytes()).ok()?;
    let initials = String::from_utf8(initials).ok()?;
    let is_seed =
        !seed.is_empty() && seed.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let letters = initials.chars().filter(|c| is_letter(*c)).count();
    let are_initials = letters <= INITIALS
        && initials.chars().count() <= INITIALS * (1 + MARKS)
        && initials.chars().all(is_drawn);
    (is_seed && are_initials).then(|| (seed.to_owned(), initials))
}

/// Draws the picture as SVG; without initials it shows head and shoulders.
///
/// Letters, digits and their marks alone are drawn, so that there is nothing to escape.
#[must_use]
pub fn svg(seed: &str, initials: &str) -> String {
    let (from, to) = colours(seed);
    let initials: String = initials.chars().filter(|c| is_drawn(*c)).collect();
    let (label, figure) = if initials.is_empty() {
        ("User", PERSON.to_owned())
    } else {
        (initials.as_str(), text(&initials))
    };
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256" viewBox="0 0 100 100" role="img" aria-label="{label}">
<linearGradient id="g" x2="1" y2="1"><stop stop-color="{from}"/><stop offset="1" stop-color="{to}"/></linearGradient>
<rect width="100" height="100" fill="url(#g)"/>
{figure}
</svg>
"#
    )
}

/// First letters of both names, else that of the address or username.
fn initials(user: &User) -> String {
    let names = [&user.first_name, &user.last_name];
    let initials: String = names.into_iter().filter_map(|name| initial(name.as_deref()?)).collect();
    if initials.is_empty() {
        let label = user.label();
        label.and_then(|label| initial(label.as_str())).unwrap_or_default()
    } else {
        initials
    }
}

/// The first letter or digit as a capital, with the marks on it.
fn initial(name: &str) -> Option<String> {
    let mut chars = name.nfc().skip_while(|c| !is_letter(*c));
    let letter = chars.next()?;
    let mut capital = letter.to_uppercase();
    // A capital of several letters, such as that of a sharp s, would look like two initials.
    let letter = match capital.len() {
        1 => capital.next().unwrap_or(letter),
        _ => letter,
    };
    let marks = chars.take_while(|c| is_combining_mark(*c)).take(MARKS);
    Some(std::iter::once(letter).chain(marks).collect())
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() && !is_combining_mark(c)
}

fn is_drawn(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c)
}

fn text(initials: &str) -> String {
    format!(
        r##"<text x="50" y="50" dy=".36em" text-anchor="middle" font-family="{FONTS}" font-size="40" font-weight="600" fill="#fff">{initials}</text>"##
    )
}

/// The two ends of a gradient, the same for the same seed: FNV-1a, which spreads ids that begin alike.
fn colours(seed: &str) -> (&'static str, &'static str) {
    let hash = seed.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let count = u64::try_from(COLOURS.len()).unwrap_or(1);
    usize::try_from(hash % count)
        .ok()
        .and_then(|index| COLOURS.get(index))
        .copied()
        .unwrap_or(FALLBACK)
}

const INITIALS: usize = 2;
/// Marks on one letter: enough for every script, too few to climb out of the picture.
const MARKS: usize = 3;
/// An id, a dot, and the base64 of initials of four bytes a character.
const LONGEST_SEGMENT: usize = 128;
const FONTS: &str = "system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const PERSON: &str = r##"<circle cx="50" cy="42" r="17" fill="#fff"/><path d="M16 100a34 34 0 0 1 68 0z" fill="#fff"/>"##;
const FALLBACK: (&str, &str) = ("#475569", "#334155");
/// White text on each of them meets WCAG 2.2 AA: a contrast of 4.5 to 1.
const COLOURS: [(&str, &str); 12] = [
    ("#be123c", "#9d174d"),
    ("#c2410c", "#9f1239"),
    ("#a16207", "#9a3412"),
    ("#4d7c0f", "#166534"),
    ("#15803d", "#115e59"),
    ("#0f766e", "#155e75"),
    ("#0e7490", "#1e40af"),
    ("#0369a1", "#3730a3"),
    ("#1d4ed8", "#5b21b6"),
    ("#4338ca", "#6b21a8"),
    ("#7e22ce", "#9d174d"),
    ("#a21caf", "#5b21b6"),
];

#[cfg(test)]
mod tests;
