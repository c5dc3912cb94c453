//! Versions and staging labels, as a rotation needs them.

use aws_sdk_secretsmanager::error::ProvideErrorMetadata;

use super::check::{Check, check};
use super::ground::Ground;

const ONE: &str = "11111111-1111-1111-1111-111111111111";
const TWO: &str = "22222222-2222-2222-2222-222222222222";
const THREE: &str = "33333333-3333-3333-3333-333333333333";

pub(super) fn checks() -> Vec<Check> {
    vec![
        check(
            "the token of a request is the version's id",
            the_token_is_the_versions_id,
        ),
        check("a version is written once", a_version_is_written_once),
        check(
            "writing a version again as it is changes nothing",
            writing_a_version_again_changes_nothing,
        ),
        check("a label is on one version at a time", a_label_is_on_one_version),
        check(
            "the version that AWSCURRENT leaves is AWSPREVIOUS",
            the_loser_is_previous,
        ),
        check(
            "a new current version makes the old one AWSPREVIOUS",
            a_new_current_version_makes_the_old_one_previous,
        ),
        check(
            "without a label, the current version is read",
            without_a_label_the_current_version_is_read,
        ),
        check(
            "a label moves only from where it is",
            a_label_moves_only_from_where_it_is,
        ),
        check(
            "a label that is nowhere reads nothing",
            a_label_that_is_nowhere_reads_nothing,
        ),
        check("a name is taken once", a_name_is_taken_once),
    ]
}

/// A secret with a version of the value `a`.
async fn secret(ground: &Ground) -> Versions {
    let name = format!("{}/versions", ground.name());
    let create = ground
        .secrets
        .create_secret()
        .name(&name)
        .client_request_token(ONE)
        .secret_string("a");
    let created = create.send().await.unwrap();
    Versions {
        client: ground.secrets.clone(),
        name,
        first: created.version_id.unwrap(),
    }
}

struct Versions {
    client: aws_sdk_secretsmanager::Client,
    name: String,
    /// The first version's id.
    first: String,
}

impl Versions {
    async fn put(&self, version: &str, value: &str, stage: &str) -> Result<(), String> {
        let put = self
            .client
            .put_secret_value()
            .secret_id(&self.name)
            .client_request_token(version);
        code(put.secret_string(value).version_stages(stage).send().await)
    }

    async fn advance(&self, from: &str, to: &str) -> Result<(), String> {
        let step = self
            .client
            .update_secret_version_stage()
            .secret_id(&self.name)
            .version_stage("AWSCURRENT");
        code(step.remove_from_version_id(from).move_to_version_id(to).send().await)
    }

    async fn read(&self, stage: Option<&str>) -> Result<String, String> {
        let get = self.client.get_secret_value().secret_id(&self.name);
        let got = get.set_version_stage(stage.map(str::to_owned)).send().await;
        got.map(|got| got.secret_string().unwrap().to_owned())
            .map_err(|error| error.code().unwrap_or_default().to_owned())
    }
}

fn code<T, E: ProvideErrorMetadata>(outcome: Result<T, E>) -> Result<(), String> {
    outcome
        .map(drop)
        .map_err(|error| error.code().unwrap_or_default().to_owned())
}

async fn the_token_is_the_versions_id(ground: Ground) {
    let secret = secret(&ground).await;
    assert_eq!(secret.first, ONE);
    secret.put(TWO, "b", "AWSPENDING").await.unwrap();
    let get = secret.client.get_secret_value().secret_id(&secret.name);
    assert_eq!(get.version_id(TWO).send().await.unwrap().secret_string(), Some("b"));
}

async fn a_version_is_written_once(ground: Ground) {
    let secret = secret(&ground).await;
    assert_eq!(secret.put(TWO, "b", "AWSPENDING").await, Ok(()));
    assert_eq!(
        secret.put(TWO, "c", "AWSPENDING").await,
        Err("ResourceExistsException".to_owned())
    );
    assert_eq!(secret.read(Some("AWSPENDING")).await, Ok("b".to_owned()));
}

