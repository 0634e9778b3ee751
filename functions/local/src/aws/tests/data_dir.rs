use std::path::PathBuf;

use aws_sdk_kms::primitives::Blob;

use super::*;

/// A directory of this test's own, gone with the value.
struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("postern-{name}-{}", std::process::id())))
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn tables_and_master_key_survive_a_restart() {
    let dir = Directory::new("restart");
    let blob = {
        let services = Services::open(&dir.0).unwrap();
        let client = dynamodb(services.http_client());
        create_table(&client).await;
        let write = client.put_item().table_name("things").set_item(Some(item("a", "kept")));
        write.send().await.unwrap();
        let secret = kms(services.http_client()).encrypt().key_id("alias/any");
        secret.plaintext(Blob::new("secret")).send().await.unwrap().ciphertext_blob.unwrap()
    };
    let services = Services::open(&dir.0).unwrap();
    assert_eq!(value(&dynamodb(services.http_client()), "a").await.as_deref(), Some("kept"));
    let opened = kms(services.http_client()).decrypt().ciphertext_blob(blob).send().await.unwrap();
    assert_eq!(opened.plaintext.unwrap().as_ref(), b"secret");
}

#[test]
fn a_directory_has_one_owner() {
    let dir = Directory::new("owner");
    let first = Services::open(&dir.0).unwrap();
    assert!(matches!(Services::open(&dir.0), Err(OpenError::InUse { .. })));
    drop(first);
    assert!(Services::open(&dir.0).is_ok());
}

#[cfg(unix)]
#[test]
fn only_its_user_reads_the_master_key() {
    use std::os::unix::fs::PermissionsExt;
    let dir = Directory::new("mode");
    let _services = Services::open(&dir.0).unwrap();
    let mode = |path: PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(dir.0.join("kms-master.key")), 0o600);
    assert_eq!(mode(dir.0.clone()), 0o700);
}

#[test]
fn a_damaged_master_key_is_not_replaced() {
    let dir = Directory::new("damaged");
    drop(Services::open(&dir.0).unwrap());
    std::fs::write(dir.0.join("kms-master.key"), "short").unwrap();
    assert!(matches!(Services::open(&dir.0), Err(OpenError::MasterKey { .. })));
}
