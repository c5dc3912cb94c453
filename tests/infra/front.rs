//! The region's own name, CloudFront before it, and the web ACL before that.

use serde_json::{Value, json};

use crate::infra::functions::{DOORS, FUNCTIONS};
use crate::infra::rendered::{everything, named, stacks, undecided};
use crate::infra::tools::{Tool, infra};

/// Of one deployment the edge's configuration.
fn edge() -> &'static Value {
    &everything().resource("Edge")["DistributionConfig"]
}

#[test]
fn a_region_with_a_name_has_one_way_in() {
    for stack in stacks() {
        let named = stack.given != "plain";
        assert_eq!(
            stack.resource("Api")["DisableExecuteApiEndpoint"],
            named,
            "{}",
            stack.given
        );
        let domains = stack.of_type("AWS::ApiGatewayV2::DomainName");
        assert_eq!(domains.len(), usize::from(named), "{}", stack.given);
        for (id, domain) in domains {
            let settings = domain["Properties"]["DomainNameConfigurations"]
                .as_array()
                .expect("a list");
            assert_eq!(settings.len(), 1, "{id}");
            assert_eq!(settings[0]["SecurityPolicy"], "TLS_1_2", "{id}");
            assert_eq!(settings[0]["EndpointType"], "REGIONAL", "{id}");
        }
    }
}

#[test]
fn the_issuer_is_the_name_unless_told_otherwise() {
    let issuer = |at: usize| &stacks()[at].resource("TokenFunction")["Environment"]["Variables"]["REGENT_ISSUER"];
    let own = "https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}";
    assert_eq!(issuer(0), &json!({"Fn::Sub": own}));
    assert_eq!(issuer(1), &json!({"Fn::Sub": "https://${DomainName}"}));
    assert_eq!(issuer(2), &json!({"Ref": "Issuer"}));
}

#[test]
fn the_name_leads_to_cloudfront_where_there_is_a_web_acl_and_to_the_api_where_there_is_none() {
    for (stack, target) in [(&stacks()[1], "ApiDomain"), (everything(), "Edge")] {
        for (id, kind) in [("AddressRecord", "A"), ("Address6Record", "AAAA")] {
            let record = stack.resource(id);
            assert_eq!(record["Type"], kind);
            assert_eq!(
                named(&record["AliasTarget"]["DNSName"]),
                Some(target),
                "{}: {id}",
                stack.given
            );
        }
        let check = &stack.resource("HealthCheck")["HealthCheckConfig"];
        assert_eq!(
            (&check["ResourcePath"], &check["Type"]),
            (&json!("/health"), &json!("HTTPS"))
        );
        assert_eq!(named(&check["FullyQualifiedDomainName"]), Some("DomainName"));
    }
}

#[test]
fn cloudfront_speaks_tls_alone_both_ways() {
    let edge = edge();
    assert_eq!(edge["DefaultCacheBehavior"]["ViewerProtocolPolicy"], "https-only");
    assert_eq!(edge["ViewerCertificate"]["MinimumProtocolVersion"], "TLSv1.2_2021");
    let origins = edge["Origins"].as_array().expect("a list");
    assert_eq!(origins.len(), 1);
    assert_eq!(origins[0]["CustomOriginConfig"]["OriginProtocolPolicy"], "https-only");
    assert_eq!(
        origins[0]["CustomOriginConfig"]["OriginSSLProtocols"],
        json!(["TLSv1.2"])
    );
    assert_eq!(named(&edge["WebACLId"]), Some("WebAclArn"));
}

/// A cached token, page or refusal would be somebody else's.
#[test]
fn cloudfront_keeps_no_answer_and_no_error() {
    let edge = edge();
    let disabled = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad";
    assert_eq!(edge["DefaultCacheBehavior"]["CachePolicyId"], disabled);
    assert!(edge["CacheBehaviors"].is_null(), "a path with rules of its own");
    let errors = edge["CustomErrorResponses"].as_array().expect("a list");
    for error in errors {
        assert_eq!(error["ErrorCachingMinTTL"], 0, "{error}");
        assert!(error["ResponsePagePath"].is_null(), "{error}");
    }
    // All that CloudFront caches by itself (developer guide, "How CloudFront caches HTTP 4xx and 5xx").
    for code in [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504] {
        assert!(
            errors.iter().any(|error| error["ErrorCode"] == code),
            "{code} is kept for ten seconds"
        );
    }
}

