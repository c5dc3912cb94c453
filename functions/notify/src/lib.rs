//! For the table's stream: mail to admins, events to EventBridge.
