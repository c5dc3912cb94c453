//! Characters that stand for many: what is made of a name fits where it goes.

use regent::domain::{AccountName, Email, SubscriptionId, UserId};
use serde_json::json;

use crate::harness::Region;

#[tokio::test]
async fn an_account_with_the_longest_name_can_be_read_listed_and_deleted() {
    let region = Region::start().await;
    // "viii", "rad/s2", eighteen letters with spaces: once each is twenty characters, and up to 360.
    for name in ["\u{2177}", "\u{33AF}", "\u{FDFA}", "\u{1F600}", "W"] {
        let fields = json!({"name": name.repeat(20)});
        let account = region.account_with(fields).await;
        region.admin("GET", &account.path()).send().await.is(200);
        region.admin("GET", "/service-accounts").send().await.is(200);
        assert_eq!(
            region
                .admin("GET", "/service-accounts?limit=1")
                .send()
                .await
                .is(200)
                .json()["items"][0]["id"],
            account.id
        );
        account.token(&region).await;
        region.admin("DELETE", &account.path()).send().await.is(204);
    }
}

#[test]
fn an_address_made_of_any_name_is_an_address() {
    let host = "h".repeat(regent::domain::Issuer::LONGEST - 8);
    let host = format!("{}.{}.{}", &host[..60], &host[..60], &host[..40]);
    let (id, subscription) = (UserId::from_random([0; 12]), SubscriptionId::from_random([0; 12]));
    let folds = |letter: &char| AccountName::parse(&letter.to_string()).is_ok_and(|name| name.folded().len() > 2);
    for letter in (1..0x3_0000).filter_map(char::from_u32).filter(folds) {
        // Letters of other scripts are one each, and all alike.
        let Ok(name) = AccountName::parse(&letter.to_string().repeat(20)) else {
            continue;
        };
        if name.folded().chars().count() <= 40 {
            continue;
        }
        for address in [
            Email::of_service_account(&name, id, subscription, &host),
            Email::of_service_account_with_id(&name, id, subscription, &host),
        ] {
            assert_eq!(Email::parse(address.as_str()).as_ref(), Ok(&address), "{letter}");
        }
    }
}
