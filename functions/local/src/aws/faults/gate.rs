//! A gate at which calls wait: a slow service without a clock.

use std::sync::Arc;

use tokio::sync::Semaphore;

/// Holds calls until it is opened.
#[derive(Debug, Clone)]
pub struct Gate {
    arrived: Arc<Semaphore>,
    open: Arc<Semaphore>,
}

impl Gate {
    /// A closed gate.
    #[must_use]
    pub fn closed() -> Self {
        Self { arrived: Arc::new(Semaphore::new(0)), open: Arc::new(Semaphore::new(0)) }
    }

    /// Waits until one more call stands at the gate.
    pub async fn arrival(&self) {
        if let Ok(permit) = self.arrived.acquire().await {
            permit.forget();
        }
    }

    /// Lets every call pass, those to come as well.
    pub fn open(&self) {
        self.open.close();
    }

    pub(super) async fn pass(&self) {
        self.arrived.add_permits(1);
        // No permit is ever handed out: waiting ends when the gate is opened.
        let _ = self.open.acquire().await;
    }
}
