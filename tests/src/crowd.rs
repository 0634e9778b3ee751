//! Many requests at once.

use std::collections::BTreeMap;

use crate::Reply;

/// Sends all of these at once; the replies come in the order of the requests.
pub async fn crowd<R>(requests: impl IntoIterator<Item = R>) -> Vec<Reply>
where
    R: Future<Output = Reply> + Send + 'static,
{
    let sent: Vec<_> = requests.into_iter().map(tokio::spawn).collect();
    let mut replies = Vec::with_capacity(sent.len());
    for reply in sent {
        replies.push(reply.await.unwrap());
    }
    replies
}

/// How often there was which answer: `ok`, or the code of the refusal.
pub fn answers<'a>(replies: impl IntoIterator<Item = &'a Reply>) -> BTreeMap<String, usize> {
    let mut answers = BTreeMap::new();
    for reply in replies {
        let ok = || if reply.status.is_success() { "ok".to_owned() } else { reply.text.clone() };
        *answers.entry(reply.code().unwrap_or_else(ok)).or_default() += 1;
    }
    answers
}
