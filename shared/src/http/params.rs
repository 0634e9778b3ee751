//! What the fields of a request mean: each function here reads one verb from a form.
//!
//! Every field is read, so that a form with three mistakes gets three errors, one a field.

use crate::app::AppError;
use crate::flow::client::verbs::{Intent, Touch};
use crate::flow::metadata::Metadata;
use crate::flow::password::Password;
use crate::flow::sign_in;
use crate::flow::sign_up::{self, Fields, Patch};
use crate::flow::strategy::{Proof, ProofKind};
use crate::flow::text::is_hidden_or_turning;
use crate::flow::user::verbs::Update as UpdateUser;
use crate::flow::{
    EmailAddressId, Field, FlowError, Identifier, SessionId, SignInId, SignUpId, Strategy,
};
use crate::settings::Settings;

use super::form::Form;

/// Reads what begins a sign-up.
///
/// # Errors
/// [`AppError::Fields`] with one refusal a field.
pub fn create_sign_up(form: &Form, settings: &Settings) -> Result<sign_up::Create, AppError> {
    if form.flag(Field::Transfer)? == Some(true) {
        // Nothing can be transferred before a strategy exists that finds people by itself.
        return Err(FlowError::ValueInvalid(Field::Transfer).into());
    }
    let strategy = strategy_if_any(form)?;
    Ok(sign_up::Create { fields: sign_up_fields(form, settings)?, strategy })
}

/// Reads what changes a sign-up.
///
/// # Errors
/// [`AppError::Fields`] with one refusal a field.
pub fn update_sign_up(
    id: SignUpId,
    form: &Form,
    settings: &Settings,
) -> Result<sign_up::Update, AppError> {
    // Client packages name a strategy here too; only one that is known is let through.
    strategy_if_any(form)?;
    Ok(sign_up::Update { id, fields: sign_up_fields(form, settings)? })
}

/// Reads how an address of a sign-up is to be proved.
///
/// # Errors
/// [`FlowError::Missing`] or [`FlowError::ValueInvalid`] for the strategy.
pub fn prepare_sign_up(id: SignUpId, form: &Form) -> Result<sign_up::Prepare, FlowError> {
    let strategy = strategy(form)?;
    Ok(sign_up::Prepare { id, strategy })
}

/// Reads what proves an address of a sign-up.
///
/// # Errors
/// [`FlowError::Missing`] or [`FlowError::ValueInvalid`] for the strategy, [`FlowError::Missing`] for the
/// code.
pub fn attempt_sign_up(id: SignUpId, form: &Form) -> Result<sign_up::Attempt, FlowError> {
    let strategy = strategy(form)?;
    if !strategy.definition().is_prepared() {
        // A password is a field of a sign-up, and nothing that it attempts.
        return Err(FlowError::ValueInvalid(Field::Strategy));
    }
    Ok(sign_up::Attempt { id, strategy, proof: proof(strategy, form)? })
}

/// Reads what begins a sign-in.
///
/// # Errors
/// Whatever is wrong with a field.
pub fn create_sign_in(form: &Form, settings: &Settings) -> Result<sign_in::Create, FlowError> {
    if form.flag(Field::Transfer)? == Some(true) {
        return Err(FlowError::ValueInvalid(Field::Transfer));
    }
    let strategy = strategy_if_any(form)?;
    let identifier = form
        .filled(Field::Identifier)
        .map(|text| Identifier::typed(text, &settings.username))
        .transpose()?;
    let password = form.filled(Field::Password).map(typed_password).transpose()?;
    Ok(sign_in::Create { identifier, password, strategy, locale: short_text(form, Field::Locale)? })
}

