//! The timer of `watch()`, on a `setTimeout` that is stood in for.

use creditgate::boundary::wasm::Timer;
use js_sys::{Array, Function, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{eval, get};

/// Puts the runtime's own timers back when it goes out of scope.
struct Timers {
    stub: JsValue,
}

impl Timers {
    fn new() -> Self {
        let stub = eval(
            "(() => {
                const { setTimeout, clearTimeout } = globalThis;
                const set = new Map();
                const waits = [];
                globalThis.setTimeout = (callback, after) => (waits.push(after), set.set(waits.length, callback), waits.length);
                globalThis.clearTimeout = (id) => set.delete(id);
                const fireAll = () => [...set].forEach(([id, callback]) => (set.delete(id), callback()));
                const restore = () => Object.assign(globalThis, { setTimeout, clearTimeout });
                return { set, waits, fireAll, restore };
            })()",
        );
        Self { stub }
    }

    fn pending(&self) -> f64 {
        get(&get(&self.stub, "set"), "size").as_f64().unwrap()
    }

    fn waits(&self) -> Vec<f64> {
        let waits = Array::from(&get(&self.stub, "waits"));
        waits.iter().map(|wait| wait.as_f64().unwrap()).collect()
    }

    /// What firing all timers throws, as the runtime would hear of it.
    fn fire_all(&self) -> Result<JsValue, JsValue> {
        call(&self.stub, "fireAll")
    }
}

impl Drop for Timers {
    fn drop(&mut self) {
        let _ = call(&self.stub, "restore");
    }
}

fn call(object: &JsValue, method: &str) -> Result<JsValue, JsValue> {
    get(object, method)
        .unchecked_ref::<Function>()
        .call0(object)
}

/// A function that counts its calls in its `calls`, and then does `then`.
fn counted(then: &str) -> Function {
    let function = eval(&format!(
        "(() => {{ const f = () => {{ f.calls += 1; {then} }}; f.calls = 0; return f; }})()"
    ));
    function.unchecked_into()
}

fn calls(function: &Function) -> f64 {
    get(function, "calls").as_f64().unwrap()
}

fn memory() -> f64 {
    let memory = wasm_bindgen::memory();
    let buffer = Reflect::get(&memory, &"buffer".into()).unwrap();
    get(&buffer, "byteLength").as_f64().unwrap()
}

#[wasm_bindgen_test]
fn fires_once_after_its_time() {
    let timers = Timers::new();
    let callback = counted("");
    let timer = Timer::new(2_147_483_647, callback.clone());
    assert_eq!(timers.waits(), [2_147_483_647.0]);
    assert_eq!(calls(&callback), 0.0);
    timers.fire_all().unwrap();
    assert_eq!(calls(&callback), 1.0);
    drop(timer);
    assert_eq!(timers.pending(), 0.0);
}

#[wasm_bindgen_test]
fn freed_it_is_cleared() {
    let timers = Timers::new();
    let callback = counted("");
    drop(Timer::new(5, callback.clone()));
    assert_eq!(timers.pending(), 0.0);
    timers.fire_all().unwrap();
    assert_eq!(calls(&callback), 0.0);
}

#[wasm_bindgen_test]
fn what_the_callback_throws_stays_outside() {
    let timers = Timers::new();
    let callback = counted("throw new Error('listener');");
    for fired in 1..=100 {
        let timer = Timer::new(5, callback.clone());
        timers.fire_all().unwrap();
        assert_eq!(calls(&callback), f64::from(fired));
        drop(timer);
    }
}

#[wasm_bindgen_test]
fn ten_thousand_leave_nothing_behind() {
    let timers = Timers::new();
    let callback = counted("");
    let make_and_end = |fire: bool| {
        for _ in 0..10_000 {
            let timer = Timer::new(5, callback.clone());
            if fire {
                timers.fire_all().unwrap();
            }
            drop(timer);
        }
    };
    make_and_end(false);
    let before = memory();
    make_and_end(false);
    make_and_end(true);
    assert_eq!(memory(), before);
    assert_eq!(timers.pending(), 0.0);
    assert_eq!(calls(&callback), 10_000.0);
}
