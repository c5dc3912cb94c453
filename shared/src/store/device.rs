//! Browsers that people have signed in from, beside their user.

use super::Store;
use super::item::expiring;
use super::key::Key;
use super::list::{Page, Paging, Range};
use super::write::Write;
use crate::domain::{Device, Unavailable, User, UserId};

const KIND: &str = "device";

impl Store {
    /// A user, and one of its browsers, where one is named, in one read.
    pub async fn user_with_device(
        &self,
        id: UserId,
        digest: Option<&str>,
    ) -> Result<(Option<User>, Option<Device>), Unavailable> {
        let (user, device) = (Key::user(id), digest.map(|digest| Key::device(id, digest)));
        let wanted: Vec<&Key> = std::iter::once(&user).chain(&device).collect();
        let mut rows = self.rows(&wanted).await?;
        Ok((rows.take("user", &user)?, rows.take_some(KIND, device.as_ref())?))
    }

    /// Remembers a browser, or that it was used again.
    pub fn keep_device(&self, device: &Device) -> Result<Write, Unavailable> {
        let key = Key::device(device.user, &device.digest);
        Write::put_over(self, expiring(&key, KIND, device, device.ends_at)?)
    }

    /// Forgets a browser, whether it is there or not.
    pub fn delete_device(&self, user: UserId, digest: &str) -> Result<Write, Unavailable> {
        Write::delete(self, &Key::device(user, digest))
    }

    /// A user's browsers that have not been collected yet, in no order that means anything.
    pub async fn devices(&self, user: UserId, paging: &Paging) -> Result<Page<Device>, Unavailable> {
        let range = Range::prefix(format!("USER#{user}"), "DEVICE#");
        self.list(&range, paging, KIND, |_| true).await
    }
}
