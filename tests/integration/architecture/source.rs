//! Source files, and what they see of others.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A source file.
pub(super) struct Source {
    /// Where it is, from the repository's root.
    pub(super) path: String,
    /// Its text.
    pub(super) text: String,
}

impl Source {
    pub(super) fn read(path: &str) -> Self {
        let text = fs::read_to_string(root().join(path)).unwrap();
        Self { path: path.to_owned(), text }
    }

    /// Every source file below a directory.
    pub(super) fn all(directory: &str) -> impl Iterator<Item = Self> {
        let mut found = Vec::new();
        collect(&root().join(directory), &mut found);
        assert!(!found.is_empty(), "{directory}");
        found
            .into_iter()
            .map(|path| Self::read(path.strip_prefix(root()).unwrap().to_str().unwrap()))
    }

    /// The room that it is in; none for the library's root.
    pub(super) fn room(&self) -> Option<String> {
        let module = self.module();
        module.first().filter(|first| *first != "lib").cloned()
    }

    /// The rooms that it names, by `crate::` or by as many `super::` as lead to the root.
    pub(super) fn rooms_seen(&self, rooms: &[&str]) -> BTreeSet<String> {
        let tokens = tokens(&self.text);
        let depth = self.module().len();
        let mut seen = BTreeSet::new();
        for at in 0..tokens.len() {
            let begins = at == 0 || tokens[at - 1] != "::";
            let mut next = at;
            if begins && tokens[at] == "crate" {
                next += 2;
            } else if begins && tokens[at] == "super" {
                let mut climbed = 0;
                while tokens.get(next).is_some_and(|token| token == "super") {
                    climbed += 1;
                    next += 2;
                }
                if climbed < depth {
                    seen.extend(self.room());
                    continue;
                }
            } else {
                continue;
            }
            if tokens.get(next - 1).is_some_and(|token| token == "::") {
                seen.extend(heads(&tokens, next));
            }
        }
        seen.retain(|name| rooms.contains(&name.as_str()));
        seen
    }

    /// The crates whose paths it names: whatever a path begins with that is no module of its own.
    pub(super) fn crates_seen(&self) -> BTreeSet<String> {
        let tokens = tokens(&self.text);
        // A module that was imported, or is declared here, is no crate of the same name.
        let own: BTreeSet<_> = tokens
            .windows(2)
            .filter(|pair| pair[0] == "mod" || pair[0] == "self")
            .map(|pair| pair[1].clone())
            .collect();
        let begins = |at: usize| at == 0 || tokens[at - 1] != "::";
        (0..tokens.len())
            .filter(|at| begins(*at) && tokens.get(at + 1).is_some_and(|next| next == "::"))
            .map(|at| tokens[at].clone())
            .filter(|name| !own.contains(name))
            .collect()
    }

    /// Its words, without comments and texts.
    pub(super) fn words(&self) -> Vec<String> {
        tokens(&self.text)
    }

    /// Its module path: `flow/sign_in/verbs.rs` is `[flow, sign_in, verbs]`.
    fn module(&self) -> Vec<String> {
        let path = self.path.strip_prefix("shared/src/").unwrap_or(&self.path);
        path.trim_end_matches(".rs").split('/').map(str::to_owned).collect()
    }
}

/// What a manifest names under `[dependencies]`; what tests need is no matter.
pub(super) fn dependencies(manifest: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(root().join(manifest)).unwrap();
    let (_, rest) = text.split_once("[dependencies]\n").unwrap();
    let section = rest.split("\n[").next().unwrap();
    let names = section.lines().filter(|line| !line.starts_with('#'));
    names
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

pub(super) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn collect(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The first names of a path, or of each path of a group: `{a::b, c}` begins with `a` and `c`.
fn heads(tokens: &[String], at: usize) -> Vec<String> {
    if tokens.get(at).is_none_or(|token| token != "{") {
        return tokens.get(at).cloned().into_iter().collect();
    }
    let (mut found, mut depth) = (Vec::new(), 0);
    for (token, before) in tokens[at..].iter().zip(&tokens[at - 1..]) {
        match token.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            name if depth == 1 && (before == "{" || before == ",") => found.push(name.to_owned()),
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    found
}

/// Names and marks, without comments, texts and characters.
fn tokens(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let (mut tokens, mut at) = (Vec::new(), 0);
    while at < chars.len() {
        let rest = |from: usize| chars[from.min(chars.len())..].iter();
        let c = chars[at];
        if c == '/' && chars.get(at + 1) == Some(&'/') {
            at += rest(at).take_while(|c| **c != '\n').count();
        } else if c == 'r' && (chars.get(at + 1) == Some(&'"') || chars.get(at + 1) == Some(&'#')) {
            let hashes = rest(at + 1).take_while(|c| **c == '#').count();
            let close: Vec<char> = std::iter::once('"').chain(vec!['#'; hashes]).collect();
            let begin = at + 2 + hashes;
            let length = chars[begin..].windows(close.len()).position(|found| found == close);
            at = begin + length.unwrap() + close.len();
        } else if c == '"' {
            at += 1;
            while chars[at] != '"' {
                at += if chars[at] == '\\' { 2 } else { 1 };
            }
            at += 1;
        } else if c == '\'' && chars.get(at + 1) == Some(&'\\') {
            at += 2 + rest(at + 3).take_while(|c| **c != '\'').count() + 2;
        } else if c == '\'' && chars.get(at + 2) == Some(&'\'') {
            at += 3;
        } else if c.is_alphanumeric() || c == '_' {
            let word: String = rest(at).take_while(|c| c.is_alphanumeric() || **c == '_').collect();
            at += word.chars().count();
            tokens.push(word);
        } else if c == ':' && chars.get(at + 1) == Some(&':') {
            tokens.push("::".to_owned());
            at += 2;
        } else {
            if !c.is_whitespace() {
                tokens.push(c.to_string());
            }
            at += 1;
        }
    }
    tokens
}
