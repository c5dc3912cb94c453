//! Where the staging labels are after each operation.

use super::{ONE, THREE, TWO, code, current, move_stage, put, staged, start, with_secret};

#[tokio::test]
async fn putting_moves_current_and_leaves_previous() {
    let dir = tempfile::tempdir().unwrap();
    let (_secrets, client) = with_secret(&dir.path().join("s")).await;
    put(&client, TWO, "b", None).await.unwrap();
    assert_eq!(current(&client).await, "b");
    assert_eq!(staged(&client, "AWSPREVIOUS").await.unwrap(), "a");
    put(&client, THREE, "c", None).await.unwrap();
    assert_eq!(staged(&client, "AWSPREVIOUS").await.unwrap(), "b");

    let listed = client.list_secret_version_ids().secret_id("k").send().await.unwrap();
    assert_eq!(listed.versions().len(), 2, "the version without a label is deprecated");
    let all = client
        .list_secret_version_ids()
        .secret_id("k")
        .include_deprecated(true)
        .send()
        .await
        .unwrap();
    assert_eq!(all.versions().len(), 3);
}

#[tokio::test]
async fn the_same_token_again_is_the_same_version_or_a_conflict() {
    let dir = tempfile::tempdir().unwrap();
    let (_secrets, client) = with_secret(&dir.path().join("s")).await;
    put(&client, TWO, "b", None).await.unwrap();
    put(&client, TWO, "b", None).await.unwrap();
    assert_eq!(
        put(&client, TWO, "other", None).await.unwrap_err(),
        "ResourceExistsException"
    );
    put(&client, ONE, "a", None).await.unwrap();
    assert_eq!(current(&client).await, "b", "a repeated put does not move labels back");

    let create = |token: &str, value: &str| {
        client
            .create_secret()
            .name("k")
            .secret_string(value)
            .client_request_token(token)
            .send()
    };
    assert_eq!(create(ONE, "a").await.unwrap().version_id(), Some(ONE));
    assert_eq!(code(&create(ONE, "z").await.unwrap_err()), "ResourceExistsException");
    assert_eq!(code(&create(THREE, "a").await.unwrap_err()), "ResourceExistsException");
}

#[tokio::test]
async fn a_pending_version_becomes_current_as_a_rotation_does_it() {
    let dir = tempfile::tempdir().unwrap();
    let (_secrets, client) = with_secret(&dir.path().join("s")).await;
    put(&client, TWO, "b", Some(vec!["AWSPENDING".to_owned()]))
        .await
        .unwrap();
    assert_eq!(current(&client).await, "a");
    assert_eq!(staged(&client, "AWSPENDING").await.unwrap(), "b");

    assert_eq!(
        move_stage(&client, "AWSCURRENT", None, Some(TWO)).await.unwrap_err(),
        "InvalidParameterException"
    );
    assert_eq!(
        move_stage(&client, "AWSCURRENT", Some(TWO), Some(ONE)).await,
        Ok(()),
        "it is already there"
    );
    move_stage(&client, "AWSCURRENT", Some(ONE), Some(TWO)).await.unwrap();
    assert_eq!(current(&client).await, "b");
    assert_eq!(staged(&client, "AWSPREVIOUS").await.unwrap(), "a");

    move_stage(&client, "AWSPENDING", Some(TWO), None).await.unwrap();
    assert_eq!(
        staged(&client, "AWSPENDING").await.unwrap_err(),
        "ResourceNotFoundException"
    );
    assert_eq!(
        move_stage(&client, "AWSCURRENT", Some(TWO), None).await.unwrap_err(),
        "InvalidParameterException"
    );
    assert_eq!(
        move_stage(&client, "X", None, Some(THREE)).await.unwrap_err(),
        "ResourceNotFoundException"
    );
    move_stage(&client, "AWSCURRENT", Some(TWO), Some(ONE)).await.unwrap();
    let stages = client.describe_secret().secret_id("k").send().await.unwrap();
    let stages = stages.version_ids_to_stages().unwrap().clone();
    assert_eq!(
        (&stages[ONE], &stages[TWO]),
        (&vec!["AWSCURRENT".to_owned()], &vec!["AWSPREVIOUS".to_owned()])
    );
}

#[tokio::test]
async fn a_reader_who_names_version_and_label_must_be_right_about_both() {
    let dir = tempfile::tempdir().unwrap();
    let (_secrets, client) = with_secret(&dir.path().join("s")).await;
    put(&client, TWO, "b", None).await.unwrap();
    let get = |version: &str, stage: &str| {
        client
            .get_secret_value()
            .secret_id("k")
            .version_id(version)
            .version_stage(stage)
            .send()
    };
    assert_eq!(get(ONE, "AWSPREVIOUS").await.unwrap().secret_string(), Some("a"));
    assert_eq!(
        code(&get(ONE, "AWSCURRENT").await.unwrap_err()),
        "InvalidRequestException"
    );
    assert_eq!(
        code(&get(THREE, "AWSCURRENT").await.unwrap_err()),
        "ResourceNotFoundException"
    );
}

#[tokio::test]
async fn a_secret_may_start_empty_and_its_first_version_is_current() {
    let dir = tempfile::tempdir().unwrap();
    let (_secrets, client) = start(&dir.path().join("s")).await;
    let made = client
        .create_secret()
        .name("k")
        .description("signing key")
        .send()
        .await
        .unwrap();
    assert_eq!(made.version_id(), None);
    assert_eq!(
        staged(&client, "AWSCURRENT").await.unwrap_err(),
        "ResourceNotFoundException"
    );
    put(&client, TWO, "b", Some(vec!["AWSPENDING".to_owned()]))
        .await
        .unwrap();
    assert_eq!(current(&client).await, "b");
    let described = client.describe_secret().secret_id("k").send().await.unwrap();
    assert_eq!(described.description(), Some("signing key"));
}

#[tokio::test]
async fn parallel_puts_leave_one_current_version() {
    let dir = tempfile::tempdir().unwrap();
    let (_secrets, client) = with_secret(&dir.path().join("s")).await;
    let puts: Vec<_> = (0..20)
        .map(|n| {
            let put = client.put_secret_value().secret_id("k").secret_string(format!("v{n}"));
            tokio::spawn(put.send())
        })
        .collect();
    for put in puts {
        put.await.unwrap().unwrap();
    }
    let listed = client
        .list_secret_version_ids()
        .secret_id("k")
        .include_deprecated(true)
        .send()
        .await
        .unwrap();
    let labels: Vec<_> = listed
        .versions()
        .iter()
        .flat_map(|version| version.version_stages().to_vec())
        .collect();
    assert_eq!(listed.versions().len(), 21);
    assert_eq!(labels.iter().filter(|label| *label == "AWSCURRENT").count(), 1);
    assert_eq!(labels.iter().filter(|label| *label == "AWSPREVIOUS").count(), 1);
}
