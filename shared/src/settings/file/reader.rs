//! Takes values out of the parsed texts by key, and keeps every mistake on the way.
//!
//! The keys that are asked for are the keys there are: what was never asked for is unknown.

use std::collections::BTreeSet;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::kind::{Kind, describe};
use super::mistake::{Layer, Mistake, Mistakes};

/// A settings file and its overlay, and the mistakes found so far.
pub(super) struct Reader<'a> {
    /// From the file up.
    layers: Vec<Document<'a>>,
    asked: BTreeSet<&'static str>,
    faulty: BTreeSet<&'static str>,
    mistakes: Vec<Mistake>,
}

struct Document<'a> {
    layer: Layer,
    text: &'a str,
    root: DeTable<'a>,
}

impl<'a> Reader<'a> {
    /// Parses the texts as TOML.
    pub(super) fn new(text: &'a str, overlay: Option<&'a str>) -> Result<Self, Mistakes> {
        let texts = [Some((Layer::File, text)), overlay.map(|text| (Layer::Overlay, text))];
        let mut layers = Vec::new();
        let mut mistakes = Vec::new();
        for (layer, text) in texts.into_iter().flatten() {
            match DeTable::parse(text) {
                Ok(root) => layers.push(Document { layer, text, root: root.into_inner() }),
                Err(error) => mistakes.push(Mistake {
                    layer,
                    line: line(text, error.span().map_or(text.len(), |span| span.start)),
                    key: String::new(),
                    message: format!("not TOML: {}", error.message()),
                }),
            }
        }
        if mistakes.is_empty() {
            Ok(Self { layers, asked: BTreeSet::new(), faulty: BTreeSet::new(), mistakes })
        } else {
            Err(Mistakes(mistakes))
        }
    }

    /// Takes the value of a key that may be left out.
    ///
    /// A mistake in the file counts even where the overlay replaces the value.
    pub(super) fn read<T>(&mut self, key: &'static str, kind: impl Kind<T>, default: T) -> T {
        self.find(key, kind).unwrap_or(default)
    }

    /// Takes the value of a key that must be there.
    pub(super) fn require<T: Default>(&mut self, key: &'static str, kind: impl Kind<T>) -> T {
        let found = self.find(key, kind);
        if found.is_none() && self.faulty.insert(key) {
            let mistake = self.mistake(&[key], "missing, and there is no default".to_owned());
            self.mistakes.push(mistake);
        }
        found.unwrap_or_default()
    }

    /// Reports values that do not fit together, unless one of them is a mistake already.
    pub(super) fn rule(&mut self, holds: bool, keys: &[&'static str], message: impl Into<String>) {
        if !holds && !keys.iter().any(|key| self.faulty.contains(key)) {
            let mistake = self.mistake(keys, message.into());
            self.mistakes.push(mistake);
        }
    }

    /// Adds what was never asked for; done if there was no mistake at all.
    pub(super) fn finish(self) -> Result<(), Mistakes> {
        let mut mistakes = self.mistakes;
        for document in &self.layers {
            document.unknown("", &document.root, &self.asked, &mut mistakes);
        }
        mistakes.sort();
        if mistakes.is_empty() { Ok(()) } else { Err(Mistakes(mistakes)) }
    }

    /// The keys that were asked for so far.
    #[cfg(test)]
    pub(super) fn keys(&self) -> impl Iterator<Item = &'static str> {
        self.asked.iter().copied()
    }

    fn find<T>(&mut self, key: &'static str, kind: impl Kind<T>) -> Option<T> {
        self.asked.insert(key);
        let mut found = None;
        for document in &self.layers {
            match document.value(key).map(&kind) {
                Some(Ok(value)) => found = Some(value),
                Some(Err(faults)) => {
                    self.faulty.insert(key);
                    self.mistakes.extend(faults.into_iter().map(|fault| Mistake {
                        layer: document.layer,
                        line: line(document.text, fault.at),
                        key: key.to_owned(),
                        message: fault.message,
                    }));
                }
                None => {}
            }
        }
        found
    }

