//! What each request costs, and never more.
