//! What AWS asks for, as of 2026-11 in us-east-1, without free tiers and discounts. No price list can
//! be fetched where this was written: the figures are those of the pages as last known, and each
//! page has the last word.

/// What is paid for, by the request.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Item {
    ApiRequest,
    GigabyteOut,
    Invocation,
    GigabyteSecond,
    ReadUnit,
    WriteUnit,
    GigabyteLogged,
    Trace,
    SecretCall,
}

/// A price.
#[derive(Debug)]
pub(crate) struct Price {
    pub(crate) item: Item,
    pub(crate) what: &'static str,
    /// Dollars for so many.
    pub(crate) dollars: f64,
    pub(crate) per: f64,
    pub(crate) page: &'static str,
}

const fn price(item: Item, what: &'static str, dollars: f64, per: f64, page: &'static str) -> Price {
    Price {
        item,
        what,
        dollars,
        per,
        page,
    }
}

/// By the request.
pub(crate) const PRICES: [Price; 9] = [
    price(
        Item::ApiRequest,
        "HTTP API requests, the first 300 million a month",
        1.00,
        1e6,
        "aws.amazon.com/api-gateway/pricing",
    ),
    price(
        Item::GigabyteOut,
        "data out to the internet, GB",
        0.09,
        1.0,
        "aws.amazon.com/ec2/pricing/on-demand",
    ),
    price(
        Item::Invocation,
        "Lambda requests",
        0.20,
        1e6,
        "aws.amazon.com/lambda/pricing",
    ),
    price(
        Item::GigabyteSecond,
        "Lambda GB-seconds, arm64",
        0.000_013_333_4,
        1.0,
        "aws.amazon.com/lambda/pricing",
    ),
    price(
        Item::ReadUnit,
        "DynamoDB read units, on demand",
        0.125,
        1e6,
        "aws.amazon.com/dynamodb/pricing/on-demand",
    ),
    price(
        Item::WriteUnit,
        "DynamoDB write units, on demand",
        0.625,
        1e6,
        "aws.amazon.com/dynamodb/pricing/on-demand",
    ),
    price(
        Item::GigabyteLogged,
        "CloudWatch Logs, GB taken in, the first 10 TB",
        0.50,
        1.0,
        "aws.amazon.com/cloudwatch/pricing",
    ),
    price(
        Item::Trace,
        "X-Ray traces recorded",
        5.00,
        1e6,
        "aws.amazon.com/xray/pricing",
    ),
    price(
        Item::SecretCall,
        "Secrets Manager calls",
        0.05,
        1e4,
        "aws.amazon.com/secrets-manager/pricing",
    ),
];

/// By the month: a gigabyte in the table, the same in its backups, a metric, a secret.
pub(crate) const TABLE_GIGABYTE: f64 = 0.25;
pub(crate) const BACKUP_GIGABYTE: f64 = 0.20;
pub(crate) const METRIC: f64 = 0.30;
pub(crate) const SECRET: f64 = 0.40;

impl Item {
    /// Its price, for one.
    pub(crate) fn dollars(self) -> f64 {
        let price = PRICES.iter().find(|price| price.item == self);
        price.map_or(f64::NAN, |price| price.dollars / price.per)
    }
}