/// Reads which factor of a sign-in is to be proved.
///
/// # Errors
/// [`FlowError::Missing`] or [`FlowError::ValueInvalid`] for the strategy, [`FlowError::NotFound`] for what
/// cannot be an address's id.
pub fn prepare_first_factor(id: SignInId, form: &Form) -> Result<sign_in::Prepare, FlowError> {
    let strategy = strategy(form)?;
    let email_address = form
        .filled(Field::EmailAddressId)
        .map(|text| EmailAddressId::parse(text).ok_or(FlowError::NotFound))
        .transpose()?;
    Ok(sign_in::Prepare { id, strategy, email_address })
}

/// Reads what proves a factor of a sign-in.
///
/// # Errors
/// [`FlowError::Missing`] or [`FlowError::ValueInvalid`] for the strategy, [`FlowError::Missing`] for the
/// code or password.
pub fn attempt_first_factor(id: SignInId, form: &Form) -> Result<sign_in::Attempt, FlowError> {
    let strategy = strategy(form)?;
    Ok(sign_in::Attempt { id, strategy, proof: proof(strategy, form)? })
}

/// Reads the new password of a reset.
///
/// # Errors
/// [`FlowError::Missing`], or why the password is not good enough.
pub fn reset_password(
    id: SignInId,
    form: &Form,
    settings: &Settings,
) -> Result<sign_in::ResetPassword, FlowError> {
    let password = Password::typed(form.required(Field::Password)?);
    password.check(&settings.password)?;
    // Who recovers an account wants others out of it, unless they say otherwise.
    let sign_out_of_other_sessions =
        !matches!(form.named("sign_out_of_other_sessions"), Some("false" | "0"));
    Ok(sign_in::ResetPassword { id, password, sign_out_of_other_sessions })
}

/// Reads how a session is touched.
#[must_use]
pub fn touch(id: SessionId, form: &Form) -> Touch {
    let focus = form.named("intent") == Some("focus");
    Touch { id, intent: if focus { Intent::Focus } else { Intent::Select } }
}

/// Reads what a user changes about themselves.
///
/// # Errors
/// [`AppError::Fields`] with one refusal a field.
pub fn update_user(
    acting: Option<SessionId>,
    form: &Form,
    settings: &Settings,
) -> Result<UpdateUser, AppError> {
    let mut errors = Vec::new();
    let update = UpdateUser {
        acting,
        username: collect(username(form, settings), &mut errors),
        first_name: collect(text(form, Field::FirstName), &mut errors),
        last_name: collect(text(form, Field::LastName), &mut errors),
        primary_email_address: collect(primary(form), &mut errors),
        unsafe_metadata: collect(metadata(form), &mut errors),
    };
    errors.extend(update.check(settings).err().into_iter().flatten());
    if errors.is_empty() { Ok(update) } else { Err(AppError::Fields(errors)) }
}

/// Reads a patch for the user's metadata.
///
/// # Errors
/// [`FlowError::Missing`] without one, or what is wrong with it.
pub fn update_metadata(acting: Option<SessionId>, form: &Form) -> Result<UpdateUser, FlowError> {
    let patch = Metadata::parse(form.required(Field::UnsafeMetadata)?)?;
    Ok(UpdateUser { acting, unsafe_metadata: Some(patch), ..UpdateUser::default() })
}

fn sign_up_fields(form: &Form, settings: &Settings) -> Result<Fields, AppError> {
    let mut errors = Vec::new();
    let fields = Fields {
        email_address: collect(email_address(form), &mut errors),
        username: collect(username(form, settings), &mut errors),
        first_name: collect(text(form, Field::FirstName), &mut errors),
        last_name: collect(text(form, Field::LastName), &mut errors),
        password: form.filled(Field::Password).map(Password::typed),
        unsafe_metadata: collect(metadata(form), &mut errors),
        legal_accepted: collect(form.flag(Field::LegalAccepted), &mut errors),
        locale: collect(short_text(form, Field::Locale), &mut errors),
        timezone: collect(short_text(form, Field::Timezone), &mut errors),
    };
    if let Err(refused) = fields.check(settings) {
        errors.extend(refused);
    }
    errors.extend(not_built(form));
    if errors.is_empty() { Ok(fields) } else { Err(AppError::Fields(errors)) }
}

