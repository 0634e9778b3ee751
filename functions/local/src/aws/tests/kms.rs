use aws_sdk_kms::primitives::Blob;

use super::*;

#[tokio::test]
async fn a_ciphertext_opens_under_its_own_context_alone() {
    let client = kms(Services::in_memory().unwrap().http_client());
    let sealed = client
        .encrypt()
        .key_id("alias/postern")
        .plaintext(Blob::new("secret"))
        .encryption_context("instance", "one")
        .send()
        .await
        .unwrap();
    let blob = sealed.ciphertext_blob.unwrap();
    let open = |context: &str| {
        client
            .decrypt()
            .ciphertext_blob(blob.clone())
            .encryption_context("instance", context)
            .send()
    };
    assert_eq!(open("one").await.unwrap().plaintext.unwrap().as_ref(), b"secret");
    let refused = open("two").await.unwrap_err().into_service_error();
    assert!(refused.is_invalid_ciphertext_exception(), "{refused:?}");
}

#[tokio::test]
async fn a_secret_beyond_the_limit_of_kms_is_refused() {
    let client = kms(Services::in_memory().unwrap().http_client());
    let encrypt = client.encrypt().key_id("alias/postern").plaintext(Blob::new(vec![0; 4097]));
    assert_eq!(code_of(&encrypt.send().await.unwrap_err()), Some("ValidationException"));
}
