//! Nothing that comes in makes the parsers panic.

use creditgate::currency::Currency;
use creditgate::decimal::Decimal;
use creditgate::error::Result;
use creditgate::profile;
use creditgate::time::Timestamp;
use creditgate::wire::field::Field;
use creditgate::wire::{flexprice, lago};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Value, json};

use super::cases;

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (-5..5_i64).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "-?[0-9]{1,35}(\\.[0-9]{1,35})?([eE][+-]?[0-9]{1,12})?".prop_map(Value::from),
        "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{0,9})?(Z|[+-][0-9]{2}:[0-9]{2})".prop_map(Value::from),
        select(vec!["EUR", "usd", "active", "charge", "PRE_PAID", "POST_PAID", "credit", "completed", "é€𝄞"]).prop_map(Value::from),
    ]
}

const FIELDS: [&str; 26] = [
    "id",
    "lago_id",
    "code",
    "status",
    "currency",
    "rate_amount",
    "balance_cents",
    "ongoing_balance_cents",
    "priority",
    "created_at",
    "expiration_at",
    "applies_to",
    "fee_types",
    "billable_metric_codes",
    "recurring_transaction_rules",
    "trigger",
    "balance",
    "wallet_status",
    "wallet_type",
    "conversion_rate",
    "real_time_balance",
    "is_cached_fallback",
    "type",
    "transaction_status",
    "credits_available",
    "expiry_date",
];

