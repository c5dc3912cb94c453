//! The operations of the served document, and requests made of nothing but their descriptions.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::place::Place;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];
const BASE: &str = "/api/v1";

/// An operation.
#[derive(Debug)]
pub(super) struct Operation {
    /// Its `operationId`.
    pub(super) name: String,
    pub(super) method: &'static str,
    /// Its path below the API's.
    path: String,
    /// The privileges that every call needs.
    pub(super) needs: BTreeSet<String>,
    /// Whether callers who are limited to one subscription may not call it.
    pub(super) organization_wide: bool,
    /// Whether everybody may call it.
    pub(super) public: bool,
    /// The schema of its body, references resolved at the top.
    body: Option<Value>,
    /// Whether a parameter of the query says in which subscription.
    asks_in_a_subscription: bool,
    /// The statuses of success.
    pub(super) success: Vec<u16>,
}

impl Operation {
    /// All that a document has.
    pub(super) fn all(document: &Value) -> Vec<Self> {
        let paths = document["paths"].as_object().unwrap().iter();
        let each = paths.flat_map(|(path, item)| METHODS.map(|method| (method, path, &item[method])));
        let there = each.filter(|(_, _, operation)| !operation.is_null());
        there
            .map(|(method, path, operation)| Self::of(document, method, path, operation))
            .collect()
    }

    fn of(document: &Value, method: &'static str, path: &str, operation: &Value) -> Self {
        let name = operation["operationId"].as_str().unwrap().to_owned();
        let security = &operation["security"];
        let needs = |scheme| {
            let of_scheme = security
                .as_array()
                .into_iter()
                .flatten()
                .find_map(|one| one[scheme].as_array());
            let names = of_scheme
                .into_iter()
                .flatten()
                .map(|name| name.as_str().unwrap().to_owned());
            names.collect::<BTreeSet<String>>()
        };
        assert_eq!(needs("bearer"), needs("session"), "{name}");
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let in_query = |one: &Value| one["in"] == "query" && one["name"] == "subscription";
        let statuses = operation["responses"].as_object().unwrap().keys();
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        Self {
            method,
            path: path.strip_prefix(BASE).expect("a path of the API").to_owned(),
            needs: needs("bearer"),
            organization_wide: operation["x-organization-wide"] == true,
            public: *security == json!([{}]),
            body: (!schema.is_null()).then(|| resolved(document, schema)),
            asks_in_a_subscription: parameters.into_iter().any(in_query),
            success: statuses
                .filter_map(|status| status.parse().ok())
                .filter(|status| *status < 300)
                .collect(),
            name,
        }
    }

    /// Whether it changes anything.
    pub(super) fn writes(&self) -> bool {
        self.method != "get"
    }

    /// The nouns whose ids its path has, outer one first.
    pub(super) fn nouns(&self) -> Vec<&str> {
        let segments: Vec<&str> = self.path.split('/').collect();
        let pairs = segments.windows(2).filter(|pair| pair[1].starts_with('{'));
        pairs.map(|pair| pair[0]).collect()
    }

    /// What it works with or makes: the first segment of its path.
    pub(super) fn noun(&self) -> &str {
        self.path.split('/').nth(1).unwrap()
    }

    /// Whether it makes something new in a collection.
    pub(super) fn creates(&self) -> bool {
        self.method == "post" && !self.path.contains('{')
    }

    /// Whether the caller says in which subscription, or of what, and may say that of somebody else's.
    pub(super) fn is_somewhere(&self) -> bool {
        self.path.contains('{') || self.asks_in_a_subscription || (self.creates() && self.has_field("subscription"))
    }

    fn has_field(&self, field: &str) -> bool {
        self.body
            .as_ref()
            .is_some_and(|body| !body["properties"][field].is_null())
    }

    /// Path and query of a request that is about a place.
    pub(super) fn path(&self, place: &Place) -> String {
        let mut noun = "";
        let mut path = String::from(BASE);
        for segment in self.path.split('/').skip(1) {
            let filled = if segment.starts_with('{') {
                place.id(noun)
            } else {
                segment
            };
            path.extend(["/", filled]);
            noun = segment;
        }
        if self.asks_in_a_subscription {
            path.extend(["?limit=100&subscription=", &place.subscription]);
        }
        path
    }

    /// The body of such a request: what is required, and of an edit something that it changes.
    pub(super) fn body(&self, document: &Value, place: &Place, number: usize) -> Option<Value> {
        let schema = self.body.as_ref()?;
        let sampler = Sampler {
            document,
            place,
            number,
        };
        let mut body = sampler.members(schema);
        let more = if self.creates() {
            ["subscription"].as_slice()
        } else {
            &["name", "description", "status"]
        };
        if let Some(field) = more.iter().find(|field| self.has_field(field)) {
            let value = sampler.value(field, &schema["properties"][*field]);
            body.entry(*field).or_insert(value);
        }
        Some(body.into())
    }
}

fn resolved(document: &Value, schema: &Value) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        return resolved(document, document.pointer(&reference[1..]).expect(reference));
    }
    match schema["oneOf"].as_array() {
        // An optional body: this or null.
        Some(choices) => resolved(document, &choices[0]),
        None => schema.clone(),
    }
}

/// Values that a schema allows.
struct Sampler<'a> {
    document: &'a Value,
    place: &'a Place,
    /// Makes what must be unique so.
    number: usize,
}

impl Sampler<'_> {
    fn members(&self, schema: &Value) -> Map<String, Value> {
        let required = schema["required"].as_array().into_iter().flatten();
        let names = required.map(|name| name.as_str().unwrap());
        names
            .map(|name| (name.to_owned(), self.value(name, &schema["properties"][name])))
            .collect()
    }

    /// A value of a field. What its schema does not say of it is said here; a field of which nobody
    /// says enough makes a request that is refused, and the matrix with it.
    fn value(&self, field: &str, schema: &Value) -> Value {
        let number = self.number;
        match field {
            "subscription" => return json!(self.place.subscription),
            "client_ids" => return json!([self.place.id("credentials")]),
            "name" => return json!(format!("matrix-{number}")),
            "email" => return json!(format!("matrix{number}@example.test")),
            "user_type" => return json!("sales"),
            "status" => return json!("approved"),
            "audience" => return json!(format!("https://matrix{number}.test")),
            "redirect_uris" => return json!([format!("https://matrix{number}.test/cb")]),
            _ => {}
        }
        let schema = resolved(self.document, schema);
        let first = schema["enum"].as_array().and_then(|choices| choices.first());
        if let Some(example) = first.or(schema.get("example")) {
            return example.clone();
        }
        let kind = schema["type"].as_array().map_or(&schema["type"], |kinds| &kinds[0]);
        match kind.as_str() {
            Some("string") => json!(format!("m{number}")),
            Some("integer") => schema.get("minimum").cloned().unwrap_or(json!(1)),
            Some("boolean") => json!(true),
            Some("array") => json!([self.value("", &schema["items"])]),
            Some("object") => self.members(&schema).into(),
            _ => panic!("the matrix has no value for {field}: {schema}"),
        }
    }
}
