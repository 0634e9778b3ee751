//! Every call to DynamoDB and SES of every step of every flow, failing in every way.

use postern_local::aws::faults::{Calls, Fault};
use postern_local::aws::{Call, Service};
use postern_tests::table::{key, number};
use postern_tests::{Instance, Reply};

use crate::flow::{Before, Flow, Goal, JANE, Person, Step};

#[tokio::test]
async fn a_sign_up_by_code_survives_any_fault() {
    survives(Before::Nobody, &[Step::SignUpAtOnce, Step::AttemptSignUp], Goal::SignedIn).await;
}

#[tokio::test]
async fn a_sign_up_with_a_password_survives_any_fault() {
    let steps = &[Step::SignUpWithPassword, Step::PrepareSignUp, Step::AttemptSignUp];
    survives(Before::Nobody, steps, Goal::SignedIn).await;
}

#[tokio::test]
async fn a_sign_up_in_small_steps_survives_any_fault() {
    let steps = &[Step::SignUp, Step::PrepareSignUp, Step::AttemptSignUp];
    survives(Before::Nobody, steps, Goal::SignedIn).await;
}

#[tokio::test]
async fn a_sign_in_by_code_survives_any_fault() {
    let steps = &[Step::SignIn, Step::PrepareSignIn, Step::AttemptSignIn];
    survives(Before::User, steps, Goal::SignedIn).await;
}

#[tokio::test]
async fn a_sign_in_by_password_survives_any_fault() {
    survives(Before::User, &[Step::SignInWithPassword], Goal::SignedIn).await;
}

#[tokio::test]
async fn a_sign_in_by_password_in_small_steps_survives_any_fault() {
    survives(Before::User, &[Step::SignIn, Step::AttemptPassword], Goal::SignedIn).await;
}

#[tokio::test]
async fn a_reset_survives_any_fault() {
    let steps = &[Step::Recover, Step::AttemptRecovery, Step::SetPassword];
    survives(Before::User, steps, Goal::SignedIn).await;
}

#[tokio::test]
async fn a_touch_survives_any_fault() {
    survives(Before::SignedIn, &[Step::Touch], Goal::SignedIn).await;
}

#[tokio::test]
async fn a_refresh_survives_any_fault() {
    survives(Before::SignedIn, &[Step::Token], Goal::SignedIn).await;
}

#[tokio::test]
async fn a_sign_out_survives_any_fault() {
    survives(Before::SignedIn, &[Step::SignOut], Goal::SignedOut).await;
}

#[tokio::test]
async fn forgetting_the_client_survives_any_fault() {
    survives(Before::SignedIn, &[Step::Forget], Goal::SignedOut).await;
}

#[tokio::test]
async fn a_change_of_ones_own_record_survives_any_fault() {
    survives(Before::SignedIn, &[Step::Change], Goal::Changed).await;
}

/// How long a fault lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Span {
    /// One call; the next try goes through.
    Once,
    /// As often as the SDK tries.
    Thrice,
    /// Until the answer was given.
    Lasting,
}

/// One call of one step that is to fail.
struct Case {
    step: usize,
    call: Call,
    /// How many calls like it come before it in the step.
    nth: usize,
    fault: Fault,
    span: Span,
}

async fn survives(before: Before, steps: &'static [Step], goal: Goal) {
    let flow = Flow { before, steps, goal };
    let mut struck = 0;
    for (step, calls) in calls_of(&flow).await.into_iter().enumerate() {
        for (position, call) in calls.iter().enumerate() {
            let nth = calls.iter().take(position).filter(|other| *other == call).count();
            for (fault, span) in failures(call) {
                struck += Case { step, call: call.clone(), nth, fault, span }.run(&flow).await;
            }
        }
    }
    assert!(struck > 0, "no fault struck");
}

/// In which ways a call fails that differ for it.
fn failures(call: &Call) -> Vec<(Fault, Span)> {
    let (faults, spans): (&[_], &[_]) = match call.operation.as_str() {
        // Mail is tried once.
        "SendEmail" => (&[Fault::Throttled, Fault::TimedOut, Fault::AnswerLost], &[Span::Once]),
        // Nothing is lost with the answer of a read.
        "GetItem" | "BatchGetItem" => {
            (&[Fault::Throttled, Fault::TimedOut], &[Span::Once, Span::Lasting])
        }
        // Counters are in no transaction that they could conflict with; what was counted is given back by the
        // same operation, which fails as well or does not.
        "UpdateItem" => (
            &[Fault::Throttled, Fault::TimedOut, Fault::AnswerLost],
            &[Span::Once, Span::Thrice, Span::Lasting],
        ),
        _ => (
            &[Fault::Throttled, Fault::TimedOut, Fault::Conflict, Fault::AnswerLost],
            &[Span::Once, Span::Lasting],
        ),
    };
    let ways = faults.iter().flat_map(|fault| spans.iter().map(move |span| (fault.clone(), *span)));
    ways.collect()
}

