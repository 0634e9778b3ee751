//! Which service and operation a request means.

use std::fmt;

/// An AWS service that has a stand-in here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Service {
    /// Tables.
    DynamoDb,
    /// Encryption under the master key.
    Kms,
    /// Mail.
    Ses,
    /// Text messages.
    Sns,
}

/// One operation of one service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The service.
    pub service: Service,
    /// The operation, as AWS spells it: `PutItem`, `SendEmail`.
    pub operation: String,
}

impl Call {
    /// Recognises a call by what each service's protocol carries: a target header, a path, or a form field.
    #[must_use]
    pub fn recognise(method: &str, path: &str, target: Option<&str>, body: &[u8]) -> Option<Self> {
        let (service, operation) = match target {
            Some(target) => match target.split_once('.')? {
                ("DynamoDB_20120810", operation) => (Service::DynamoDb, operation.to_owned()),
                ("TrentService", operation) => (Service::Kms, operation.to_owned()),
                _ => return None,
            },
            None if path == SEND_EMAIL && method == "POST" => {
                (Service::Ses, "SendEmail".to_owned())
            }
            None => (Service::Sns, action(body)?),
        };
        Some(Self { service, operation })
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}.{}", self.service, self.operation)
    }
}

fn action(body: &[u8]) -> Option<String> {
    let mut fields = form_urlencoded::parse(body);
    fields.find(|(name, _)| name == "Action").map(|(_, value)| value.into_owned())
}

const SEND_EMAIL: &str = "/v2/email/outbound-emails";

#[cfg(test)]
mod tests {
    use super::*;

    fn recognised(path: &str, target: Option<&str>, body: &str) -> Option<String> {
        Call::recognise("POST", path, target, body.as_bytes()).map(|call| call.to_string())
    }

    #[test]
    fn each_protocol_names_its_operation_elsewhere() {
        let put = recognised("/", Some("DynamoDB_20120810.PutItem"), "{}");
        assert_eq!(put.as_deref(), Some("DynamoDb.PutItem"));
        let decrypt = recognised("/", Some("TrentService.Decrypt"), "{}");
        assert_eq!(decrypt.as_deref(), Some("Kms.Decrypt"));
        let mail = recognised("/v2/email/outbound-emails", None, "{}");
        assert_eq!(mail.as_deref(), Some("Ses.SendEmail"));
        let text = recognised("/", None, "Version=2010-03-31&Action=Publish");
        assert_eq!(text.as_deref(), Some("Sns.Publish"));
    }

    #[test]
    fn another_service_is_not_taken_for_one_of_ours() {
        assert_eq!(recognised("/", Some("Logs_20140328.PutLogEvents"), "{}"), None);
        assert_eq!(recognised("/v2/email/identities", None, "{}"), None);
    }
}