#[test]
fn cloudfront_passes_on_all_that_was_sent_and_adds_the_caller_s_address_itself() {
    let passed = &everything().resource("EdgeRequest")["OriginRequestPolicyConfig"];
    assert_eq!(
        passed["HeadersConfig"]["HeaderBehavior"],
        "allViewerAndWhitelistCloudFront"
    );
    assert_eq!(passed["HeadersConfig"]["Headers"], json!(["CloudFront-Viewer-Address"]));
    assert_eq!(passed["CookiesConfig"]["CookieBehavior"], "all");
    assert_eq!(passed["QueryStringsConfig"]["QueryStringBehavior"], "all");
    let behavior = &edge()["DefaultCacheBehavior"];
    assert_eq!(named(&behavior["OriginRequestPolicyId"]), Some("EdgeRequest"));
    assert_eq!(behavior["AllowedMethods"].as_array().map(Vec::len), Some(7));
}

/// Who knows the secret is not asked who he is; who is reached by others must not have it.
#[test]
fn cloudfront_and_the_functions_behind_it_share_a_secret_and_nobody_else_has_it() {
    let secret = json!({"Fn::Sub": "{{resolve:secretsmanager:${EdgeSecret}}}"});
    let header = &edge()["Origins"][0]["OriginCustomHeaders"];
    assert_eq!(header, &json!([{"HeaderName": "x-regent-edge", "HeaderValue": secret}]));
    for stack in stacks() {
        for (at, id) in FUNCTIONS.iter().enumerate() {
            let told = &stack.resource(id)["Environment"]["Variables"]["REGENT_EDGE_SECRET"];
            let guarded = stack.given == everything().given && at < DOORS;
            assert_eq!(
                told,
                if guarded { &secret } else { &Value::Null },
                "{}: {id}",
                stack.given
            );
        }
    }
    let made = &everything().resource("EdgeSecret")["GenerateSecretString"];
    assert_eq!(made["ExcludePunctuation"], true);
    assert!(made["PasswordLength"].as_u64() >= Some(32));
}

/// CloudFormation would find out after a quarter of an hour, halfway through.
#[test]
fn what_only_makes_sense_together_is_asked_for_together() {
    let rules = undecided()["Rules"].to_string();
    for parameter in [
        "DomainName",
        "CertificateArn",
        "HostedZoneId",
        "WebAclArn",
        "EdgeCertificateArn",
    ] {
        assert!(rules.contains(parameter), "no rule about {parameter}");
    }
    assert!(rules.contains("RestoredTable") && rules.contains("RestoredTableStream"));
}

/// The web ACL's rules, by name.
fn web_acl() -> Value {
    let program = "import json, sys; from cfnlint.decode import decode; print(json.dumps(decode(sys.argv[1])[0]))";
    let json = Tool::new("python")
        .args(["-c", program])
        .arg(infra().join("web-acl.yaml"))
        .runs();
    let template: Value = serde_json::from_str(&json).expect("JSON");
    template["Resources"]["WebAcl"]["Properties"].clone()
}

#[test]
fn the_web_acl_slows_down_who_asks_too_often_and_keeps_nothing() {
    let acl = web_acl();
    assert_eq!(acl["Scope"], "CLOUDFRONT");
    let rules = acl["Rules"].as_array().expect("rules");
    let find = |name: &str| rules.iter().find(|rule| rule["Name"] == name).expect("a rule");
    let secrets = &find("secrets")["Statement"]["RateBasedStatement"];
    let paths = secrets["ScopeDownStatement"]["RegexMatchStatement"]["RegexString"]
        .as_str()
        .expect("a pattern");
    for path in ["oauth/v1/(token|register)", "sign-in", "forgot-password", "|password"] {
        assert!(paths.contains(path), "{path}");
    }
    assert!(find("address")["Statement"]["RateBasedStatement"]["ScopeDownStatement"].is_null());
    let group = &find("reputation")["Statement"]["ManagedRuleGroupStatement"];
    assert_eq!(group["Name"], "AWSManagedRulesAmazonIpReputationList");
    for part in rules.iter().chain([&acl]) {
        assert_eq!(part["VisibilityConfig"]["CloudWatchMetricsEnabled"], true);
        // A sample is a request, with its Authorization header.
        assert_eq!(part["VisibilityConfig"]["SampledRequestsEnabled"], false);
    }
}
