//! Keys and what is signed with them: sealing, session tokens, the published key set, handshakes.

pub use claims::{Handshake, SessionClaims};
pub use jwk::Jwk;
pub use signer::{SignError, Signer};
pub use vault::{Vault, VaultError};

mod claims;
mod jwk;
mod signer;
mod vault;
