//! The budget: what no change may exceed.

use postern_local::aws::Service;

use crate::journeys;
use crate::measured::Step;

#[tokio::test]
async fn a_sign_up_by_a_code_costs_at_most_20_write_and_8_read_units() {
    let capacity = journeys::one_by_one().await.capacity();
    assert!(capacity.write <= 20.0, "{capacity:?}");
    assert!(capacity.read <= 8.0, "{capacity:?}");
}

#[tokio::test]
async fn each_step_of_a_sign_up_waits_for_the_table_twice() {
    let journey = journeys::one_by_one().await;
    for request in ["create", "prepare", "attempt", "touch"] {
        within(journey.step(request), 2);
    }
    let journey = journeys::at_once().await;
    for request in ["create", "attempt", "touch"] {
        within(journey.step(request), 2);
    }
    let journey = journeys::other_turns().await;
    for request in ["create, empty", "update", "attempt, wrong code"] {
        within(journey.step(request), 2);
    }
}

#[tokio::test]
async fn a_step_of_a_sign_in_waits_twice_and_once_more_for_the_user() {
    let journey = journeys::by_code().await;
    for request in ["create", "prepare", "attempt, wrong code", "attempt"] {
        within(journey.step(request), 3);
    }
    within(journey.step("touch"), 2);
    for step in &journeys::by_password().await.steps {
        within(step, 3);
    }
    for step in &journeys::by_reset().await.steps {
        within(step, 3);
    }
}

#[tokio::test]
async fn a_token_is_one_read_and_no_write() {
    let journey = journeys::session().await;
    let token = journey.step("token");
    assert_eq!(token.operations(), [["BatchGetItem"]]);
    assert!(token.capacity().write.abs() < f64::EPSILON);
    let first = journeys::one_by_one().await;
    assert_eq!(first.step("token").operations(), [["BatchGetItem"]]);
}

#[tokio::test]
async fn what_everybody_may_read_costs_nothing_when_warm() {
    for step in &journeys::public().await.steps {
        assert!(step.reading.calls.is_empty(), "{}: {:?}", step.request, step.reading);
    }
}

#[tokio::test]
async fn a_code_is_one_mail_and_so_is_the_notice_of_a_reset() {
    for journey in journeys::all().await {
        for step in &journey.steps {
            let mails = [
                step.request == "prepare",
                (journey.title, step.request) == ("Sign-up with every field", "create"),
                step.request == "reset",
            ];
            let due = usize::from(mails.contains(&true));
            let sent = (step.count(Service::Ses), step.count(Service::Sns));
            assert_eq!(sent, (due, 0), "{}, {}", journey.title, step.request);
        }
    }
}

#[tokio::test]
async fn a_password_is_hashed_or_compared_once_in_the_request_that_carries_it() {
    for journey in journeys::all().await {
        for step in &journey.steps {
            let hashed = HASHING.contains(&(journey.title, step.request));
            assert_eq!(step.hashes, u64::from(hashed), "{}, {}", journey.title, step.request);
        }
    }
}

#[track_caller]
fn within(step: &Step, trips: usize) {
    assert!(step.trips() <= trips, "{}: {:?}", step.request, step.operations());
}

const HASHING: [(&str, &str); 7] = [
    ("Sign-up with every field", "create"),
    ("Sign-in by a password", "create with the password"),
    ("Sign-in by a password", "create with a wrong one"),
    ("Sign-in by a password", "create, unknown address"),
    ("Sign-in by a password", "attempt, wrong password"),
    ("Sign-in by a password", "attempt"),
    ("Reset of a password", "reset"),
];