fn any_json() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(4, 32, 6, |inner| {
        let key = prop_oneof![
            select(FIELDS.to_vec()).prop_map(str::to_owned),
            any::<String>()
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((key, inner), 0..6)
                .prop_map(|entries| Value::Object(entries.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let key = key.replace('~', "~0").replace('/', "~1");
                places(value, &format!("{at}/{key}"), found);
            }
        }
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                places(value, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

/// The same value with some places overwritten.
fn spoiled(mut value: Value, changes: &[(Index, Value)]) -> Value {
    for (place, new) in changes {
        let mut found = Vec::new();
        places(&value, "", &mut found);
        let at = found[place.index(found.len())].clone();
        *value.pointer_mut(&at).unwrap() = new.clone();
    }
    value
}

fn changes() -> impl Strategy<Value = Vec<(Index, Value)>> {
    prop::collection::vec((any::<Index>(), any_json()), 0..4)
}

/// Reads a list of wallets and asks about them: whatever the answer, there is one.
fn use_lago(list: &Value) {
    if let Some(wallets) = read_or_fault(lago::wallets(&Field::answer(list, "wallets"))) {
        ask(profile::LAGO, wallets, crate::support::taxed("20"));
    }
}

fn use_flexprice(list: &Value, grants: Option<&Value>) {
    let read = flexprice::wallets(&Field::answer(list, "wallets"), |_| grants);
    if let Some(wallets) = read_or_fault(read) {
        let options = creditgate::engine::account::Options::default();
        ask(profile::FLEXPRICE, wallets, options);
    }
}

/// A fault is the answer's own and says where it is.
fn read_or_fault<T>(read: Result<T>) -> Option<T> {
    match read {
        Ok(value) => Some(value),
        Err(error) => {
            let code = error.code();
            assert!(
                ["invalid_response", "decimal_out_of_range"].contains(&code),
                "{code}"
            );
            assert!(error.path().starts_with("wallets"), "{error}");
            None
        }
    }
}

fn ask(
    profile: profile::Profile,
    wallets: Vec<creditgate::model::wallet::Wallet>,
    options: creditgate::engine::account::Options,
) {
    let mut account = crate::support::open(profile, wallets, options);
    for code in ["EUR", "USD"] {
        for fee_type in ["charge", "USAGE"] {
            let slot = account.slot(
                crate::support::currency(code),
                creditgate::model::fee_key::FeeKey::new(fee_type),
            );
            let _ = account.covers(slot, 1, 2, Timestamp(1_787_184_000_000));
            let _ = account.explain(
                crate::support::currency(code),
                &creditgate::model::fee_key::FeeKey::new(fee_type),
                Timestamp(0),
            );
        }
    }
    let _ = account.freshness();
}

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn no_text_makes_a_parser_panic(text in prop_oneof![any::<String>(), "[-+0-9.eE \u{660}]{0,40}", "[0-9TtZz:.+ -]{0,40}"]) {
        let _ = Decimal::parse(&text);
        let _ = Decimal::parse_number(&text);
        let _ = Timestamp::parse(&text);
        let _ = Currency::parse(&text);
        let _ = profile::named(&text);
    }

    #[test]
    fn a_time_with_any_character_changed_never_panics(at in any::<Index>(), other: char) {
        let mut text: Vec<char> = "2026-08-20T00:00:12.345+02:00".chars().collect();
        let place = at.index(text.len());
        text[place] = other;
        let _ = Timestamp::parse(&text.into_iter().collect::<String>());
    }
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn no_json_makes_the_wallet_parsers_panic(value in any_json()) {
        let list = json!([value]);
        use_lago(&list);
        use_flexprice(&list, Some(&value));
        use_lago(&value);
        use_flexprice(&value, None);
    }

    #[test]
    fn no_change_to_a_wallet_makes_the_parsers_panic(changes in changes(), more in changes()) {
        use_lago(&spoiled(crate::support::payload("lago/wallets_list")["wallets"].clone(), &changes));
        let grants = spoiled(crate::support::payload("flexprice/transactions_list")["items"].clone(), &more);
        use_flexprice(&spoiled(crate::support::payload("flexprice/customer_wallets_query"), &changes), Some(&grants));
    }
}

mod verbs {
    use super::*;
    use crate::support::{read_json, vectors_folder};
    use creditgate::boundary::verbs;

    /// Every name that the boundary answers to, as its own source lists them.
    fn names() -> Vec<&'static str> {
        let source = include_str!("../../src/boundary/verbs/mod.rs");
        let arms = source.lines().filter_map(|line| {
            let (name, arm) = line.trim().strip_prefix('"')?.split_once('"')?;
            arm.starts_with(" =>").then_some(name)
        });
        let names: Vec<_> = arms.collect();
        assert!(names.len() > 70, "{names:?}");
        names
    }

    /// The vector files that a verb answers.
    fn kinds() -> Vec<String> {
        let index = read_json(&vectors_folder().join("index.json"));
        let files = index["files"].as_array().unwrap().iter();
        let files = files.map(|file| {
            file.as_str()
                .unwrap()
                .strip_suffix(".json")
                .unwrap()
                .to_owned()
        });
        files
            .filter(|file| names().contains(&kind_of(file)))
            .collect()
    }

    fn kind_of(file: &str) -> &str {
        file.split_once('/').unwrap().1
    }

    fn refused_or_answered(verb: &str, request: &Value) -> core::result::Result<(), TestCaseError> {
        if let Err(error) = verbs::call(verb, &request.to_string()) {
            let codes = [
                "invalid_input",
                "invalid_decimal",
                "decimal_out_of_range",
                "invalid_response",
                "negative_amount",
            ];
            prop_assert!(codes.contains(&error.code()), "{} {}", verb, error.code());
        }
        Ok(())
    }

    const REQUESTS: usize = 11;

    /// The verbs that no vector shows: whole requests, every field of them given.
    fn request(which: usize) -> (&'static str, Value) {
        let now = "2026-08-20T00:00:00Z";
        let rule = json!({
            "trigger": "threshold", "method": "fixed", "threshold_credits": "1", "target_ongoing_balance": "5",
            "paid_credits": "10", "granted_credits": "0", "transaction_metadata": [{ "key": "k", "value": "v" }],
        });
        let lago = json!({
            "external_customer_id": "c", "rate_amount": "1", "currency": "EUR", "priority": 1, "expiration_at": now,
            "paid_top_up_min_amount_cents": 1, "paid_top_up_max_amount_cents": 9, "paid_credits": "1",
            "applies_to": { "fee_types": ["charge"], "billable_metric_codes": ["m"] },
            "recurring_transaction_rules": [rule], "status": "active", "credits_balance": "5",
        });
        let threshold = json!({ "threshold": "1", "condition": "below" });
        let auto = json!({ "threshold": "1", "amount": "2", "invoicing": true, "cooldown": { "value": 1, "unit": "day" } });
        let flexprice = json!({
            "customer_id": "c", "currency": "usd", "wallet_type": "PRE_PAID", "conversion_rate": "1",
            "initial_credits_to_load_expiry_date": 20270101, "alert_settings": { "critical": threshold },
            "auto_topup": auto, "config": { "allowed_price_types": ["ALL"] },
        });
        match which {
            0 => ("lago.wallet.create", json!({ "wallet": lago, "now": now })),
            1 => (
                "lago.wallet.update",
                json!({ "wallet": lago, "now": now, "current": lago }),
            ),
            2 => {
                let transaction = json!({
                    "wallet_id": "w", "paid_credits": "1", "voided_credits": "1", "priority": 1, "name": "n",
                });
                (
                    "lago.wallet_transaction.create",
                    json!({ "wallet_transaction": transaction, "wallet": lago }),
                )
            }
            3 => {
                let thresholds = json!([{ "value": "1" }, { "value": "2", "recurring": true }]);
                let alert = json!({ "alert_type": "wallet_balance_amount", "code": "c", "thresholds": thresholds });
                (
                    "lago.alert.create",
                    json!({ "alert": alert, "existing": ["wallet_credits_balance"] }),
                )
            }
            4 => (
                "flexprice.wallet.create",
                json!({ "wallet": flexprice, "now": now, "existing": [flexprice] }),
            ),
            5 => ("flexprice.wallet.update", json!({ "wallet": flexprice })),
            6 => {
                let top_up = json!({
                    "credits_to_add": "1", "transaction_reason": "PURCHASED_CREDIT_INVOICED", "expiry_date_utc": now,
                    "priority": 1, "bonus_credits_to_add": "1", "checkout": { "payment_provider": "p" },
                });
                (
                    "flexprice.wallet.top_up",
                    json!({ "top_up": top_up, "now": now }),
                )
            }
            7 => (
                "lago_2022.wallet.create",
                json!({ "has_active_subscription": true, "active_wallets": 1 }),
            ),
            8 => (
                "lago_2022.wallet.purchase",
                json!({ "credits": "10.5", "rate_amount": "2", "tax_rate": "20", "currency": "EUR" }),
            ),
            9 => {
                let wallet = json!({ "status": "active", "balance_cents": 5, "expiration_at": now, "currency": "JPY" });
                (
                    "lago_2022.wallet.after",
                    json!({ "wallet": wallet, "credited_cents": 7, "terminated": false, "now": now }),
                )
            }
            _ => {
                let debit = json!({ "credits": "1", "transaction_reason": "MANUAL_BALANCE_DEBIT", "idempotency_key": "k" });
                ("flexprice.wallet.debit", json!({ "debit": debit }))
            }
        }
    }

    #[test]
    fn every_verb_is_changed_by_one_of_these_tests() {
        let shown: Vec<String> = kinds();
        let requests: Vec<_> = (0..REQUESTS).map(|which| request(which).0).collect();
        let missing: Vec<_> = names()
            .into_iter()
            .filter(|name| {
                !requests.contains(name) && !shown.iter().any(|file| kind_of(file) == *name)
            })
            .collect();
        assert!(missing.is_empty(), "{missing:?}");
        for (verb, request) in (0..REQUESTS).map(request) {
            assert!(verbs::call(verb, &request.to_string()).is_ok(), "{verb}");
        }
    }

    proptest! {
        #![proptest_config(cases(300))]

        #[test]
        fn no_json_makes_a_verb_panic(value in any_json(), text: String) {
            for name in names() {
                let _ = verbs::call(name, &value.to_string());
                let _ = verbs::call(name, &text);
            }
            let answered = verbs::call(&text, "{}").is_ok();
            prop_assert!(!answered, "{}", text);
        }

        #[test]
        fn no_change_to_a_vector_makes_its_verb_panic(case: Index, changes in changes()) {
            for file in kinds() {
                let content = read_json(&vectors_folder().join(format!("{file}.json")));
                let cases = content["vectors"].as_array().unwrap();
                let input = cases[case.index(cases.len())]["input"].clone();
                refused_or_answered(kind_of(&file), &spoiled(input, &changes))?;
            }
        }

        #[test]
        fn no_change_to_a_request_makes_its_judge_panic(which in 0..REQUESTS, changes in changes()) {
            let (verb, request) = request(which);
            refused_or_answered(verb, &spoiled(request, &changes))?;
        }
    }
}
