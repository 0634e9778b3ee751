//! Keys and what is signed with them: the key ring, session tokens, the published key set, handshakes.

pub use claims::{Handshake, SessionClaims};
pub use key_ring::{Jwk, KeyError, Keys, Signer};

mod claims;
mod key_ring;