/// The calls that each step makes where nothing fails.
async fn calls_of(flow: &Flow) -> Vec<Vec<Call>> {
    let instance = Instance::start().await;
    let mut person = Person::before(flow, &instance).await;
    let mut calls = Vec::new();
    for step in flow.steps {
        let _before = instance.meter.take();
        person.take(*step).await.ok();
        calls.push(instance.meter.take().calls.into_iter().map(|made| made.call).collect());
    }
    person.reached(flow.goal).await;
    calls
}

impl Case {
    async fn run(&self, flow: &Flow) -> usize {
        let instance = Instance::start().await;
        let mut person = Person::before(flow, &instance).await;
        for step in &flow.steps[..self.step] {
            person.take(*step).await.ok();
        }
        let sent = instance.services.outbox().all().len();
        self.plan(&instance);
        let reply = person.take(flow.steps[self.step]).await;
        instance.faults.clear();
        self.check(&reply);
        let sent = instance.services.outbox().all().len() - sent;
        assert!(sent <= 1, "{self}: {sent} messages");
        assert!(instance.whole_users().await <= 1, "{self}");
        if !matches!(self.fault, Fault::AnswerLost) && self.call.operation != "UpdateItem" {
            assert_eq!(counted(&instance).await, codes(&instance), "{self}: counted messages");
        }
        self.go_on(flow, person, reply).await;
        instance.faults.struck()
    }

    fn plan(&self, instance: &Instance) {
        let calls = Calls::to(self.call.service).operation(&self.call.operation).skip(self.nth);
        let calls = match self.span {
            Span::Once => calls,
            Span::Thrice => calls.take(3),
            Span::Lasting => calls.every(),
        };
        instance.faults.plan(calls, self.fault.clone());
    }

    /// A success, or a refusal that says to try again.
    #[track_caller]
    fn check(&self, reply: &Reply) {
        let status = reply.status.as_u16();
        assert!([200, 409, 429, 503].contains(&status), "{self}: {status} {}", reply.text);
        if status != 200 {
            assert!(reply.code().is_some(), "{self}: {}", reply.text);
            assert!(reply.at("/clerk_trace_id").is_string(), "{self}: {}", reply.text);
        }
        // What happens once is nothing that a person notices, except that mail is never sent twice.
        if self.span == Span::Once && self.call.service == Service::DynamoDb {
            assert_eq!(status, 200, "{self}: {}", reply.text);
        }
    }

    /// Repeats the step if it failed, starts over if that does not help, and gets there.
    async fn go_on(&self, flow: &Flow, mut person: Person<'_>, reply: Reply) {
        let mut reply = reply;
        if !reply.status.is_success() {
            reply = person.take(flow.steps[self.step]).await;
            if !matches!(self.fault, Fault::AnswerLost) {
                // Nothing was done, so that the same request can be made at once.
                assert_eq!(reply.status, 200, "{self}, repeated: {}", reply.text);
            }
            assert!(!reply.status.is_server_error(), "{self}, repeated: {}", reply.text);
        }
        if reply.status.is_success() {
            for step in &flow.steps[self.step + 1..] {
                let reply = person.take(*step).await;
                assert!(reply.status.is_success(), "{self}, then {step:?}: {}", reply.text);
            }
        } else {
            person.start_over(flow).await;
        }
        person.reached(flow.goal).await;
    }
}

impl std::fmt::Display for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { step, call, nth, fault, span } = self;
        write!(f, "step {step}, {call} {nth}, {fault:?} {span:?}")
    }
}

/// The messages that are counted for Jane's address.
async fn counted(instance: &Instance) -> i64 {
    let items = instance.items().await;
    let hers = items.iter().filter(|item| key(item).starts_with("COUNT#EMAIL#"));
    hers.map(|item| number(item, "messages")).sum()
}

/// The codes that were sent to Jane's address.
fn codes(instance: &Instance) -> i64 {
    let messages = instance.messages(JANE);
    i64::try_from(messages.iter().filter(|message| message.code.is_some()).count()).unwrap()
}
