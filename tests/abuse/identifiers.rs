//! Identifiers: one person's spellings, and two persons with one address.

use postern_tests::{Browser, Instance, wrong};

use crate::{EMAIL, PASSWORD};

#[tokio::test]
async fn the_spellings_of_an_address_are_one_user() {
    const ADDRESS: &str = "jane@xn--bcher-kva.example";
    let instance = Instance::start().await;
    instance.browser().sign_up(&instance, ADDRESS, &[("password", PASSWORD)]).await;
    for spelling in [
        " Jane@Bücher.example ",
        "JANE@BÜCHER.EXAMPLE",
        ADDRESS,
        "jane@bu\u{308}cher.example",
        "\u{ff4a}ane@b\u{fc}cher.example",
        "jane\u{ff20}bücher.example",
    ] {
        let form = [("email_address", spelling)];
        let taken = instance.browser().post("/v1/client/sign_ups", &form).await;
        taken.refused(422, "form_identifier_exists");
        let signed_in = instance.browser().sign_in(spelling, PASSWORD).await;
        assert_eq!(signed_in.status, 200, "{spelling:?}: {}", signed_in.text);
    }
    assert_eq!(instance.whole_users().await, 1);
}

#[tokio::test]
async fn the_spelling_that_is_kept_can_be_typed_again() {
    let instance = Instance::start().await;
    let spellings = [
        ("\u{fb01}ona", "fiona"),
        ("\u{212a}urt", "kurt"),
        ("\u{ff2a}ANE", "jane"),
        ("J.O+x", "j.o+x"),
    ];
    for (local, kept) in spellings {
        let email = format!("{local}@example.com");
        let form = [("email_address", email.as_str())];
        let created = instance.browser().post("/v1/client/sign_ups", &form).await.ok();
        let kept = format!("{kept}@example.com");
        assert_eq!(created.text_at("/response/email_address"), kept, "{email}");
        let form = [("email_address", kept.as_str())];
        let again = instance.browser().post("/v1/client/sign_ups", &form).await;
        let again = again.at("/response/email_address");
        assert_eq!(again, kept, "{email} is kept as {kept:?}");
    }
}

#[tokio::test]
async fn letters_that_no_mail_reaches_are_refused_at_once() {
    let instance = Instance::start().await;
    for local in [
        "\u{130}rem",
        "\u{39f}\u{394}\u{39f}\u{3a3}",
        "\u{1c5}",
        "\u{1e9e}",
        "zoe\u{308}",
        "\u{e9}va",
        "\u{3b3}\u{3b9}\u{3ce}\u{3c1}\u{3b3}\u{3bf}\u{3c2}",
        "ja\u{200b}ne",
        "j\u{430}ne",
    ] {
        let form = [("email_address", &*format!("{local}@example.com"))];
        let refused = instance.browser().post("/v1/client/sign_ups", &form).await;
        refused.refused(422, "form_param_format_invalid");
    }
}

#[tokio::test]
async fn the_cases_of_a_username_are_one_user() {
    let instance = Instance::start().await;
    instance.browser().sign_up(&instance, EMAIL, &[("username", "Jane_Doe")]).await;
    let form = [("email_address", "other@example.com"), ("username", " jane_DOE ")];
    let taken = instance.browser().post("/v1/client/sign_ups", &form).await;
    taken.refused(422, "form_identifier_exists");
}

#[tokio::test]
async fn dots_and_tags_are_the_providers_business() {
    let instance = Instance::start().await;
    for email in ["jane.doe@example.com", "janedoe@example.com", "janedoe+news@example.com"] {
        instance.browser().sign_up(&instance, email, &[]).await;
    }
    assert_eq!(instance.whole_users().await, 3);
}

#[tokio::test]
async fn an_instance_may_refuse_tags() {
    let instance = Instance::builder()
        .settings(|settings| settings.sign_up.block_email_subaddresses = true)
        .start()
        .await;
    let form = [("email_address", "jane+news@example.com"), ("strategy", "email_code")];
    let refused = instance.browser().post("/v1/client/sign_ups", &form).await;
    refused.refused(422, "form_email_address_blocked");
    assert!(instance.services.outbox().all().is_empty());
}

