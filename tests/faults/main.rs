//! Every call of every flow, failing in every way: no half user, nothing doubled, a clear error.
