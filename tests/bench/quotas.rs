//! AWS's quotas as data: <https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html>
//! and the pages named below. What an AWS account really has is in its Service Quotas console.

use super::quota::{Draw, Quota};

/// Of a partition of a table:
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html>.
const PARTITION: (f64, f64) = (3_000.0, 1_000.0);
/// Of a table on demand, and of one that is new:
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html>,
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput.html>.
const TABLE: f64 = 40_000.0;
const NEW_TABLE: (f64, f64) = (12_000.0, 4_000.0);
/// <https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html>: ten requests a second are
/// allowed for each of them, however short they are.
const CONCURRENCY: f64 = 1_000.0;
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html>.
const API: f64 = 10_000.0;
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html>.
const LOG_BATCHES: f64 = 5_000.0;
/// <https://docs.aws.amazon.com/general/latest/gr/xray.html>.
const TRACES: f64 = 2_600.0;
/// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html>.
const SECRETS: f64 = 10_000.0;

const READS: &str = "reads of a partition";
const WRITES: &str = "writes of a partition";

fn quota(what: &'static str, of: &'static str, limit: f64, draw: Draw, raised: bool, todo: &'static str) -> Quota {
    Quota {
        what,
        of,
        limit,
        draw,
        raised,
        todo,
    }
}

/// All that a request can meet. `routes`: the stack's own limits of the token route and of others.
pub(crate) fn all(routes: (f64, f64)) -> Vec<Quota> {
    let mut all = partitions();
    all.extend(account());
    all.push(quota(
        "limit of the token route",
        "the stack",
        routes.0,
        Draw::TokenRoute,
        true,
        "TokenThrottleRate and TokenThrottleBurst of the stack",
    ));
    all.push(quota(
        "limit of a route",
        "the stack",
        routes.1,
        Draw::OtherRoute,
        true,
        "ThrottleRate and ThrottleBurst of the stack; or the authorizer, which needs no route",
    ));
    all
}

fn partitions() -> Vec<Quota> {
    let (reads, writes) = PARTITION;
    vec![
        quota(
            READS,
            "one account or person",
            reads,
            Draw::Reads(Some("USER")),
            false,
            "more accounts for one busy program; or a verdict cached for a second by its API, at a second's lag",
        ),
        quota(
            READS,
            "one subscription",
            reads,
            Draw::Reads(Some("SUB")),
            false,
            "accounts in more subscriptions; or verdicts cached for a second. DynamoDB cannot split one item",
        ),
        quota(
            READS,
            "one organization",
            reads,
            Draw::Reads(Some("ORG")),
            false,
            "programs keep their token until it expires, as the tests' clients do; people's apps: as for an app",
        ),
        quota(
            READS,
            "one app of people",
            reads,
            Draw::Reads(Some("CLIENT")),
            false,
            "a metadata document instead of a registration: then there is no row to read",
        ),
        quota(
            READS,
            "the public keys",
            reads,
            Draw::Keys,
            false,
            "a longer lease, at its lag when a key is dropped in an emergency",
        ),
        quota(
            WRITES,
            "one account or person",
            writes,
            Draw::Writes(Some("USER")),
            false,
            "nothing: who gets a new token each time has lost the last one",
        ),
    ]
}

fn account() -> Vec<Quota> {
    let warm = "WarmThroughput on the table, once, before the load comes; without it DynamoDB doubles in half hours";
    let table = "the quota of the table's read and write units, in Service Quotas";
    let concurrency = "the quota of concurrent executions; a tenth of the requests a second is always enough";
    vec![
        quota("reads, new", "the table", NEW_TABLE.0, Draw::Reads(None), true, warm),
        quota("writes, new", "the table", NEW_TABLE.1, Draw::Writes(None), true, warm),
        quota("reads", "the table", TABLE, Draw::Reads(None), true, table),
        quota("writes", "the table", TABLE, Draw::Writes(None), true, table),
        quota(
            "requests at once",
            "Lambda",
            CONCURRENCY,
            Draw::Concurrency,
            true,
            concurrency,
        ),
        quota(
            "requests, ten for each that may run at once",
            "Lambda",
            10.0 * CONCURRENCY,
            Draw::Invocations,
            true,
            concurrency,
        ),
        quota(
            "requests",
            "API Gateway",
            API,
            Draw::Api,
            true,
            "the account's throttle quota; the authorizer draws on the quota of the API it stands before",
        ),
        quota(
            "batches of log lines",
            "CloudWatch",
            LOG_BATCHES,
            Draw::LogBatches,
            true,
            "the PutLogEvents quota, in Service Quotas",
        ),
        quota(
            "traces",
            "X-Ray",
            TRACES,
            Draw::Traces,
            true,
            "the segments quota, or a sampling rule of less than one in twenty",
        ),
        quota(
            "secrets read",
            "Secrets Manager",
            SECRETS,
            Draw::Starts,
            false,
            "nothing: Lambda starts too few processes to reach it",
        ),
    ]
}