/// Identifiers that this instance cannot have: ignoring them would lose what somebody typed.
fn not_built(form: &Form) -> impl Iterator<Item = FlowError> {
    [Field::PhoneNumber, Field::Web3Wallet]
        .into_iter()
        .filter(|field| form.filled(*field).is_some())
        .map(FlowError::NotEnabled)
}

fn collect<T: Default>(result: Result<T, FlowError>, errors: &mut Vec<FlowError>) -> T {
    result.unwrap_or_else(|error| {
        errors.push(error);
        T::default()
    })
}

fn patch<T>(
    form: &Form,
    field: Field,
    read: impl FnOnce(&str) -> Result<T, FlowError>,
) -> Result<Patch<T>, FlowError> {
    match form.get(field) {
        None => Ok(Patch::Keep),
        Some(text) if text.trim().is_empty() => Ok(Patch::Clear),
        Some(text) => read(text).map(Patch::Set),
    }
}

fn email_address(form: &Form) -> Result<Patch<Identifier>, FlowError> {
    patch(form, Field::EmailAddress, |text| Identifier::email_address(text, Field::EmailAddress))
}

fn username(form: &Form, settings: &Settings) -> Result<Patch<Identifier>, FlowError> {
    patch(form, Field::Username, |text| Identifier::username(text, &settings.username))
}

/// A name: any text of a line, without what would hide or turn other text around it.
fn text(form: &Form, field: Field) -> Result<Patch<String>, FlowError> {
    let Some(text) = form.get(field) else { return Ok(Patch::Keep) };
    let clean: String = text.chars().filter(|c| !is_hidden_or_turning(*c)).collect();
    match clean.trim() {
        "" => Ok(Patch::Clear),
        name if name.chars().count() > NAME_LENGTH => Err(FlowError::TooLong(field)),
        name => Ok(Patch::Set(name.to_owned())),
    }
}

fn strategy(form: &Form) -> Result<Strategy, FlowError> {
    strategy_if_any(form)?.ok_or(FlowError::Missing(Field::Strategy))
}

fn strategy_if_any(form: &Form) -> Result<Option<Strategy>, FlowError> {
    let known = |name: &str| Strategy::named(name).ok_or(FlowError::ValueInvalid(Field::Strategy));
    form.filled(Field::Strategy).map(known).transpose()
}

/// What the strategy asks for as proof.
fn proof(strategy: Strategy, form: &Form) -> Result<Proof, FlowError> {
    Ok(match strategy.definition().proof {
        ProofKind::Code => Proof::Code(form.required(Field::Code)?.to_owned()),
        ProofKind::Password => Proof::Password(typed_password(form.required(Field::Password)?)?),
    })
}

fn metadata(form: &Form) -> Result<Option<Metadata>, FlowError> {
    form.filled(Field::UnsafeMetadata).map(Metadata::parse).transpose()
}

/// A language or a time zone: stored as the browser names it, if it is not absurd.
fn short_text(form: &Form, field: Field) -> Result<Option<String>, FlowError> {
    match form.filled(field) {
        Some(text) if text.len() > SHORT_TEXT_BYTES => Err(FlowError::TooLong(field)),
        found => Ok(found.map(|text| text.chars().filter(|c| !c.is_control()).collect())),
    }
}

fn primary(form: &Form) -> Result<Option<EmailAddressId>, FlowError> {
    let field = Field::PrimaryEmailAddressId;
    form.filled(field)
        .map(|text| EmailAddressId::parse(text).ok_or(FlowError::ValueInvalid(field)))
        .transpose()
}

/// A password to be compared; one that nobody can have is not worth the work.
fn typed_password(text: &str) -> Result<Password, FlowError> {
    let password = Password::typed(text);
    if password.is_absurd() { Err(FlowError::PasswordIncorrect) } else { Ok(password) }
}

const NAME_LENGTH: usize = 256;
const SHORT_TEXT_BYTES: usize = 64;
