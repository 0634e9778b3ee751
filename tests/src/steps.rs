//! The steps of the flows, as a page's script makes them.

use crate::{Browser, Instance, Reply};

impl Browser {
    /// Begins a sign-up whose code is sent at once; answers with its id.
    pub async fn begin_sign_up(&self, email: &str, more: &[(&str, &str)]) -> String {
        let mut form = vec![("email_address", email), ("strategy", "email_code")];
        form.extend_from_slice(more);
        self.post("/v1/client/sign_ups", &form).await.ok().id()
    }

    /// Asks for another code.
    pub async fn prepare_sign_up(&self, id: &str) -> Reply {
        let path = format!("/v1/client/sign_ups/{id}/prepare_verification");
        self.post(&path, &[("strategy", "email_code")]).await
    }

    /// Hands in a code.
    pub async fn attempt_sign_up(&self, id: &str, code: &str) -> Reply {
        let path = format!("/v1/client/sign_ups/{id}/attempt_verification");
        self.post(&path, &[("strategy", "email_code"), ("code", code)]).await
    }

    /// Begins a sign-in by naming somebody; answers with its id.
    pub async fn begin_sign_in(&self, identifier: &str) -> String {
        self.post("/v1/client/sign_ins", &[("identifier", identifier)]).await.ok().id()
    }

    /// Asks for a code of this strategy.
    pub async fn prepare_sign_in(&self, id: &str, strategy: &str) -> Reply {
        let path = format!("/v1/client/sign_ins/{id}/prepare_first_factor");
        self.post(&path, &[("strategy", strategy)]).await
    }

    /// Hands in a code, or a password.
    pub async fn attempt_sign_in(&self, id: &str, strategy: &str, proof: &str) -> Reply {
        let path = format!("/v1/client/sign_ins/{id}/attempt_first_factor");
        let field = if strategy == "password" { "password" } else { "code" };
        self.post(&path, &[("strategy", strategy), (field, proof)]).await
    }

    /// Signs somebody in by a code; answers with the completing answer.
    pub async fn sign_in_by_code(&self, instance: &Instance, email: &str) -> Reply {
        let id = self.begin_sign_in(email).await;
        self.prepare_sign_in(&id, "email_code").await.ok();
        self.attempt_sign_in(&id, "email_code", &instance.code(email)).await.ok()
    }

    /// Goes as far as a reset goes without a new password; answers with the sign-in's id.
    pub async fn begin_reset(&self, instance: &Instance, email: &str) -> String {
        const STRATEGY: &str = "reset_password_email_code";
        let id = self.begin_sign_in(email).await;
        self.prepare_sign_in(&id, STRATEGY).await.ok();
        self.attempt_sign_in(&id, STRATEGY, &instance.code(email)).await.ok();
        id
    }

    /// Sets a new password.
    pub async fn reset_password(&self, id: &str, more: &[(&str, &str)]) -> Reply {
        self.post(&format!("/v1/client/sign_ins/{id}/reset_password"), more).await
    }

    /// Asks for a fresh token of a session.
    pub async fn token(&self, session: &str) -> Reply {
        self.post(&format!("/v1/client/sessions/{session}/tokens"), &[]).await
    }

    /// Chooses a session.
    pub async fn touch(&self, session: &str) -> Reply {
        let path = format!("/v1/client/sessions/{session}/touch");
        self.post(&path, &[("intent", "select_session")]).await
    }

    /// The client as its browser sees it.
    pub async fn client(&self) -> Reply {
        self.get("/v1/client").await.ok()
    }
}

impl Reply {
    /// The session that this answer made.
    #[track_caller]
    pub fn session(&self) -> String {
        self.text_at("/response/created_session_id")
    }

    /// How many elements the list at a JSON pointer has.
    #[track_caller]
    pub fn count_at(&self, pointer: &str) -> usize {
        let found = self.at(pointer);
        found.as_array().unwrap_or_else(|| panic!("no list at {pointer}: {}", self.text)).len()
    }
}

/// A code that is not this one.
pub fn wrong(code: &str) -> String {
    let number: u32 = code.parse().unwrap();
    format!("{:06}", (number + 1) % 1_000_000)
}
