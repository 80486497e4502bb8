//! Properties that hold for every input, checked on random ones.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]
#![cfg(not(target_arch = "wasm32"))]

mod support;

#[path = "properties/arbitrary_input.rs"]
mod arbitrary_input;
#[path = "properties/billing.rs"]
mod billing;
#[path = "properties/decimals.rs"]
mod decimals;
#[path = "properties/flexprice.rs"]
mod flexprice;
#[path = "properties/lago.rs"]
mod lago;
#[path = "properties/lago_2022.rs"]
mod lago_2022;
#[path = "properties/packing.rs"]
mod packing;
#[path = "properties/reconstruction.rs"]
mod reconstruction;
#[path = "properties/times.rs"]
mod times;

use proptest::test_runner::Config;

/// So many cases; a failing one is printed and not kept in a file.
fn cases(count: u32) -> Config {
    Config {
        cases: count,
        failure_persistence: None,
        ..Config::default()
    }
}
