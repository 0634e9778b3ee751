use http_body_util::BodyExt;
use tower::ServiceExt;

use super::*;

#[tokio::test]
async fn the_endpoint_answers_by_http_as_the_connector_does() {
    let services = Services::in_memory().unwrap();
    create_table(&dynamodb(services.http_client())).await;
    let request = http::Request::post("http://localhost:4566/")
        .header("x-amz-target", "DynamoDB_20120810.DescribeTable")
        .body(axum::body::Body::from(r#"{"TableName":"things"}"#))
        .unwrap();
    let response = services.endpoint().oneshot(request).await.unwrap();
    assert_eq!(response.headers()["content-type"], "application/x-amz-json-1.0");
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(body["Table"]["TableStatus"], "ACTIVE");
}

#[tokio::test]
async fn a_service_without_a_stand_in_is_not_found() {
    let services = Services::in_memory().unwrap();
    let request = http::Request::get("/").body(axum::body::Body::empty()).unwrap();
    let response = services.endpoint().oneshot(request).await.unwrap();
    assert_eq!(response.status(), http::StatusCode::NOT_FOUND);
}
