//! Nothing that comes in makes the parsers panic.

use creditgate::currency::Currency;
use creditgate::decimal::Decimal;
use creditgate::profile;
use creditgate::time::Timestamp;
use creditgate::wire;
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
fn use_lago(list: Value) {
    let Ok(list) = serde_json::from_value::<Vec<wire::lago::WalletJson>>(list) else {
        return;
    };
    if let Ok(wallets) = wire::lago::wallets(&list) {
        ask(profile::LAGO, wallets, crate::support::taxed("20"));
    }
}

fn use_flexprice(list: Value, grants: Option<Value>) {
    let Ok(list) = serde_json::from_value::<Vec<wire::flexprice::WalletJson>>(list) else {
        return;
    };
    let grants: Option<Vec<wire::flexprice::TransactionJson>> =
        grants.and_then(|grants| serde_json::from_value(grants).ok());
    let read = |(index, json)| wire::flexprice::wallet(index, json, grants.as_deref());
    if let Ok(wallets) = list.iter().enumerate().map(read).collect() {
        ask(
            profile::FLEXPRICE,
            wallets,
            creditgate::engine::account::Options::default(),
        );
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
        use_lago(json!([value.clone()]));
        use_flexprice(json!([value.clone()]), Some(value.clone()));
        use_lago(value.clone());
        use_flexprice(value, None);
    }

    #[test]
    fn no_change_to_a_wallet_makes_the_parsers_panic(changes in changes(), more in changes()) {
        use_lago(spoiled(crate::support::payload("lago/wallets_list")["wallets"].clone(), &changes));
        let grants = spoiled(crate::support::payload("flexprice/transactions_list")["items"].clone(), &more);
        use_flexprice(spoiled(crate::support::payload("flexprice/customer_wallets_query"), &changes), Some(grants));
    }
}

#[cfg(feature = "rules")]
mod verbs {
    use super::*;
    use crate::support::{read_json, vectors_folder};
    use creditgate::boundary::verbs;

    const KINDS: [&str; 8] = [
        "flexprice/balance.real_time",
        "flexprice/balance.real_time_multi_wallet",
        "flexprice/gate.can_cover",
        "flexprice/invoices.unpaid_totals",
        "lago/invoice.apply",
        "lago/ongoing.allocate",
        "lago/ongoing.refresh",
        "lago/wallet.order",
    ];

    fn kind_of(file: &str) -> &str {
        file.split_once('/').unwrap().1
    }

    proptest! {
        #![proptest_config(cases(300))]

        #[test]
        fn no_json_makes_a_verb_panic(value in any_json(), text: String) {
            for file in KINDS {
                let _ = verbs::call(kind_of(file), &value.to_string());
                let _ = verbs::call(kind_of(file), &text);
            }
            let answered = verbs::call(&text, "{}").is_ok();
            prop_assert!(!answered, "{}", text);
        }

        #[test]
        fn no_change_to_a_vector_makes_its_verb_panic(file in select(KINDS.to_vec()), case: Index, changes in changes()) {
            let content = read_json(&vectors_folder().join(format!("{file}.json")));
            let cases = content["vectors"].as_array().unwrap();
            let input = cases[case.index(cases.len())]["input"].clone();
            if let Err(error) = verbs::call(kind_of(file), &spoiled(input, &changes).to_string()) {
                prop_assert!(["invalid_input", "decimal_out_of_range", "invalid_response"].contains(&error.code()), "{}", error.code());
            }
        }
    }
}
