//! What is wrong with a settings file, for whoever edits it.

use std::error::Error;
use std::fmt;

/// One mistake, with its place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// The text that it stands in.
    pub layer: Layer,
    /// Line, from 1. Of a key that is missing: where its section begins, or the end of the text.
    pub line: usize,
    /// The key with its section: `codes.lifetime_minutes`; empty if the text is no TOML.
    pub key: String,
    /// What is wrong, and what is allowed.
    pub message: String,
}

/// Which of the two texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// The settings file.
    File,
    /// What is laid over it.
    Overlay,
}

/// All mistakes of a settings file and its overlay, in the order of their lines; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistakes(pub Vec<Mistake>);

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { layer, line, key, message } = self;
        match layer {
            Layer::File => write!(f, "line {line}: ")?,
            Layer::Overlay => write!(f, "overlay line {line}: ")?,
        }
        if !key.is_empty() {
            write!(f, "{key}: ")?;
        }
        f.write_str(message)
    }
}

/// One line a mistake.
impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, mistake) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{mistake}")?;
        }
        Ok(())
    }
}

impl Error for Mistakes {}
