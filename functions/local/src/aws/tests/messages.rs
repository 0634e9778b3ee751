use super::*;

#[tokio::test]
async fn a_mail_that_was_sent_lies_in_the_outbox() {
    let services = Services::in_memory().unwrap();
    let id = send_mail(&ses(services.http_client())).await.unwrap();
    let message = services.outbox().find(&id).unwrap();
    assert_eq!(message.to, "ada@example.com");
    assert_eq!(message.subject.as_deref(), Some("424242 is your code"));
    assert_eq!(message.html.as_deref(), Some("<b>424242</b>"));
    assert_eq!(message.code.as_deref(), Some("424242"));
    assert_eq!(message.link, None);
}

#[tokio::test]
async fn a_text_message_that_was_sent_lies_in_the_outbox() {
    let services = Services::in_memory().unwrap();
    let call = Call { service: Service::Sns, operation: "Publish".to_owned() };
    let body = b"Action=Publish&PhoneNumber=%2B15555550100&Message=424242+is+your+code".to_vec();
    let answer = services.answer(&call, body).await;
    let message = services.outbox().to("+15555550100").pop().unwrap();
    assert_eq!(message.channel, outbox::Channel::Sms);
    assert_eq!(message.code.as_deref(), Some("424242"));
    assert!(String::from_utf8(answer.body).unwrap().contains(&message.id));
}
