//! The first run of a deployed region, by the program that its operator runs: what it makes, what it
//! says, and how the admin gets in.

use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::harness::{Browser, Region, password_link};
use crate::lambda::binaries::binary;

const ADMIN: &str = "admin@beta.example";
const AUDIENCE: &str = "https://api.beta.example";
const PASSWORD: &str = "seven trombones";

/// What the program said, and how it ended.
struct Said {
    code: Option<i32>,
    facts: Value,
    error: String,
}

/// A region. Its clock stands still: what the program signs by the machine's must not come from too
/// far in the future, so it is built before.
async fn region() -> Region {
    binary("regent-bootstrap");
    Region::start().await
}

/// Runs the program for Beta, with more options and something on standard input.
async fn bootstrap(region: &Region, options: &[&str], input: &str) -> Said {
    let usual = [
        ("--organization", "Beta"),
        ("--admin", ADMIN),
        ("--audience", AUDIENCE),
        ("--scope", "read:me=Read your profile"),
    ];
    let usual = usual.iter().filter(|(option, _)| !options.contains(option));
    let mut program = Command::new(binary("regent-bootstrap"))
        .args(usual.flat_map(|(option, value)| [option, value]))
        .args(options)
        .envs(region.environment())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut stdin = program.stdin.take().unwrap();
    // The program may end without having read it.
    let _ = stdin.write_all(input.as_bytes()).await;
    drop(stdin);
    let output = program.wait_with_output().await.unwrap();
    let (out, error) = (String::from_utf8(output.stdout), String::from_utf8(output.stderr));
    let (out, error) = (out.unwrap(), error.unwrap());
    for secret in ["eyJ", "token=", "rgs_", "argon2", PASSWORD, "elevenchars"] {
        assert!(
            !out.contains(secret) && !error.contains(secret),
            "{secret}: {out} {error}"
        );
    }
    Said {
        code: output.status.code(),
        facts: serde_json::from_str(&out).unwrap_or_default(),
        error,
    }
}

impl Said {
    #[track_caller]
    fn facts(self) -> Value {
        assert_eq!((self.code, self.error.as_str()), (Some(0), ""));
        self.facts
    }

    #[track_caller]
    fn next(self, words: &str) -> Value {
        let facts = self.facts();
        assert!(facts["next"].as_str().unwrap().contains(words), "{facts:#}");
        facts
    }

    #[track_caller]
    fn refused(self, words: &str) {
        assert_eq!((self.code, &self.facts), (Some(2), &Value::Null));
        assert!(self.error.starts_with("regent-bootstrap: "), "{}", self.error);
        assert!(self.error.contains(words), "{}", self.error);
    }
}

/// Chooses a password with a link from a mail.
async fn choose(region: &Region, link: &str, password: &str) -> (u16, Browser) {
    let browser = region.browser();
    let page = browser.open(link).await;
    if page.status != 200 {
        return (page.status.as_u16(), browser);
    }
    let answer = browser.submit(&page.form("/password"), &[("password", password)]).await;
    (answer.status.as_u16(), browser)
}

/// A service account of the new organization gets a token.
async fn works(region: &Region, facts: &Value, token: &str) {
    let account = json!({"name": "first", "subscription": facts["subscription"], "roles": facts["roles"]});
    let made = region
        .by(token, "POST", "/service-accounts")
        .json(&account)
        .send()
        .await;
    let account = crate::harness::Account::of(&made.is(201));
    assert_eq!(account.grant(region, &[]).await.is(200).json()["scope"], "read:me");
}

#[tokio::test]
async fn an_admin_without_a_password_is_invited_by_mail_and_gets_in() {
    let region = region().await;
    let keys = region.http.get("/.well-known/jwks.json").send().await.json();
    let facts = bootstrap(&region, &[], "").await.next("An invitation");
    assert_eq!(facts["admin"]["email"], ADMIN);
    assert_eq!(facts["issuer"], region.running.issuer.as_str());
    let same = region.http.get("/.well-known/jwks.json").send().await.json();
    assert_eq!(keys, same, "the signing key stays");

    let mails = region.mails_to(ADMIN).await;
    assert_eq!(mails.len(), 1, "{mails:#?}");
    assert!(
        mails[0]["text"]
            .as_str()
            .unwrap()
            .contains("The operator of this region invited you to Beta")
    );
    let (status, browser) = choose(&region, &password_link(&mails[0]), PASSWORD).await;
    assert_eq!(status, 303);
    for browser in [browser, region.browser()] {
        if browser.cookie("__Host-regent").is_none() {
            browser.sign_in(ADMIN, PASSWORD).await.is(303);
        }
        let events = browser.ask("GET", "/api/v1/audit-events").send().await.is(200);
        for action in ["organization.created", "user.invited", "user.password_changed"] {
            assert!(events.body.contains(action), "{action}: {events:#?}");
        }
        let page = browser.open("/console/service-accounts").await.is(200);
        assert!(page.words().contains("Beta"));
    }
}

