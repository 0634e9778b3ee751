//! Requests one after another, each with what it cost.

use postern_local::aws::Service;
use postern_local::aws::meter::{Capacity, Reading};
use postern_tests::{Instance, Reply};

/// Requests that follow one another, and the case that they are measured in.
pub(crate) struct Journey {
    /// What it is called.
    pub(crate) title: &'static str,
    /// Which fields and which circumstances were measured.
    pub(crate) case: &'static str,
    /// The requests.
    pub(crate) steps: Vec<Step>,
}

/// One request and what it cost.
pub(crate) struct Step {
    /// The request.
    pub(crate) request: &'static str,
    /// What it called.
    pub(crate) reading: Reading,
    /// How many passwords were hashed or compared for it.
    pub(crate) hashes: u64,
}

/// Measures the requests of a journey.
pub(crate) struct Recorder<'a> {
    instance: &'a Instance,
    steps: Vec<Step>,
}

impl Journey {
    /// The request of that name.
    #[track_caller]
    pub(crate) fn step(&self, request: &str) -> &Step {
        let found = self.steps.iter().find(|step| step.request == request);
        found.unwrap_or_else(|| panic!("{} has no {request}", self.title))
    }

    /// What all of it consumed.
    pub(crate) fn capacity(&self) -> Capacity {
        self.steps.iter().map(Step::capacity).fold(Capacity::default(), |sum, one| Capacity {
            read: sum.read + one.read,
            write: sum.write + one.write,
        })
    }
}

impl Step {
    /// How many calls to DynamoDB had to wait for one another.
    pub(crate) fn trips(&self) -> usize {
        self.reading.round_trips(Service::DynamoDb)
    }

    /// How many calls went to a service.
    pub(crate) fn count(&self, service: Service) -> usize {
        self.reading.count(service)
    }

    /// What it consumed of DynamoDB.
    pub(crate) fn capacity(&self) -> Capacity {
        self.reading.capacity()
    }

    /// The operations that went to DynamoDB, those that could run side by side together.
    pub(crate) fn operations(&self) -> Vec<Vec<&str>> {
        let mut trips = vec![Vec::new(); self.trips()];
        for measured in &self.reading.calls {
            if measured.call.service == Service::DynamoDb {
                let trip = trips.get_mut(measured.depth - 1).unwrap();
                trip.push(measured.call.operation.as_str());
            }
        }
        trips
    }
}

impl<'a> Recorder<'a> {
    /// Measures what is asked of this instance from now on.
    pub(crate) fn new(instance: &'a Instance) -> Self {
        Self { instance, steps: Vec::new() }
    }

    /// Measures one request.
    pub(crate) async fn step(
        &mut self,
        request: &'static str,
        reply: impl Future<Output = Reply>,
    ) -> Reply {
        let _before = self.instance.meter.take();
        let earlier = self.instance.app.passwords_hashed();
        let reply = reply.await;
        let hashes = self.instance.app.passwords_hashed() - earlier;
        self.steps.push(Step { request, reading: self.instance.meter.take(), hashes });
        reply
    }

    /// The journey that was measured.
    pub(crate) fn journey(self, title: &'static str, case: &'static str) -> Journey {
        Journey { title, case, steps: self.steps }
    }
}