async fn writing_a_version_again_changes_nothing(ground: Ground) {
    let secret = secret(&ground).await;
    for _ in 0..2 {
        assert_eq!(secret.put(TWO, "b", "AWSPENDING").await, Ok(()));
        assert_eq!(secret.read(Some("AWSPENDING")).await, Ok("b".to_owned()));
        assert_eq!(secret.read(Some("AWSCURRENT")).await, Ok("a".to_owned()));
    }
}

async fn a_label_is_on_one_version(ground: Ground) {
    let secret = secret(&ground).await;
    secret.put(TWO, "b", "AWSPENDING").await.unwrap();
    secret.put(THREE, "c", "AWSPENDING").await.unwrap();
    assert_eq!(secret.read(Some("AWSPENDING")).await, Ok("c".to_owned()));
    let described = secret
        .client
        .describe_secret()
        .secret_id(&secret.name)
        .send()
        .await
        .unwrap();
    let labels = described.version_ids_to_stages.unwrap_or_default();
    let pending: Vec<_> = labels
        .iter()
        .filter(|(_, labels)| labels.iter().any(|label| label == "AWSPENDING"))
        .collect();
    assert_eq!(pending.len(), 1, "{labels:?}");
}

async fn the_loser_is_previous(ground: Ground) {
    let secret = secret(&ground).await;
    let versions = [(&*secret.first, TWO, "b", "a"), (TWO, THREE, "c", "b")];
    for (from, to, value, previous) in versions {
        secret.put(to, value, "AWSPENDING").await.unwrap();
        assert_eq!(secret.advance(from, to).await, Ok(()));
        assert_eq!(secret.read(Some("AWSCURRENT")).await, Ok(value.to_owned()));
        assert_eq!(secret.read(Some("AWSPREVIOUS")).await, Ok(previous.to_owned()));
    }
}

async fn a_new_current_version_makes_the_old_one_previous(ground: Ground) {
    let secret = secret(&ground).await;
    for (version, value, previous) in [(TWO, "b", "a"), (THREE, "c", "b")] {
        assert_eq!(secret.put(version, value, "AWSCURRENT").await, Ok(()));
        assert_eq!(secret.read(Some("AWSCURRENT")).await, Ok(value.to_owned()));
        assert_eq!(secret.read(Some("AWSPREVIOUS")).await, Ok(previous.to_owned()));
    }
}

async fn without_a_label_the_current_version_is_read(ground: Ground) {
    let secret = secret(&ground).await;
    assert_eq!(secret.read(None).await, Ok("a".to_owned()));
    secret.put(TWO, "b", "AWSPENDING").await.unwrap();
    assert_eq!(secret.read(None).await, Ok("a".to_owned()));
    secret.advance(&secret.first, TWO).await.unwrap();
    assert_eq!(secret.read(None).await, Ok("b".to_owned()));
}

async fn a_label_moves_only_from_where_it_is(ground: Ground) {
    let secret = secret(&ground).await;
    secret.put(TWO, "b", "AWSPENDING").await.unwrap();
    assert_eq!(
        secret.advance(TWO, TWO).await,
        Err("InvalidParameterException".to_owned())
    );
    assert_eq!(secret.read(Some("AWSCURRENT")).await, Ok("a".to_owned()));
}

async fn a_label_that_is_nowhere_reads_nothing(ground: Ground) {
    let secret = secret(&ground).await;
    assert_eq!(
        secret.read(Some("AWSPENDING")).await,
        Err("ResourceNotFoundException".to_owned())
    );
}

async fn a_name_is_taken_once(ground: Ground) {
    let secret = secret(&ground).await;
    let again = secret
        .client
        .create_secret()
        .name(&secret.name)
        .secret_string("z")
        .send()
        .await;
    assert_eq!(code(again), Err("ResourceExistsException".to_owned()));
    assert_eq!(secret.read(Some("AWSCURRENT")).await, Ok("a".to_owned()));
}
