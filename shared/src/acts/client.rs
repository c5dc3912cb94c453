//! Clients that send people to the authorize page: found by their client ID, wherever they come
//! from; managed by the admins who registered them; registered by themselves.

mod find;
mod manage;
mod register;

pub use find::find;
pub use manage::{ClientChanges, Creation, MadeClient, NewClient, Rotation, delete, edit, fresh_secret, list, read};
pub use register::{RegistrationRefusal, register};
