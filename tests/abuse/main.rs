//! What an attacker, a flaky network or an impatient user will do.
