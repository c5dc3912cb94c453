//! Requests that are none: no JSON, another media type, too long, another method, another path.

use super::fields::points_to;
use crate::harness::Region;

#[tokio::test]
async fn what_is_no_json_object_is_refused_whole() {
    let region = Region::start().await;
    let account = region.account().await;
    let deep = format!("{}{}", "[".repeat(30_000), "]".repeat(30_000));
    for body in [
        b"".as_slice(),
        b" ",
        b"{",
        b"x",
        b"null",
        b"[]",
        b"5",
        b"\"x\"",
        b"{\"description\":\"a\"",
        b"{} {}",
        b"{\"description\":}",
        b"{'description':'a'}",
        b"{\"description\":\"\xff\"}",
        b"\xef\xbb\xbf{}",
        deep.as_bytes(),
        b"{\"description\":\"\x00\"}",
    ] {
        let answer = region
            .admin("PATCH", &account.path())
            .body("application/json", body)
            .send()
            .await;
        assert_eq!(
            answer.problem(400),
            "about:blank",
            "{:?}",
            String::from_utf8_lossy(&body[..body.len().min(40)])
        );
    }
    let twice = region
        .admin("PATCH", &account.path())
        .body("application/json", r#"{"description":"a","description":"b"}"#);
    points_to(twice.send().await, "/description");
}

#[tokio::test]
async fn another_media_type_or_a_long_body_is_refused_by_its_status() {
    let region = Region::start().await;
    let body = format!(r#"{{"name":"x","subscription":"{}"}}"#, region.subscription());
    for content_type in [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonx",
        "application/json, text/plain",
        "multipart/form-data",
    ] {
        region
            .admin("POST", "/service-accounts")
            .body(content_type, body.clone())
            .send()
            .await
            .problem(415);
    }
    for length in [64 * 1024 + 1, 1024 * 1024] {
        let long = format!("{body}{}", " ".repeat(length - body.len()));
        region
            .admin("POST", "/service-accounts")
            .body("application/json", long)
            .send()
            .await
            .problem(413);
    }
    for (index, content_type) in ["application/json", "Application/JSON; charset=utf-8"]
        .into_iter()
        .enumerate()
    {
        let body = body.replace("\"x\"", &format!("\"x{index}\""));
        region
            .admin("POST", "/service-accounts")
            .body(content_type, body)
            .send()
            .await
            .is(201);
    }
}

#[tokio::test]
async fn methods_and_paths_that_are_not_there() {
    let region = Region::start().await;
    for (method, path, allow) in [
        ("DELETE", "/service-accounts", "GET,HEAD,POST"),
        ("PUT", "/service-accounts/x", "GET,HEAD,PATCH,DELETE"),
        ("POST", "/audit-events", "GET,HEAD"),
        ("POST", "/organizations", "GET,HEAD"),
        ("DELETE", "/subscriptions/x", "GET,HEAD,PATCH"),
    ] {
        let answer = region.admin(method, path).send().await;
        let sorted = |list: &str| {
            let mut list: Vec<String> = list.split(',').map(|method| method.trim().to_owned()).collect();
            list.sort();
            list
        };
        assert_eq!(
            sorted(answer.header("allow").unwrap()),
            sorted(allow),
            "{method} {path}"
        );
        answer.problem(405);
    }
    // Outside `/api/v1/` API Gateway answers, and here the gateway that stands for it.
    for path in [
        "/",
        "/nothing",
        "/service-accounts/",
        "/service-accounts/x/y",
        "/users/x/y/z",
    ] {
        region.admin("GET", path).send().await.problem(404);
    }
    for id in [
        "x",
        "usr_000000000000",
        "usr_",
        "USR_000000000000",
        "%00",
        "usr_00000000000%C3%A9",
        "a b",
        "crd_000000000000",
    ] {
        region
            .admin("GET", &format!("/service-accounts/{id}"))
            .send()
            .await
            .problem(404);
    }
}
