//! 004: Flexprice's schema of the webhook `wallet.created`: when it is sent, its alert, and the names of events about wallets.
//! The webhook as a whole is read by the TypeScript side; its wallet is in `wallet_object` and `wallet_rates`.

use creditgate::decimal::Decimal;
use creditgate::engine::alert_state::{Condition, Settings, State, Threshold, Watched, webhook};
use creditgate::engine::creation::{NewWallet, create};
use creditgate::model::wallet::Status;
use serde_json::{Value, json};

use crate::support::*;
use crate::{
    call, changed, flexprice_creation, flexprice_request, pair, read_flexprice, read_flexprice_with,
};

/// The webhook as the schema has it.
pub fn documented() -> Value {
    payload("flexprice/webhook_wallet_created_legacy")
}

/// The documented wallet, changed; null takes a field out.
pub fn wallet(changes: Value) -> creditgate::model::wallet::Wallet {
    read_flexprice(changed(documented()["wallet"].clone(), changes)).unwrap()
}

/// Fields that say nothing of what the wallet covers: it reads the same without them.
pub fn is_read_without(fields: &[&str]) {
    let whole = documented()["wallet"].clone();
    let mut bare = whole.clone();
    for field in fields {
        bare.as_object_mut().unwrap().remove(*field);
    }
    assert_eq!(read_flexprice(bare), read_flexprice(whole));
}

/// 004: "Fired when a new wallet is created": its wallet is the one that creation makes (flexprice 2, section 2.1).
#[test]
fn it_is_fired_when_a_new_wallet_is_created() {
    let event = documented();
    assert_eq!(event["event_type"], json!("wallet.created"));
    let told = wallet(json!({}));
    let made = create(
        &NewWallet {
            conversion_rate: Some(told.rate),
            initial_credits: Some(dec("251")),
            ..flexprice_request()
        },
        told.currency,
    )
    .unwrap();
    assert_eq!(event["wallet"]["name"], json!(made.name));
    assert_eq!(
        (told.kind, told.balance),
        (made.kind, made.balances.balance)
    );
    assert_eq!(told.status, Status::Active);
}

/// 004: `WalletWebhookPayload`: `alert`, `customer`, `event_type` and `wallet`. Today a slim wallet without the customer, or
/// with no more than their external id (flexprice, section 4.2): it reads as the same wallet.
#[test]
fn the_payload_has_an_event_type_a_wallet_a_customer_and_an_alert() {
    let event = documented();
    assert!(event["wallet"].is_object() && event["customer"].is_object());
    for slim in [
        "flexprice/webhook_wallet_created",
        "flexprice/webhook_wallet_created_with_customer",
    ] {
        let slim = payload(slim);
        assert_eq!(slim["event_type"], event["event_type"]);
        let read = read_flexprice(slim["wallet"].clone()).unwrap();
        assert_eq!(read, wallet(json!({})), "{slim}");
    }
    let alert = &payload("flexprice/webhook_wallet_ongoing_balance_dropped")["alert"];
    assert!(alert.is_object());
}

// --- The alert ----------------------------------------------------------------------------------------------------

/// 004: `WalletAlertInfo`: numbers `credit_balance` and `current_balance`, and the `state` that follows from them. Today they
/// are text, and `current_balance` is the credits that were judged (flexprice 56, 57, 67).
#[test]
fn the_alert_tells_its_balances_and_its_state() {
    let settings = json!({
        "alert_enabled": true, "critical": { "threshold": 10, "condition": "below" },
    });
    let state = |credits: Value| {
        let request = json!({ "settings": settings, "value_credits": credits });
        call("alerts.state", request)["state"].clone()
    };
    assert_eq!(state(json!(9.5)), json!("in_alarm"));
    assert_eq!(state(json!("9.5")), json!("in_alarm"));
    assert_eq!(state(json!(10.5)), json!("ok"));
}

/// 004: the alert's `alert_type`, text: which of the two figures of a wallet was judged (flexprice 56).
#[test]
fn the_alert_tells_its_type() {
    for (event, watched) in [
        ("credit_balance_dropped", Watched::CreditBalance),
        ("ongoing_balance_dropped", Watched::OngoingBalance),
    ] {
        let told = payload(&format!("flexprice/webhook_wallet_{event}"));
        let alert_type = told["alert"]["alert_type"].as_str().unwrap();
        assert_eq!(Watched::named(alert_type), Some(watched));
    }
}

/// 004: `AlertSettings`: `alert_enabled`, `critical`, `warning` and `info`, of the alert and of the wallet (flexprice 57, 60).
#[test]
fn alert_settings_have_a_switch_and_three_thresholds() {
    let below = |value: i64| {
        Some(Threshold {
            value: Decimal::from(value),
            condition: Condition::Below,
        })
    };
    let settings = |enabled| Settings {
        enabled,
        critical: below(0),
        warning: below(20),
        info: below(50),
    };
    let states = |enabled: bool| {
        [60, 50, 20, 0].map(|credits: i64| settings(enabled).state(Decimal::from(credits)))
    };
    let graver = [State::Ok, State::Info, State::Warning, State::InAlarm];
    assert_eq!(states(true), graver);
    assert_eq!(states(false), [State::Ok; 4]);
    let told = documented()["wallet"]["alert_settings"].clone();
    assert_eq!(flexprice_creation(json!({ "alert_settings": told })), []);
    is_read_without(&["alert_settings"]);
}

