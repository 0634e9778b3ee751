//! The document that shows the figures, and its comparison with what is true.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use postern_local::aws::Service;

use crate::measured::{Journey, Step};
use crate::{journeys, process, sizes};

#[tokio::test]
async fn the_document_shows_what_is_measured() {
    let measured = document().await;
    if std::env::var_os("POSTERN_UPDATE").is_some() {
        fs::write(PATH, &measured).unwrap();
    }
    let shown = fs::read_to_string(PATH).unwrap_or_default();
    let differs = shown.lines().zip(measured.lines()).find(|(shown, measured)| shown != measured);
    assert_eq!(differs, None, "POSTERN_UPDATE=1 writes {PATH} anew");
    assert_eq!(shown, measured, "POSTERN_UPDATE=1 writes {PATH} anew");
}

#[tokio::test]
async fn the_readme_shows_the_sign_up_by_a_code() {
    let table = table(&journeys::one_by_one().await);
    let readme = fs::read_to_string(README).unwrap();
    assert!(readme.contains(&table), "README.md is to show:\n{table}");
}

async fn document() -> String {
    let mut text = HEAD.to_owned();
    for journey in journeys::all().await.iter().chain([&process::first_requests().await]) {
        let table = table(journey);
        write!(text, "\n## {}\n\n{}\n\n{table}", journey.title, journey.case).unwrap();
    }
    let [plain, full] = sizes::after_sign_ups().await;
    text.push_str(SIZES);
    for kind in full.keys().filter(|kind| *kind != "KEYRING") {
        let of = |sizes: &BTreeMap<String, usize>| {
            sizes.get(kind).map_or_else(|| "–".to_owned(), usize::to_string)
        };
        writeln!(text, "| `{kind}` | {} | {} |", of(&plain), of(&full)).unwrap();
    }
    text
}

/// A row for each request, and their sum where they are one person's way.
fn table(journey: &Journey) -> String {
    let mut table = TABLE.to_owned();
    for step in &journey.steps {
        table.push_str(&row(step));
    }
    if journey.title.starts_with("Sign-up") && !journey.title.contains("turns") {
        table.push_str(&total(journey));
    }
    table
}

fn row(step: &Step) -> String {
    let capacity = step.capacity();
    format!(
        "| {} | {} | {} | {} | {} | {} | {} | {} |\n",
        step.request,
        step.trips(),
        operations(step),
        capacity.read,
        capacity.write,
        step.count(Service::Ses),
        step.count(Service::Kms),
        step.hashes,
    )
}

fn total(journey: &Journey) -> String {
    let trips: usize = journey.steps.iter().map(Step::trips).sum();
    let count = |service| journey.steps.iter().map(|step| step.count(service)).sum::<usize>();
    let capacity = journey.capacity();
    format!(
        "| **all of it** | **{trips}** | {} calls | **{}** | **{}** | **{}** | **{}** | **{}** |\n",
        count(Service::DynamoDb),
        capacity.read,
        capacity.write,
        count(Service::Ses),
        count(Service::Kms),
        journey.steps.iter().map(|step| step.hashes).sum::<u64>(),
    )
}

/// `A + 2 B, C`: what runs side by side is added, what waits follows after a comma.
fn operations(step: &Step) -> String {
    let trip = |operations: &Vec<&str>| {
        let mut counted = Vec::<(usize, &str)>::new();
        for operation in operations {
            match counted.iter_mut().find(|(_, known)| known == operation) {
                Some((count, _)) => *count += 1,
                None => counted.push((1, operation)),
            }
        }
        let named = counted.iter().map(|(count, operation)| match count {
            1 => format!("`{operation}`"),
            _ => format!("{count} `{operation}`"),
        });
        named.collect::<Vec<_>>().join(" + ")
    };
    let trips: Vec<_> = step.operations().iter().map(trip).collect();
    if trips.is_empty() { "none".to_owned() } else { trips.join(", then ") }
}

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/budget.md");
const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md");
const HEAD: &str = "\
# What each request costs

Counted where the AWS SDK leaves the process, in the settings that ship with what `local` lays over them, for one request
at a time. *Trips* are calls to DynamoDB that wait for one another; what is joined by + runs side by side.
Units are DynamoDB's: one write unit for each begun KiB, twice that in a transaction, one read unit for each begun
4 KiB, always strongly consistent. *Hashes* are passwords hashed or compared, some 25 ms each.
`cargo test --workspace --test budget` compares this page with the code, and with `POSTERN_UPDATE=1` before it writes it.

The budget: a sign-up by a code costs at most 20 write and 8 read units; each of its steps takes two trips, a step of a
sign-in two, or three where the user has to be read first; a token takes one and writes nothing; what is public takes none.
";
const TABLE: &str = "\
| request | trips | calls to DynamoDB | read units | write units | mail | KMS | hashes |
| --- | --: | --- | --: | --: | --: | --: | --: |
";
const SIZES: &str = "
## Items

Bytes as DynamoDB counts them, after the sign-up by an e-mail code and after the one with every field, both up to the
first session token. The key ring, one for the whole instance, has some 2,230, a few more or less with each key.

| item | by a code | every field |
| --- | --: | --: |
";
