//! Pages of items: consistent queries with an opaque cursor.

use super::Store;
use super::item::{Item, value};
use super::key::{Key, Noun};
use super::user::Pointer;
use crate::domain::{Application, Invalid, OrganizationId, SubscriptionId, Unavailable, User, UserId};
use aws_sdk_dynamodb::types::AttributeValue;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL};
use serde::de::DeserializeOwned;

/// Which page of a list: how many at most, and after which item.
#[derive(Clone, Debug)]
pub struct Paging {
    limit: u16,
    after: Option<String>,
}

impl Paging {
    /// The most items of a page.
    pub const MAX: u16 = 100;

    /// The longest page, from the beginning.
    pub const FIRST: Self = Self {
        limit: Self::MAX,
        after: None,
    };

    /// Reads `limit` (50 unless given) and `cursor`.
    pub fn parse(limit: Option<u16>, cursor: Option<&str>) -> Result<Self, Invalid> {
        let limit = limit.unwrap_or(50);
        if !(1..=Self::MAX).contains(&limit) {
            return Err(Invalid::new("limit must be 1 to 100"));
        }
        let read = |cursor: &str| {
            BASE64URL
                .decode(cursor)
                .ok()
                .and_then(|bytes| String::from_utf8(bytes).ok())
                // Longer than a sort key is.
                .filter(|after| after.len() <= 1000)
        };
        let after =
            cursor.map(|cursor| read(cursor).ok_or(Invalid::new("cursor must be the next_cursor of the page before")));
        Ok(Self {
            limit,
            after: after.transpose()?,
        })
    }

    /// The page after `page`; `None` after the last one.
    pub fn next<T>(page: &Page<T>) -> Option<Self> {
        let next = page.next.as_deref()?;
        Self::parse(Some(Self::MAX), Some(next)).ok()
    }

    /// The page of a list that is in memory, ordered by `key`.
    pub fn page<T>(&self, mut items: Vec<T>, key: impl Fn(&T) -> String) -> Page<T> {
        items.sort_by_key(&key);
        items.retain(|item| self.after.as_ref().is_none_or(|after| key(item) > *after));
        let more = items.len() > usize::from(self.limit);
        items.truncate(usize::from(self.limit));
        let next = items.last().filter(|_| more).map(|item| BASE64URL.encode(key(item)));
        Page { items, next }
    }
}

/// A page of a list.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next page starts; `None` on the last one.
    pub next: Option<String>,
}

/// A stretch of one partition.
pub(super) struct Range {
    pub(super) pk: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) newest_first: bool,
}

impl Range {
    pub(super) fn prefix(pk: String, prefix: &str) -> Self {
        Self {
            pk,
            from: prefix.to_owned(),
            to: format!("{prefix}\u{10FFFF}"),
            newest_first: false,
        }
    }
}

impl Store {
    /// A page of items of one kind. A cursor is the sort key of the last item: it only ever moves
    /// within the range, whatever it says. Where `admits` passes items over, some more are read to
    /// fill the page, at most [`READS`] times.
    pub(super) async fn list<T: DeserializeOwned>(
        &self,
        range: &Range,
        paging: &Paging,
        kind: &str,
        admits: impl Fn(&T) -> bool,
    ) -> Result<Page<T>, Unavailable> {
        let limit = usize::from(paging.limit);
        let (mut items, mut after) = (Vec::new(), paging.after.clone());
        let mut wanted = limit;
        for _ in 0..READS {
            let (found, rest) = self.stretch(range, after.as_deref(), wanted).await?;
            let (read, admitted) = (found.len(), items.len());
            let mut seen = 0;
            for item in found {
                seen += 1;
                after = Some(sort_key(&item));
                let item = value(kind, item)?;
                if admits(&item) {
                    items.push(item);
                }
                if items.len() == limit {
                    break;
                }
            }
            if read == 0 || (seen == read && !rest) {
                return Ok(Page { items, next: None });
            }
            if items.len() == limit || items.len() - admitted == seen {
                break;
            }
            wanted = usize::from(Paging::MAX);
        }
        let next = after.map(|after| BASE64URL.encode(after));
        Ok(Page { items, next })
    }