    /// A mistake at the first of these keys in the topmost text that has one of them, else where it is missed.
    fn mistake(&self, keys: &[&'static str], message: String) -> Mistake {
        let place = self.layers.iter().rev().find_map(|document| {
            let (key, value) = keys.iter().find_map(|key| Some((key, document.value(key)?)))?;
            Some((document.layer, line(document.text, value.span().start), *key))
        });
        let missed = || {
            let key = keys.first().copied().unwrap_or_default();
            let line = self.layers.first().map_or(1, |document| document.section_line(key));
            (Layer::File, line, key)
        };
        let (layer, line, key) = place.unwrap_or_else(missed);
        Mistake { layer, line, key: key.to_owned(), message }
    }
}

impl<'a> Document<'a> {
    fn value(&self, key: &str) -> Option<&Spanned<DeValue<'a>>> {
        let mut parts = key.split('.');
        let top = self.root.get(parts.next()?)?;
        parts.try_fold(top, |value, part| value.get_ref().get(part))
    }

    /// The line in which the innermost section of a key begins, or the last.
    fn section_line(&self, key: &str) -> usize {
        let mut table = Some(&self.root);
        let mut begin = None;
        for part in key.split('.') {
            let Some((name, value)) = table.and_then(|table| table.get_key_value(part)) else {
                break;
            };
            begin = Some(name.span().start);
            table = value.get_ref().as_table();
        }
        line(self.text, begin.unwrap_or(self.text.trim_end().len()))
    }

    fn unknown(
        &self,
        section: &str,
        table: &DeTable<'_>,
        asked: &BTreeSet<&'static str>,
        mistakes: &mut Vec<Mistake>,
    ) {
        let known = children(section, asked);
        for (name, value) in table {
            let path = format!("{section}{}", name.get_ref());
            let message = match value.get_ref().as_table() {
                _ if !known.contains(name.get_ref().as_ref()) => {
                    unknown_key(name.get_ref(), &known)
                }
                _ if asked.contains(path.as_str()) => continue,
                Some(inner) => {
                    self.unknown(&format!("{path}."), inner, asked, mistakes);
                    continue;
                }
                None => format!("expected a section: [{path}], found {}", describe(value)),
            };
            mistakes.push(Mistake {
                layer: self.layer,
                line: line(self.text, name.span().start),
                key: path.escape_debug().to_string(),
                message,
            });
        }
    }
}

/// The names that may stand in a section (`""` or `"codes."`).
fn children(section: &str, asked: &BTreeSet<&'static str>) -> BTreeSet<&'static str> {
    asked
        .iter()
        .filter_map(|key| key.strip_prefix(section))
        .filter_map(|rest| rest.split('.').next())
        .collect()
}

fn unknown_key(name: &str, known: &BTreeSet<&'static str>) -> String {
    let near = known
        .iter()
        .map(|known| (distance(name, known), known))
        .filter(|(distance, known)| *distance <= 2.max(known.len() / 3))
        .min();
    let suggestion = near.map(|(_, near)| format!("did you mean {near}? ")).unwrap_or_default();
    let known = known.iter().copied().collect::<Vec<_>>().join(", ");
    format!("unknown; {suggestion}allowed: {known}")
}

/// How many letters have to be put in, taken out or changed (Levenshtein).
fn distance(from: &str, to: &str) -> usize {
    let mut above = (0..=to.chars().count()).collect::<Vec<_>>();
    for (index, letter) in from.chars().enumerate() {
        let mut left = index + 1;
        let mut row = vec![left];
        for ((corner, up), other) in above.iter().zip(above.iter().skip(1)).zip(to.chars()) {
            left = (corner + usize::from(other != letter)).min(up + 1).min(left + 1);
            row.push(left);
        }
        above = row;
    }
    above.last().copied().unwrap_or_default()
}

fn line(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}
