//! Text that goes into a mail's header, where a line break begins another field.

use data_encoding::BASE64;

use crate::flow::text::is_hidden_or_turning;

/// A name and an address, as `From` has them: `"Example" <no-reply@example.com>`.
pub(super) fn mailbox(name: &str, address: &str) -> String {
    let name = one_line(name);
    if name.is_empty() {
        address.to_owned()
    } else if name.is_ascii() {
        let quoted = name.replace('\\', "\\\\").replace('"', "\\\"");
        format!("\"{quoted}\" <{address}>")
    } else {
        format!("{} <{address}>", encoded_words(&name))
    }
}

/// The text without line breaks, control characters and marks that turn the direction of reading.
pub(super) fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || is_hidden_or_turning(c))
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Whether this is one address wherever a list of addresses may stand.
pub(super) fn is_address(text: &str) -> bool {
    let sound = |c: char| !c.is_whitespace() && !is_hidden_or_turning(c) && !SPECIALS.contains(c);
    text.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && !domain.is_empty()
            && local.chars().all(sound)
            && domain.chars().all(sound)
    })
}

/// RFC 2047: text beyond ASCII, in words that are short enough and each whole for itself.
fn encoded_words(text: &str) -> String {
    let mut chunks = vec![String::new()];
    for c in text.chars() {
        match chunks.last_mut() {
            Some(last) if last.len() + c.len_utf8() <= WORD_BYTES => last.push(c),
            Some(_) | None => chunks.push(c.to_string()),
        }
    }
    chunks
        .iter()
        .map(|chunk| format!("=?UTF-8?B?{}?=", BASE64.encode(chunk.as_bytes())))
        .collect::<Vec<_>>()
        .join(" ")
}

/// RFC 5322 3.2.3: what ends or groups addresses, less the dot; a second `@` is none either.
const SPECIALS: &str = "()<>[]:;@\\,\"";
/// 75 characters hold `=?UTF-8?B?`, 60 of base64 and `?=`.
const WORD_BYTES: usize = 45;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_in_its_header() {
        let hostile = "Acme\r\nBcc: everybody@example.com\0\u{202e}\u{2028}x";
        assert_eq!(one_line(hostile), "Acme Bcc: everybody@example.com x");
        assert_eq!(
            mailbox(hostile, "a@b.example"),
            "\"Acme Bcc: everybody@example.com x\" <a@b.example>"
        );
    }

    #[test]
    fn a_name_cannot_end_its_quotes() {
        assert_eq!(
            mailbox("A\" <x@y.example>, \\\"", "a@b.example"),
            r#""A\" <x@y.example>, \\\"" <a@b.example>"#
        );
    }

    #[test]
    fn a_name_of_nothing_leaves_the_address() {
        assert_eq!(mailbox("\r\n\u{202e}", "a@b.example"), "a@b.example");
    }

    #[test]
    fn a_name_beyond_ascii_is_encoded_in_whole_characters() {
        assert_eq!(mailbox("Caf\u{e9}", "a@b.example"), "=?UTF-8?B?Q2Fmw6k=?= <a@b.example>");
        let mailbox = mailbox(&"\u{1f980}".repeat(64), "a@b.example");
        let (name, _) = mailbox.rsplit_once(' ').unwrap();
        for word in name.split(' ') {
            assert!(word.len() <= 75, "{word}");
            let base64 = word.trim_start_matches("=?UTF-8?B?").trim_end_matches("?=");
            let bytes = BASE64.decode(base64.as_bytes()).unwrap();
            assert!(String::from_utf8(bytes).is_ok(), "{word}");
        }
    }

    #[test]
    fn what_could_be_more_than_one_address_is_none() {
        assert!(is_address("jane+a.b@example.com"));
        for text in [
            "",
            "jane",
            "@example.com",
            "jane@",
            "jane@example.com\r\nBcc: x@y.example",
            "jane@example.com,x@y.example",
            "jane@example.com;x@y.example",
            "Jane <jane@example.com>",
            "\"jane\"@example.com",
            "jane@\u{202e}example.com",
            "jane\0@example.com",
            "jane doe@example.com",
            "a@b@example.com",
        ] {
            assert!(!is_address(text), "{text:?}");
        }
    }
}
