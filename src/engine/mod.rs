//! The rules, as pure functions over the model: one module, one subject. What differs between the providers' answers
//! to "can these wallets cover this usage?" is not here but in [`crate::profile`].
//!
//! | Module | Lago | Flexprice |
//! |---|---|---|
//! | **The gate** | | |
//! | [`coverage`] | which wallets may pay: R-APP-2, R-APP-9; what is left: R-ONG-12, R-EXP-1 | 11, 19, 26, 27, 42 |
//! | [`account`] | the same with debits and holds, in constant time: R-APP-8, R-ONG-8 | 13 to 16, 35 |
//! | **Invoices and usage** | | |
//! | [`application`] | credits on an invoice, the preview's rounding: R-APP, R-PREV | |
//! | [`application_2022`] | credits before tax: R-22-4, R-22-5 | |
//! | [`preview`] | what credits would pay of a draft, line by line: R-APP-3, R-PREV, R-22 | 26 to 37 |
//! | [`invoice`] | | coupons, credits, tax, totals, void refunds: 27 to 29, 33 to 36, 63 |
//! | [`payment`] | | which wallets pay, and post-paid payment: 26, 38 to 40 |
//! | [`ongoing`] | the ongoing balance and its cascade: R-ONG | |
//! | [`real_time`] | | the real-time balance, unpaid invoices: 6, 7, 10, 12, 48 |
//! | [`ties`] | what is left open: R-APP-6 | 20, 26, 30 |
//! | **Credits and money** | | |
//! | [`conversion`] | R-CONV, R-ONG-11, R-ONG-12 | 1 |
//! | [`precision`] | | section 1.7, 6, 33, 35 |
//! | [`balance`] | settled balances: R-BAL, R-TX-1, R-TX-3, R-CN-1 | |
//! | [`ledger`] | | one operation on a wallet: 1 to 4, 22, 23, 47 |
//! | [`consumption`] | which grants are drained: R-CONS | |
//! | [`credits`] | | which credits are consumed, breakdown, sweep: 19 to 23, 43, 46 |
//! | [`grants`] | | how long credits live, proration: 45 |
//! | **Buying credits** | | |
//! | [`top_up`] | the limits of a purchase: R-TOP | |
//! | [`purchase`] | | which top-ups are accepted, when they arrive: section 2.2, 50, 51 |
//! | [`bonus`] | | slabs: 51 |
//! | [`recurring`] | recurring rules: R-RULE, R-THR, R-INT-6 | |
//! | [`interval`] | on which days: R-INT | |
//! | [`auto_top_up`] | | 52 to 55 |
//! | **A wallet's life** | | |
//! | [`creation`] | | sections 1.3 and 2.1 |
//! | [`lifecycle`] | R-APP-1, R-EXP, R-TX, R-VOIDINV, R-CN, R-NEW-3 | |
//! | [`wallet_2022`] | the one wallet of 2022: R-22-1, R-22-3, R-22-6 | |
//! | [`alert`] | R-ALRT | |
//! | [`alert_state`] | | 57 to 60 |
//! | **Requests, before they are sent** | | |
//! | [`validation`] | the provider's codes: R-VAL, R-NEW-1, R-CONV-6 | |
//! | [`requests`] | whole requests: R-VAL, R-NEW, R-TOP, R-THR-6 | |

pub mod account;
pub mod alert;
pub mod alert_state;
pub mod application;
pub mod application_2022;
pub mod auto_top_up;
pub mod balance;
pub mod bonus;
pub mod consumption;
pub mod conversion;
pub mod coverage;
pub mod creation;
pub mod credits;
pub mod grants;
pub mod interval;
pub mod invoice;
pub mod largest_remainder;
pub mod ledger;
pub mod lifecycle;
pub mod ongoing;
pub mod payment;
pub mod precision;
pub mod preview;
pub mod purchase;
pub mod real_time;
pub mod reconstruction;
pub mod recurring;
pub mod requests;
pub mod ties;
pub mod top_up;
pub mod validation;
pub mod wallet_2022;
