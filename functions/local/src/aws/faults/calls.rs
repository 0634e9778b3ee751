//! Which calls are meant.

use crate::aws::call::{Call, Service};

/// Which calls a fault strikes: by service and operation, after the first few, so many in a row.
#[derive(Debug, Clone)]
pub struct Calls {
    service: Option<Service>,
    operation: Option<String>,
    skip: usize,
    take: usize,
}

impl Calls {
    /// The next call, whatever it is.
    #[must_use]
    pub fn any() -> Self {
        Self { service: None, operation: None, skip: 0, take: 1 }
    }

    /// The next call to a service.
    #[must_use]
    pub fn to(service: Service) -> Self {
        Self { service: Some(service), ..Self::any() }
    }

    /// Only calls of that operation.
    #[must_use]
    pub fn operation(self, operation: &str) -> Self {
        Self { operation: Some(operation.to_owned()), ..self }
    }

    /// Lets the first `skip` of them pass.
    #[must_use]
    pub fn skip(self, skip: usize) -> Self {
        Self { skip, ..self }
    }

    /// Strikes `take` of them instead of one.
    #[must_use]
    pub fn take(self, take: usize) -> Self {
        Self { take, ..self }
    }

    /// Strikes all of them from there on.
    #[must_use]
    pub fn every(self) -> Self {
        self.take(usize::MAX)
    }

    /// Counts the call, and says whether it is to be struck.
    pub(super) fn strike(&mut self, call: &Call) -> bool {
        let meant = self.service.is_none_or(|service| service == call.service)
            && self.operation.as_ref().is_none_or(|operation| *operation == call.operation);
        if meant && self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        let strikes = meant && self.take > 0;
        self.take -= usize::from(strikes);
        strikes
    }
}
