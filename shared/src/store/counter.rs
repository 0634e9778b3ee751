//! Counters: items of their own, outside the transactions.
//!
//! Neighbours behind one address, and attackers, share them: if they were part of a person's transaction,
//! the person would lose races to them. Each is one conditional `ADD`, exact under any number of parallel
//! calls. Windows are fixed (an hour, a day, UTC): simple, one write, and at worst twice the limit across
//! a boundary.

use std::time::Duration;

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};

use super::error::StoreError;
use super::key::{DAY, HOUR, IpKey, rest};
use super::{Store, boxed, item, key};
use crate::flow::{Guess, Identifier, Timestamp};
use crate::settings::{Limits, Lockout};

/// Whether something was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// It was.
    Yes,
    /// The limit is reached; it was not.
    Refused {
        /// When the window ends.
        retry_after: Duration,
    },
}

/// Whether a guess may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reserved {
    /// It may, and is paid for.
    Yes,
    /// The factor is locked.
    Locked {
        /// When it takes guesses again.
        until: Timestamp,
    },
}

impl Store {
    /// Counts a message to an identifier, unless a limit of the hour or the day is reached, or too many
    /// wrong codes came for it today.
    ///
    /// # Errors
    /// [`StoreError`] if the table does not answer; then it may or may not be counted.
    pub async fn count_message(
        &self,
        to: &Identifier,
        limits: &Limits,
        now: Timestamp,
    ) -> Result<Counted, StoreError> {
        let hour = hour_attribute(now);
        let update = self
            .counter(key::identifier_day(to, now), now, 2 * DAY)
            .update_expression(format!("ADD {MESSAGES} :one, {hour} :one SET {TTL} = :ttl"))
            .condition_expression(format!(
                "(attribute_not_exists({MESSAGES}) OR {MESSAGES} < :day) \
                 AND (attribute_not_exists({hour}) OR {hour} < :hour) \
                 AND (attribute_not_exists({WRONG}) OR {WRONG} < :wrong)"
            ))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":day", number(limits.messages_per_address_day))
            .expression_attribute_values(":hour", number(limits.messages_per_address_hour))
            .expression_attribute_values(":wrong", number(limits.wrong_codes_per_address_day))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let Some(found) = conditional(update).await? else {
            return Ok(Counted::Yes);
        };
        // Which limit it was decides how long to wait.
        let day_is_full = counted(&found, MESSAGES) >= limits.messages_per_address_day
            || counted(&found, WRONG) >= limits.wrong_codes_per_address_day;
        Ok(Counted::Refused { retry_after: rest(now, if day_is_full { DAY } else { HOUR }) })
    }

    /// Counts a message asked for from an address, unless the limit of the hour is reached.
    ///
    /// # Errors
    /// [`StoreError`] if the table does not answer; then it may or may not be counted.
    pub async fn count_message_from(
        &self,
        ip: &IpKey,
        limits: &Limits,
    ) -> Result<Counted, StoreError> {
        let update = self
            .counter(key::ip(ip), ip.now, 2 * HOUR)
            .update_expression(format!("ADD {MESSAGES} :one SET {TTL} = :ttl"))
            .condition_expression(format!(
                "(attribute_not_exists({MESSAGES}) OR {MESSAGES} < :hour) \
                 AND (attribute_not_exists({WRONG}) OR {WRONG} < :wrong)"
            ))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":hour", number(limits.messages_per_ip_hour))
            .expression_attribute_values(":wrong", number(limits.wrong_guesses_per_ip_hour));
        Ok(match conditional(update).await? {
            None => Counted::Yes,
            Some(_) => Counted::Refused { retry_after: ip.rest_of_hour() },
        })
    }

    /// Takes back a message to an identifier that was not sent.
    ///
    /// # Errors
    /// [`StoreError`] if the table does not answer.
    pub async fn uncount_message(&self, to: &Identifier, now: Timestamp) -> Result<(), StoreError> {
        let hour = hour_attribute(now);
        let update = self
            .counter(key::identifier_day(to, now), now, 2 * DAY)
            .update_expression(format!("ADD {MESSAGES} :less, {hour} :less SET {TTL} = :ttl"))
            .condition_expression(format!("{hour} > :none"))
            .expression_attribute_values(":less", AttributeValue::N("-1".to_owned()))
            .expression_attribute_values(":none", number(0));
        conditional(update).await.map(|_| ())
    }

    /// Takes back a message asked for from an address that was not sent.
    ///
    /// # Errors
    /// [`StoreError`] if the table does not answer.
    pub async fn uncount_message_from(&self, ip: &IpKey) -> Result<(), StoreError> {
        self.take_back(key::ip(ip), MESSAGES).await
    }

    /// Counts a wrong code for an identifier, unless too many came for it today.
    ///
    /// # Errors
    /// [`StoreError`] if the table does not answer; then it may or may not be counted.
    pub async fn count_wrong(
        &self,
        of: &Identifier,
        limits: &Limits,
        now: Timestamp,
    ) -> Result<Counted, StoreError> {
        let update = self
            .counter(key::identifier_day(of, now), now, 2 * DAY)
            .update_expression(format!("ADD {WRONG} :one SET {TTL} = :ttl"))
            .condition_expression(wrong_below_most())
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":most", number(limits.wrong_codes_per_address_day));
        Ok(match conditional(update).await? {
            None => Counted::Yes,
            Some(_) => Counted::Refused { retry_after: rest(now, DAY) },
        })
    }

    /// Pays for a guess from an address before it is answered, unless too many were wrong in this hour.
    ///
    /// # Errors
    /// [`StoreError`] if the table does not answer; then it may or may not be paid for.
    pub async fn reserve_guess_from(
        &self,
        ip: &IpKey,
        limits: &Limits,
    ) -> Result<Counted, StoreError> {
        let update = self
            .counter(key::ip(ip), ip.now, 2 * HOUR)
            .update_expression(format!("ADD {WRONG} :one SET {TTL} = :ttl"))
            .condition_expression(wrong_below_most())
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":most", number(limits.wrong_guesses_per_ip_hour));
        Ok(match conditional(update).await? {
            None => Counted::Yes,
            Some(_) => Counted::Refused { retry_after: ip.rest_of_hour() },
        })
    }

    /// Gives back a guess from an address: it was right, or nobody looked at it.
    ///
    /// # Errors
    /// [`StoreError`] if the table does not answer.
    pub async fn return_guess_from(&self, ip: &IpKey) -> Result<(), StoreError> {
        self.take_back(key::ip(ip), WRONG).await
    }

    /// Pays for a guess before it is answered, unless the factor is locked. Exact under parallel guesses:
    /// at most as many are answered as the lock-out allows.
    ///
    /// # Errors
    /// [`StoreError`] if the table does not answer.
    pub async fn reserve_guess(
        &self,
        guess: &Guess,
        lockout: &Lockout,
        now: Timestamp,
    ) -> Result<Reserved, StoreError> {
        let until = now + lockout.duration;
        let add = self
            .counter(key::guess(guess), now, lockout.duration.as_secs().cast_signed())
            .update_expression(format!("ADD {FAILED} :one SET {UNTIL} = :until, {TTL} = :ttl"))
            .condition_expression(format!(
                "attribute_not_exists({FAILED}) OR ({FAILED} < :most AND {UNTIL} > :now)"
            ))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":most", number(lockout.max_attempts))
            .expression_attribute_values(":now", AttributeValue::N(now.millis().to_string()))
            .expression_attribute_values(":until", AttributeValue::N(until.millis().to_string()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let Some(found) = conditional(add).await? else {
            return Ok(Reserved::Yes);
        };
        let locked_until = time(&found, UNTIL);
        if locked_until > now {
            return Ok(Reserved::Locked { until: locked_until });
        }
        // The old failures are over: begin anew, unless somebody else just did.
        let restart = self
            .counter(key::guess(guess), now, lockout.duration.as_secs().cast_signed())
            .update_expression(format!("SET {FAILED} = :one, {UNTIL} = :until, {TTL} = :ttl"))
            .condition_expression(format!("{UNTIL} = :found"))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(
                ":found",
                AttributeValue::N(locked_until.millis().to_string()),
            )
            .expression_attribute_values(":until", AttributeValue::N(until.millis().to_string()));
        match conditional(restart).await? {
            None => Ok(Reserved::Yes),
            Some(_) => Ok(Reserved::Locked { until: now + RACED }),
        }
    }

    /// Gives back a guess that was not made.
    ///
    /// # Errors
    /// [`StoreError`] if the table does not answer.
    pub async fn return_guess(&self, guess: &Guess) -> Result<(), StoreError> {
        self.take_back(key::guess(guess), FAILED).await
    }

    /// Takes one off a counter that is above zero.
    async fn take_back(&self, pk: String, counted: &str) -> Result<(), StoreError> {
        let update = self
            .dynamodb
            .update_item()
            .table_name(&self.table)
            .key(item::PK, AttributeValue::S(pk))
            .update_expression(format!("ADD {counted} :less"))
            .condition_expression(format!("{counted} > :none"))
            .expression_attribute_values(":less", AttributeValue::N("-1".to_owned()))
            .expression_attribute_values(":none", number(0));
        conditional(update).await.map(|_| ())
    }

    fn counter(&self, pk: String, now: Timestamp, seconds: i64) -> UpdateItemFluentBuilder {
        let ttl = now.seconds() + seconds;
        self.dynamodb
            .update_item()
            .table_name(&self.table)
            .key(item::PK, AttributeValue::S(pk))
            .expression_attribute_names("#ttl", item::TTL)
            .expression_attribute_values(":ttl", AttributeValue::N(ttl.to_string()))
    }
}

