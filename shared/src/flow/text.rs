//! Characters that a line of text is better without.

/// Whether a character is a control, or hides or turns the text around it: the marks of Unicode TR9 and the
/// separators of lines. Such a name in a mail or a list would make something else of what stands beside it.
#[must_use]
pub fn is_hidden_or_turning(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}'
                | '\u{200b}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'
                | '\u{2066}'..='\u{2069}'
                | '\u{feff}'
        )
}
