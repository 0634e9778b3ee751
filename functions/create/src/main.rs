//! The `create` function.

use postern::app::environment::Environment;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let environment = Environment::load().await?;
    let app = environment.app().opening_code_key().sending(environment.mailer()).signing();
    postern::http::serve(app, postern_create::endpoints()).await
}