    /// The first `wanted` items of a range after a sort key, and whether there are more.
    async fn stretch(
        &self,
        range: &Range,
        after: Option<&str>,
        wanted: usize,
    ) -> Result<(Vec<Item>, bool), Unavailable> {
        let (mut from, mut to) = (range.from.clone(), range.to.clone());
        if let Some(after) = after {
            // The smallest string after `after`, or the greatest this side of it.
            if range.newest_first {
                to = to.min(after.to_owned());
            } else {
                from = from.max(format!("{after}\u{0}"));
            }
        }
        if from > to {
            return Ok((Vec::new(), false));
        }
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
            .expression_attribute_values(":pk", text(&range.pk))
            .expression_attribute_values(":from", text(&from))
            .expression_attribute_values(":to", text(&to))
            .scan_index_forward(!range.newest_first)
            // One more than is wanted, and the cursor's own item when it runs backwards.
            .limit(i32::try_from(wanted + 2).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(|error| Unavailable::of("list", &error))?;
        let mut found: Vec<Item> = answer.items.unwrap_or_default();
        found.retain(|item| after != Some(sort_key(item).as_str()));
        let more = found.len() > wanted || answer.last_evaluated_key.is_some();
        found.truncate(wanted);
        Ok((found, more))
    }

    /// The service accounts of a subscription, by name.
    pub async fn accounts(&self, subscription: SubscriptionId, paging: &Paging) -> Result<Page<User>, Unavailable> {
        let range = Range::prefix(format!("SUB#{subscription}"), Key::names(Noun::Account));
        let page = self.list::<Pointer>(&range, paging, "name", |_| true).await?;
        Ok(Page {
            items: self.users(&page.items).await?,
            next: page.next,
        })
    }

    /// The users of an organization.
    pub async fn members(&self, organization: OrganizationId, paging: &Paging) -> Result<Page<User>, Unavailable> {
        let range = Range::prefix(format!("ORG#{organization}"), "USER#");
        let page = self.list::<Pointer>(&range, paging, "member", |_| true).await?;
        Ok(Page {
            items: self.users(&page.items).await?,
            next: page.next,
        })
    }

    /// The same by id, without a read of each.
    pub async fn member_ids(&self, organization: OrganizationId, paging: &Paging) -> Result<Page<UserId>, Unavailable> {
        let range = Range::prefix(format!("ORG#{organization}"), "USER#");
        let page = self.list::<Pointer>(&range, paging, "member", |_| true).await?;
        Ok(Page {
            items: page.items.into_iter().map(|pointer| pointer.user).collect(),
            next: page.next,
        })
    }

    /// The applications of a subscription.
    pub async fn catalog(
        &self,
        subscription: SubscriptionId,
        paging: &Paging,
    ) -> Result<Page<Application>, Unavailable> {
        let range = Range::prefix(format!("SUB#{subscription}"), "APP#");
        self.list(&range, paging, "application", |_| true).await
    }

    async fn users(&self, pointers: &[Pointer]) -> Result<Vec<User>, Unavailable> {
        if pointers.is_empty() {
            return Ok(Vec::new());
        }
        let keys: Vec<Key> = pointers.iter().map(|pointer| Key::user(pointer.user)).collect();
        let mut rows = self.rows(&keys.iter().collect::<Vec<_>>()).await?;
        keys.iter()
            .filter_map(|key| rows.take("user", key).transpose())
            .collect()
    }
}

/// How often a page is read for at most: what is passed over costs as much as what is shown.
const READS: u32 = 8;

fn sort_key(item: &Item) -> String {
    let found = item.get("sk").and_then(|sk| sk.as_s().ok());
    found.cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_pages_of_a_list_are_the_list(items in prop::collection::btree_set("[a-z]{1,4}", 0..30), limit in 1u16..12) {
            let all: Vec<String> = items.into_iter().collect();
            let mut seen = Vec::new();
            let mut cursor: Option<String> = None;
            loop {
                let paging = Paging::parse(Some(limit), cursor.as_deref()).unwrap();
                let page = paging.page(all.clone(), String::clone);
                prop_assert!(page.items.len() <= usize::from(limit));
                seen.extend(page.items);
                cursor = page.next;
                if cursor.is_none() {
                    break;
                }
            }
            prop_assert_eq!(seen, all);
        }

        #[test]
        fn a_cursor_is_read_or_refused(cursor in "\\PC{0,40}") {
            let _ = Paging::parse(None, Some(&cursor));
        }
    }

    #[test]
    fn a_cursor_longer_than_a_sort_key_is_refused() {
        let cursor = |length| BASE64URL.encode("a".repeat(length));
        assert!(Paging::parse(None, Some(&cursor(1000))).is_ok());
        assert!(Paging::parse(None, Some(&cursor(1001))).is_err());
        assert!(Paging::parse(Some(0), None).is_err() && Paging::parse(Some(101), None).is_err());
    }
}