#[tokio::test]
async fn a_phone_number_is_refused_in_every_spelling_rather_than_lost() {
    let instance = Instance::start().await;
    for number in ["+41446681800", "044 668 18 00", "(044) 668-18-00"] {
        let form = [("email_address", EMAIL), ("phone_number", number)];
        let refused = instance.browser().post("/v1/client/sign_ups", &form).await;
        refused.refused(422, "form_param_unknown");
    }
}

#[tokio::test]
async fn of_two_who_verify_one_address_the_later_is_refused() {
    for first_wins in [true, false] {
        let instance = Instance::start().await;
        let (one, other) = (instance.browser(), instance.browser());
        let first = (one.begin_sign_up(EMAIL, &[]).await, instance.code(EMAIL));
        let second = (other.begin_sign_up(EMAIL, &[]).await, instance.code(EMAIL));
        let (mut winner, mut loser) = ((one, first), (other, second));
        if !first_wins {
            (winner, loser) = (loser, winner);
        }
        let (browser, (id, code)) = winner;
        browser.attempt_sign_up(&id, &code).await.ok();
        let (browser, (id, code)) = loser;
        let refused = browser.attempt_sign_up(&id, &code).await;
        refused.refused(422, "form_identifier_exists");
        assert_eq!(browser.client().await.count_at("/response/sessions"), 0);
        assert_eq!(instance.whole_users().await, 1);
    }
}

#[tokio::test]
async fn what_an_attacker_typed_for_an_address_is_worth_nothing_to_its_owners_account() {
    let instance = Instance::start().await;
    let attacker = instance.browser();
    let bait = attacker.begin_sign_up(EMAIL, &[("password", "the attacker's password")]).await;
    let owner = instance.browser();
    owner.sign_up(&instance, EMAIL, &[("password", PASSWORD)]).await;

    let refused = instance.browser().sign_in(EMAIL, "the attacker's password").await;
    refused.refused(422, "form_password_incorrect");
    let guessed = attacker.attempt_sign_up(&bait, &wrong(&instance.code(EMAIL))).await;
    guessed.refused(422, "form_code_incorrect");
    assert_eq!(attacker.client().await.count_at("/response/sessions"), 0);
    instance.browser().sign_in(EMAIL, PASSWORD).await.ok();
}

#[tokio::test]
async fn a_recovery_ends_the_sessions_that_an_attacker_opened() {
    let (instance, attacker, session) = taken_over().await;
    let owner = instance.browser();
    let id = owner.begin_reset(&instance, EMAIL).await;
    owner.reset_password(&id, &[("password", "the owner's new password")]).await.ok();

    attacker.token(&session).await.refused(401, "authentication_invalid");
    assert_eq!(attacker.client().await.count_at("/response/sessions"), 0);
    let refused = attacker.sign_in(EMAIL, PASSWORD).await;
    refused.refused(422, "form_password_incorrect");
}

#[tokio::test]
async fn a_recovery_that_began_before_another_was_completed_is_dead() {
    let (instance, attacker, _) = taken_over().await;
    let (owner, other) = (instance.browser(), instance.browser());
    drop(attacker);
    let earlier = other.begin_reset(&instance, EMAIL).await;
    let id = owner.begin_reset(&instance, EMAIL).await;
    owner.reset_password(&id, &[("password", "the owner's new password")]).await.ok();

    let late = other.reset_password(&earlier, &[("password", "the other's password")]).await;
    late.refused(400, "sign_in_state_invalid");
    instance.browser().sign_in(EMAIL, "the owner's new password").await.ok();
}

#[tokio::test]
async fn a_recovery_may_leave_other_sessions_if_its_owner_says_so() {
    let (instance, elsewhere, session) = taken_over().await;
    let owner = instance.browser();
    let id = owner.begin_reset(&instance, EMAIL).await;
    let form = [("password", "the owner's new password"), ("sign_out_of_other_sessions", "false")];
    owner.reset_password(&id, &form).await.ok();
    elsewhere.token(&session).await.ok();
}

/// An account into which somebody who knows its password has signed in.
async fn taken_over() -> (Instance, Browser, String) {
    let instance = Instance::start().await;
    instance.browser().sign_up(&instance, EMAIL, &[("password", PASSWORD)]).await;
    let attacker = instance.browser();
    let session = attacker.sign_in(EMAIL, PASSWORD).await.ok().session();
    (instance, attacker, session)
}
