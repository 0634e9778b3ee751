mod header;
mod pattern;
mod random;
mod url;
