//! What holds of proofs: codes, tries and what was verified by them.

use super::ledger::Ledger;
use super::{Done, is_verified, sign_ins, sign_ups};
use crate::flow::sign_in::SignInStatus;
use crate::flow::user::EmailAddress;
use crate::flow::{Identifier, SignIn, SignUp, Strategy};

pub(super) fn invariant_completed_is_final(done: &Done<'_>) {
    let (before, after) = (&done.before.client, &done.after.client);
    if let (Some(old), Some(new)) = (&before.completed_sign_up, &after.completed_sign_up) {
        assert!(old == new || old.id != new.id);
    }
    if let (Some(old), Some(new)) = (&before.completed_sign_in, &after.completed_sign_in) {
        assert!(old == new || old.id != new.id);
    }
    if done.step.repeats() {
        assert!(done.result.is_err(), "{:?}", done.result);
    }
}

pub(super) fn invariant_verified_only_by_the_right_live_proof(done: &Done<'_>, ledger: &Ledger) {
    let (before, after) = (&done.before.client, &done.after.client);
    for sign_up in sign_ups(after).filter(|sign_up| is_verified(sign_up)) {
        let was = sign_ups(before).find(|earlier| earlier.id == sign_up.id);
        if !was.is_some_and(is_verified) {
            let to = sign_up.email_address.as_ref().map(|email| &email.address);
            assert_live_code(done, ledger, sign_up.id.as_str(), Strategy::EmailCode, to);
        }
    }
    for user in done.after.users.values() {
        assert!(user.email_addresses.iter().all(EmailAddress::is_verified));
    }
    for sign_in in sign_ins(after) {
        let was = sign_ins(before).find(|earlier| earlier.id == sign_in.id).map(SignIn::status);
        let is = sign_in.status();
        if was == Some(is) {
            continue;
        }
        match (is, sign_in.verification().map(|found| found.strategy)) {
            (SignInStatus::NeedsIdentifier | SignInStatus::NeedsFirstFactor, _) => {
                assert_eq!(was, None, "it went back");
            }
            (SignInStatus::Complete, _) if was == Some(SignInStatus::NeedsNewPassword) => {
                assert!(done.step.new_password().is_some());
            }
            (SignInStatus::Complete, Some(Strategy::Password)) => {
                let right = ledger.passwords.get(&sign_in.factors().unwrap().user);
                assert!(right.is_some() && done.step.password() == right.copied());
            }
            (SignInStatus::Complete, Some(strategy @ Strategy::EmailCode))
            | (SignInStatus::NeedsNewPassword, Some(strategy @ Strategy::ResetPasswordEmailCode)) =>
            {
                assert_live_code(done, ledger, sign_in.id.as_str(), strategy, None);
            }
            (SignInStatus::Complete | SignInStatus::NeedsNewPassword, proved_by) => {
                panic!("{is:?} by {proved_by:?}")
            }
        }
    }
}

fn assert_live_code(
    done: &Done<'_>,
    ledger: &Ledger,
    attempt: &str,
    strategy: Strategy,
    to: Option<&Identifier>,
) {
    let code = ledger.newest(attempt).unwrap();
    let codes = &done.after.settings.codes;
    assert_eq!(code.sent.strategy, strategy);
    assert!(to.is_none_or(|to| *to == code.sent.to));
    assert!(!code.void && code.tries < codes.max_attempts);
    assert!(done.after.now < code.sent.at + codes.lifetime);
    assert_eq!(done.step.code(&done.before.client, done.after).as_deref(), Some(code.digits()));
}

pub(super) fn invariant_tries_go_down_only_by_a_new_code(done: &Done<'_>, mailed: bool) {
    let (before, after) = (&done.before.client, &done.after.client);
    for sign_up in sign_ups(after) {
        let was = sign_ups(before).find(|earlier| earlier.id == sign_up.id);
        let verification = |sign_up: &SignUp| sign_up.email_address.clone()?.verification;
        if let (Some(old), Some(new)) = (was.and_then(verification), verification(sign_up)) {
            assert!(new.attempts >= old.attempts || mailed);
        }
    }
    for sign_in in sign_ins(after) {
        let was = sign_ins(before).find(|earlier| earlier.id == sign_in.id);
        let was = was.and_then(SignIn::verification);
        if let (Some(old), Some(new)) = (was, sign_in.verification()) {
            assert!(new.attempts >= old.attempts || mailed || new.strategy != old.strategy);
        }
    }
}

pub(super) fn invariant_codes_are_bounded_and_apart(done: &Done<'_>, ledger: &Ledger) {
    let rules = &done.after.settings.codes;
    let Some(last) = ledger.codes.last().filter(|code| code.sent.at == done.after.now) else {
        return;
    };
    let delivered = ledger.delivered(&last.sent.attempt).rev();
    let count = u32::try_from(delivered.clone().count()).unwrap();
    assert!(count <= rules.per_attempt);
    let mut delivered = delivered.filter(|code| code.sent.to == last.sent.to);
    if let (Some(last), Some(earlier)) = (delivered.next(), delivered.next()) {
        assert!(last.sent.at >= earlier.sent.at + rules.resend_after);
    }
}
