//! What JavaScript may hand over that no JSON is: a fault with its path, never a trap and never an answer.

use creditgate::boundary::wasm::Account;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use super::{available_at, eval, is_fault, js};

const OPTIONS: &str = r#"{"taxRate": "0", "whenScopesOverlap": "estimate", "acceptFallback": true, "includePostpaid": false, "targetsWallets": false}"#;

fn open(wallets: JsValue, options: JsValue) -> Result<Account, JsValue> {
    Account::new(
        "lago",
        wallets,
        JsValue::UNDEFINED,
        JsValue::UNDEFINED,
        options,
    )
}

fn lago(wallets: &str) -> Result<Account, JsValue> {
    open(eval(wallets), js(OPTIONS))
}

/// A wallet with these members besides, as a JavaScript expression.
fn wallet(members: &str) -> String {
    format!(r#"{{lago_id: "w", currency: "EUR", balance_cents: "100", {members}}}"#)
}

fn available(wallets: &str) -> String {
    let account = lago(wallets).unwrap_or_else(|_| panic!("{wallets}"));
    let slot = account.slot("EUR\0charge");
    available_at(&account, slot.unwrap()).unwrap()
}

fn ongoing(value: &str) -> String {
    let all = r#"applies_to: {fee_types: [], billable_metric_codes: []}"#;
    format!(
        "[{}]",
        wallet(&format!("{all}, ongoing_balance_cents: {value}"))
    )
}

#[wasm_bindgen_test]
fn numbers_are_read_by_their_shortest_text() {
    for (number, units) in [
        ("1050", "10.5"),
        ("-0", "0"),
        ("1050.5", "10.505"),
        ("0.1 + 0.2", "0.0030000000000000004"),
        ("1e-7", "0.000000001"),
        ("9007199254740991", "90071992547409.91"),
        ("-9007199254740991", "-90071992547409.91"),
    ] {
        assert_eq!(available(&ongoing(number)), units, "{number}");
    }
    for (number, code) in [
        ("9007199254740992", "decimal_out_of_range"),
        ("-9007199254740992", "decimal_out_of_range"),
        ("1e21", "decimal_out_of_range"),
        ("-1e300", "decimal_out_of_range"),
        ("5e-324", "decimal_out_of_range"),
        ("Infinity", "invalid_response"),
        ("NaN", "invalid_response"),
    ] {
        let path = Some("wallets[0].ongoing_balance_cents");
        is_fault(lago(&ongoing(number)), code, path);
    }
}

#[wasm_bindgen_test]
fn what_no_json_can_be_is_no_amount_and_no_text() {
    for value in [
        "10n",
        "Symbol('1')",
        "() => 1",
        "new String('1')",
        "new Number(1)",
        "new Map()",
    ] {
        is_fault(
            lago(&ongoing(value)),
            "invalid_response",
            Some("wallets[0].ongoing_balance_cents"),
        );
        is_fault(
            lago(&format!("[{}]", wallet(&format!("code: {value}")))),
            "invalid_response",
            Some("wallets[0].code"),
        );
    }
    for value in ["new Set()", "{length: 0}", "new Uint8Array(1)"] {
        is_fault(lago(value), "invalid_response", Some("wallets"));
    }
    let undefined = wallet("code: undefined, applies_to: undefined, priority: undefined");
    assert!(lago(&format!("[{undefined}]")).is_ok());
}

#[wasm_bindgen_test]
fn a_getter_that_throws_is_a_fault_of_its_field() {
    let throws = |key: &str| wallet(&format!("get {key}() {{ throw new Error('no') }}"));
    for key in [
        "lago_id",
        "currency",
        "balance_cents",
        "priority",
        "created_at",
        "applies_to",
        "recurring_transaction_rules",
    ] {
        is_fault(
            lago(&format!("[{}, {}]", wallet(""), throws(key))),
            "invalid_response",
            Some(&format!("wallets[1].{key}")),
        );
    }
    let inner = "applies_to: {get fee_types() { throw null }}";
    is_fault(
        lago(&format!("[{}]", wallet(inner))),
        "invalid_response",
        Some("wallets[0].applies_to.fee_types"),
    );
    let hole = "Object.defineProperty([], 0, {get() { throw undefined }})";
    is_fault(lago(hole), "invalid_response", Some("wallets[0]"));
}

#[wasm_bindgen_test]
fn a_proxy_that_misbehaves_is_a_fault() {
    let revoked = "(({proxy, revoke}) => (revoke(), proxy))(Proxy.revocable([], {}))";
    is_fault(lago(revoked), "invalid_response", Some("wallets"));
    is_fault(
        lago(&format!("[{revoked}]")),
        "invalid_response",
        Some("wallets[0]"),
    );
    for length in [
        "NaN",
        "-1",
        "0.5",
        "Infinity",
        "2 ** 53",
        "'1'",
        "1n",
        "Symbol()",
        "{valueOf() { throw 1 }}",
    ] {
        let lies = format!("new Proxy([], {{get: () => ({length})}})");
        is_fault(lago(&lies), "invalid_response", Some("wallets"));
    }
    let throws = "new Proxy([], {get() { throw new Error('no') }})";
    is_fault(lago(throws), "invalid_response", Some("wallets"));
    let endless = "new Proxy([], {get: (_, key) => (key === 'length' ? 2 ** 32 - 1 : undefined)})";
    is_fault(lago(endless), "invalid_response", Some("wallets[0]"));
}

#[wasm_bindgen_test]
fn options_that_misbehave_are_faults() {
    let wallets = || eval(&format!("[{}]", wallet("")));
    for (traps, path) in [
        ("ownKeys() { throw 1 }", None),
        (
            "get(target, key) { if (key === 'taxRate') throw 1; return target[key] }",
            Some("taxRate"),
        ),
    ] {
        let options = eval(&format!("new Proxy({OPTIONS}, {{{traps}}})"));
        is_fault(open(wallets(), options), "invalid_input", path);
    }
    assert!(open(wallets(), eval(&format!("Object.freeze({OPTIONS})"))).is_ok());
}

#[wasm_bindgen_test]
fn a_getter_that_opens_an_account_itself_does_no_harm() {
    let inside = wasm_bindgen::closure::Closure::<dyn FnMut() -> JsValue>::new(|| {
        assert_eq!(available(&ongoing("'700'")), "7");
        "active".into()
    });
    let list = eval(&ongoing("'300'"));
    let holder = js_sys::Array::from(&list).get(0);
    let descriptor = js_sys::Object::new();
    js_sys::Reflect::set(&descriptor, &"get".into(), inside.as_ref()).unwrap();
    js_sys::Object::define_property(&js_sys::Object::from(holder), &"status".into(), &descriptor);
    let account = open(list, js(OPTIONS)).unwrap_or_else(|_| panic!("good"));
    let slot = account.slot("EUR\0charge").unwrap();
    assert_eq!(available_at(&account, slot), Some("3".to_owned()));
}
