//! What the statements of a policy allow.

use serde_json::{Value, json};

use super::document::list;

/// What a statement of a policy allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Power {
    Log,
    Read,
    Write,
    Delete,
    Send,
    Sign,
    HashCodes,
    MakeKeyRing,
}

/// What one statement allows, which must be confined to the stack's own resources.
pub(crate) fn powers_in(statement: &Value) -> Vec<Power> {
    assert_eq!(statement["Effect"], "Allow");
    let key_ring = json!({ "dynamodb:LeadingKeys": ["KEYRING"] });
    let keys_known = json!({ "dynamodb:LeadingKeys": "false" });
    let condition = &statement["Condition"];
    let on_key_ring_alone =
        condition["ForAllValues:StringEquals"] == key_ring && condition["Null"] == keys_known;
    let off_key_ring =
        condition["ForAllValues:StringNotEquals"] == key_ring && condition["Null"] == keys_known;
    let purposes: Vec<_> =
        list(&condition["StringEquals"]["kms:EncryptionContext:postern:purpose"]).collect();

    list(&statement["Action"])
        .map(|action| {
            let action = action.as_str().unwrap();
            let (service, _) = action.split_once(':').unwrap();
            let (own, this_instance) = match service {
                "logs" => (json!({ "GetAtt": "Logs.Arn" }), true),
                "dynamodb" => (json!({ "GetAtt": "Table.Arn" }), true),
                "kms" => (
                    json!({ "GetAtt": "Key.Arn" }),
                    condition["StringEquals"]["kms:EncryptionContext:postern:instance"]
                        == json!({ "Ref": "DomainName" }),
                ),
                "ses" => (json!({ "Sub": IDENTITY }), true),
                _ => panic!("{action} is of no service that the system uses"),
            };
            assert_eq!(statement["Resource"], own, "{action}");
            assert!(this_instance, "{action} is not confined to this instance");

            match action {
                "logs:CreateLogStream" | "logs:PutLogEvents" => Power::Log,
                "dynamodb:GetItem" | "dynamodb:BatchGetItem" => Power::Read,
                "dynamodb:PutItem" if on_key_ring_alone => Power::MakeKeyRing,
                "dynamodb:PutItem" | "dynamodb:UpdateItem" | "dynamodb:ConditionCheckItem"
                    if off_key_ring =>
                {
                    Power::Write
                }
                "dynamodb:DeleteItem" if off_key_ring => Power::Delete,
                "ses:SendEmail" => Power::Send,
                "kms:Decrypt" if purposes == ["signing"] => Power::Sign,
                "kms:Decrypt" if purposes == ["codes"] => Power::HashCodes,
                "kms:Encrypt" if purposes == ["codes", "signing"] => Power::MakeKeyRing,
                _ => panic!("nobody may {action} with {condition}"),
            }
        })
        .collect()
}

/// The statements of a policy resource.
pub(crate) fn statements(policy: &Value) -> impl Iterator<Item = &Value> {
    list(&policy["Properties"]["PolicyDocument"]["Statement"])
}

/// The identity that mail is sent from.
const IDENTITY: &str =
    "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/${SenderDomain}";