/// The condition that fewer wrong guesses came than `:most`.
pub(super) fn wrong_below_most() -> String {
    format!("attribute_not_exists({WRONG}) OR {WRONG} < :most")
}

/// What takes a factor's failed guesses away. It goes with the proof, in one transaction.
pub(super) fn no_failures() -> String {
    format!("REMOVE {FAILED}, {UNTIL} SET {TTL} = :ttl")
}

/// The values of [`no_failures`].
pub(super) fn no_failures_from(now: Timestamp) -> Vec<(&'static str, AttributeValue)> {
    let ttl = AttributeValue::N((now.seconds() + DAY).to_string());
    vec![(":ttl", ttl)]
}

/// Performs a conditional update: `None` if it was done, the item that stood in its way if it was not.
///
/// A transaction that holds the item is over within milliseconds, and nothing was done: it is asked again.
async fn conditional(
    update: UpdateItemFluentBuilder,
) -> Result<Option<item::Attributes>, StoreError> {
    let mut tries = 0;
    loop {
        let error = match boxed(update.clone().send()).await {
            Ok(_) => return Ok(None),
            Err(SdkError::ServiceError(error)) => error.into_err(),
            Err(error) => return Err(StoreError::unavailable("UpdateItem", error)),
        };
        if let UpdateItemError::ConditionalCheckFailedException(failure) = error {
            return Ok(Some(failure.item.unwrap_or_default()));
        }
        tries += 1;
        if !error.is_transaction_conflict_exception() || tries == TRIES {
            return Err(StoreError::of("UpdateItem", error));
        }
    }
}

fn counted(item: &item::Attributes, attribute: &str) -> u32 {
    item.get(attribute)
        .and_then(|value| value.as_n().ok())
        .and_then(|number| number.parse().ok())
        .unwrap_or(0)
}

fn time(item: &item::Attributes, attribute: &str) -> Timestamp {
    let millis = item
        .get(attribute)
        .and_then(|value| value.as_n().ok())
        .and_then(|number| number.parse().ok())
        .unwrap_or(0);
    Timestamp::from_millis(millis)
}

fn number(value: u32) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// Each hour of a day has an attribute of its own, so that one item and one write hold both limits.
fn hour_attribute(now: Timestamp) -> String {
    format!("h{:02}", now.seconds().rem_euclid(DAY) / HOUR)
}

const MESSAGES: &str = "messages";
const WRONG: &str = "wrong";
const FAILED: &str = "failed";
const UNTIL: &str = "locked_until";
/// A reserved word of DynamoDB, hence by its placeholder.
const TTL: &str = "#ttl";
/// How often a counter is asked for at most.
const TRIES: usize = 3;
/// How long somebody waits who lost the race to begin a new count.
const RACED: Duration = Duration::from_secs(1);