#[tokio::test]
async fn again_before_the_admin_got_in_invites_anew_and_afterwards_changes_nothing() {
    let region = region().await;
    let first = bootstrap(&region, &[], "").await.next("An invitation");
    let second = bootstrap(&region, &[], "").await.next("A new invitation");
    for fact in ["organization", "subscription", "roles", "resource", "admin"] {
        assert_eq!(first[fact], second[fact], "{fact}");
    }
    let links: Vec<String> = region.mails_to(ADMIN).await.iter().map(password_link).collect();
    assert_eq!(links.len(), 2);
    assert_eq!(choose(&region, &links[0], PASSWORD).await.0, 410);
    assert_eq!(choose(&region, &links[1], PASSWORD).await.0, 303);

    bootstrap(&region, &[], "").await.next("changed nothing");
    let other = "nine clarinets";
    let said = bootstrap(&region, &["--password-stdin"], other).await;
    said.next("The password is the one the admin had");
    assert_eq!(region.mails_to(ADMIN).await.len(), 2);
    region.browser().sign_in(ADMIN, other).await.is(422);
    region.browser().sign_in(ADMIN, PASSWORD).await.is(303);
}

#[tokio::test]
async fn a_password_from_standard_input_needs_no_mail_at_first_or_when_none_came() {
    for before in [None, Some("An invitation")] {
        let region = region().await;
        if let Some(words) = before {
            bootstrap(&region, &[], "").await.next(words);
        }
        let input = format!("{PASSWORD}\r\nanother line\n");
        let said = bootstrap(&region, &["--password-stdin"], &input).await;
        said.next("signs in at");
        region.browser().sign_in(ADMIN, PASSWORD).await.is(303);
        let mails = region.mails_to(ADMIN).await;
        assert_eq!(mails.len(), before.iter().count());
        for mail in mails {
            assert_eq!(choose(&region, &password_link(&mail), "nine clarinets").await.0, 410);
        }
    }
}

#[tokio::test]
async fn a_password_that_will_not_do_makes_nothing() {
    let region = region().await;
    let long = "x1".repeat(129);
    for (input, why) in [
        ("", "must have 12 to 256 characters"),
        ("elevenchars\n", "must have 12 to 256 characters"),
        (long.as_str(), "must have 12 to 256 characters"),
        ("Admin@Beta.example\n", "must not be your address or name"),
        ("password1234\n", "must be harder to guess"),
    ] {
        bootstrap(&region, &["--password-stdin"], input).await.refused(why);
    }
    let rows = format!("{:?}", region.rows().await);
    assert!(!rows.contains("Beta") && !rows.contains("beta.example"));
}

#[tokio::test]
async fn a_token_goes_to_a_new_file_that_only_its_owner_reads() {
    let (region, folder) = (region().await, tempfile::tempdir().unwrap());
    let path = folder.path().join("token");
    let option = ["--token-file", path.to_str().unwrap()];
    let taken = ["--audience", region.resource(), option[0], option[1]];
    bootstrap(&region, &taken, "").await.refused("audience is taken");
    assert!(!path.exists(), "a run that failed left a file");

    let facts = bootstrap(&region, &option, "").await.facts();
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let written = std::fs::read_to_string(&path).unwrap();
    works(&region, &facts, written.trim_end()).await;

    bootstrap(&region, &option, "").await.refused("File exists");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), written);
    assert_eq!(region.mails_to(ADMIN).await.len(), 1, "the refused run did nothing");
}

#[tokio::test]
async fn what_is_somebody_elses_is_refused() {
    let region = region().await;
    bootstrap(&region, &[], "").await.facts();
    for (options, why) in [
        (
            ["--organization", "Gamma"],
            "e-mail address is taken; whose address it is",
        ),
        (["--admin", "admin@gamma.example"], "audience is taken"),
        (
            ["--subscription", "Staging"],
            "--subscription must be one that the organization has",
        ),
        (
            ["--audience", "https://api.gamma.example"],
            "--audience must be of an API",
        ),
        (["--admin", "nobody"], "--admin must be"),
    ] {
        bootstrap(&region, &options, "").await.refused(why);
    }
    let account = region.account().await;
    let program = account.body["email"].as_str().unwrap();
    bootstrap(&region, &["--organization", "Acme", "--admin", program], "")
        .await
        .refused("e-mail address is taken");
}