/// 004: `AlertThreshold`: a `condition` and a `threshold`, a number. Today the number is text, of credits (flexprice,
/// section 1.4, section 7).
#[test]
fn an_alert_threshold_has_a_condition_and_a_number() {
    let with = |critical: Value| {
        let settings = json!({ "alert_enabled": true, "critical": critical });
        flexprice_creation(json!({ "alert_settings": settings }))
    };
    assert_eq!(with(json!({ "threshold": 10, "condition": "below" })), []);
    assert_eq!(with(json!({ "threshold": "10", "condition": "below" })), []);
    let refused = pair("alert_settings", "validation_error");
    assert_eq!(with(json!({ "condition": "below" })), refused);
    assert_eq!(with(json!({ "threshold": 10 })), refused);
}

/// 004: `AlertCondition`: `above` or `below` (flexprice 57).
#[test]
fn the_condition_of_an_alert_is_above_or_below() {
    let state = |condition: &str, credits: i64| {
        let critical = json!({ "threshold": 10, "condition": condition });
        let settings = json!({ "alert_enabled": true, "critical": critical });
        let request = json!({ "settings": settings, "value_credits": credits });
        call("alerts.state", request)["state"].clone()
    };
    let (fine, alarm) = (json!("ok"), json!("in_alarm"));
    assert_eq!(
        (state("below", 11), state("below", 10)),
        (fine.clone(), alarm.clone())
    );
    assert_eq!((state("above", 9), state("above", 10)), (fine, alarm));
    let other =
        json!({ "alert_enabled": true, "critical": { "threshold": 10, "condition": "near" } });
    let judged = call("alerts.validate", json!({ "settings": other }));
    assert_eq!(judged["valid"], json!(false));
}

/// 004: `AlertState`: `ok`, `info`, `warning` or `in_alarm` (flexprice 57).
#[test]
fn the_alert_state_is_ok_info_warning_or_in_alarm() {
    let below = |value: i64| json!({ "threshold": value, "condition": "below" });
    let settings = json!({
        "alert_enabled": true, "critical": below(0), "warning": below(20), "info": below(50),
    });
    let request = json!({ "settings": settings, "values_credits": [51, 50, 20, 0] });
    let states = call("alerts.state_sequence", request)["states"].clone();
    assert_eq!(states, json!(["ok", "info", "warning", "in_alarm"]));
    is_read_without(&["alert_state"]);
}

// --- Event names --------------------------------------------------------------------------------------------------

/// 004: `WebhookEventName`: `wallet.created`, `wallet.updated` and `wallet.terminated`, each with the wallet. Today's
/// `wallet.ongoing_balance.updated` is not in the list (flexprice, section 4.1).
#[test]
fn there_are_events_of_wallets_created_updated_and_terminated() {
    for (event, status) in [
        ("created", Status::Active),
        ("updated", Status::Active),
        ("terminated", Status::Inactive),
    ] {
        let told = payload(&format!("flexprice/webhook_wallet_{event}"));
        assert_eq!(told["event_type"], json!(format!("wallet.{event}")));
        let read = read_flexprice(told["wallet"].clone()).unwrap();
        assert_eq!(read.status, status, "{event}");
    }
}

/// 004: `wallet.transaction.created`. Its transaction tells no `credits_available` (flexprice, section 4.2): it is not read as
/// credits that can be used, which would be a guess.
#[test]
fn there_is_an_event_of_wallet_transactions_created() {
    let told = json!({
        "id": "wtxn_1", "wallet_id": "wallet_1", "type": "credit", "transaction_status": "completed",
        "amount": "10", "credit_amount": "20", "expiry_date": null,
    });
    let read = |transaction: Value| {
        read_flexprice_with(documented()["wallet"].clone(), Some(json!([transaction])))
    };
    let fault = read(told.clone()).unwrap_err();
    let path = "wallets[0].grants[0].credits_available";
    assert_eq!((fault.code(), fault.path()), ("invalid_response", path));
    let listed = read(changed(told, json!({ "credits_available": "20" }))).unwrap();
    assert_eq!(listed.grants, Some(vec![grant("20", None)]));
}

/// 004: `wallet.credit_balance.dropped` and `.recovered`, `wallet.ongoing_balance.dropped` and `.recovered`. Today `info` and
/// `warning` send nothing (flexprice 59).
#[test]
fn there_are_events_of_balances_dropped_and_recovered() {
    for (watched, figure) in [
        (Watched::CreditBalance, "credit_balance"),
        (Watched::OngoingBalance, "ongoing_balance"),
    ] {
        for (state, event) in [(State::InAlarm, "dropped"), (State::Ok, "recovered")] {
            let name = format!("wallet.{figure}.{event}");
            assert_eq!(webhook(watched, state), Some(name.as_str()));
            let told = payload(&format!("flexprice/webhook_wallet_{figure}_{event}"));
            assert_eq!(told["event_type"], json!(name));
        }
        for state in [State::Info, State::Warning] {
            assert_eq!(webhook(watched, state), None);
        }
    }
}

/// 004: `feature.wallet_balance.alert`. Today alerts of features are not evaluated: no state of a wallet sends one
/// (flexprice 62, section 4.1).
#[test]
fn there_is_an_event_of_a_features_wallet_balance() {
    for watched in [Watched::CreditBalance, Watched::OngoingBalance] {
        for state in [State::Ok, State::Info, State::Warning, State::InAlarm] {
            assert_ne!(
                webhook(watched, state),
                Some("feature.wallet_balance.alert")
            );
        }
    }
}
