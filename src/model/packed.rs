//! Wallets in few bytes: an account is kept for every customer, and its wallets are read when something has changed.

use crate::currency::Currency;
use crate::decimal::Decimal;
use crate::error::{Error, Result};
use crate::model::scope::{Limits, Scope};
use crate::model::wallet::{Freshness, Grant, Kind, Status, Wallet};
use crate::time::Timestamp;

/// Wallets, one after the other: numbers in groups of seven bits, texts after their lengths.
#[derive(Clone, Debug)]
pub(crate) struct PackedWallets(Box<[u8]>);

impl PackedWallets {
    /// Packs wallets.
    pub(crate) fn new(wallets: &[Wallet]) -> Self {
        let mut to = Writer(Vec::new());
        to.list(wallets, Writer::wallet);
        Self(to.0.into_boxed_slice())
    }

    /// How many they are.
    pub(crate) fn len(&self) -> usize {
        self.reader().number() as usize
    }

    /// The wallets as they were.
    ///
    /// # Errors
    /// `engine_fault` where the bytes are none of [`PackedWallets::new`].
    pub(crate) fn unpack(&self) -> Result<Vec<Wallet>> {
        let mut from = self.reader();
        let wallets = from.list(Reader::wallet);
        if from.is_faulty || !from.bytes.is_empty() {
            return Err(Error::engine_fault());
        }
        Ok(wallets)
    }

    fn reader(&self) -> Reader<'_> {
        Reader {
            bytes: &self.0,
            is_faulty: false,
        }
    }
}

/// What a wallet is and has, in one number.
mod flag {
    pub(super) const ACTIVE: u64 = 1;
    pub(super) const PREPAID: u64 = 1 << 1;
    pub(super) const COMPUTED: u64 = 1 << 2;
    pub(super) const UNDATED: u64 = 1 << 3;
    pub(super) const THRESHOLD_RULE: u64 = 1 << 4;
    pub(super) const NAME: u64 = 1 << 5;
    pub(super) const CODE: u64 = 1 << 6;
    pub(super) const ONGOING_BALANCE: u64 = 1 << 7;
    pub(super) const EXPIRES_AT: u64 = 1 << 8;
    pub(super) const SCOPE: u64 = 1 << 9;
    pub(super) const GRANTS: u64 = 1 << 10;
}

fn flags(wallet: &Wallet) -> u64 {
    let when = |is_so: bool, flag: u64| if is_so { flag } else { 0 };
    when(wallet.status == Status::Active, flag::ACTIVE)
        | when(wallet.kind == Kind::Prepaid, flag::PREPAID)
        | when(wallet.freshness == Freshness::Computed, flag::COMPUTED)
        | when(wallet.freshness == Freshness::Undated, flag::UNDATED)
        | when(wallet.threshold_rule, flag::THRESHOLD_RULE)
        | when(wallet.name.is_some(), flag::NAME)
        | when(wallet.code.is_some(), flag::CODE)
        | when(wallet.ongoing_balance.is_some(), flag::ONGOING_BALANCE)
        | when(wallet.expires_at.is_some(), flag::EXPIRES_AT)
        | when(wallet.scope != Scope::Unknown, flag::SCOPE)
        | when(wallet.grants.is_some(), flag::GRANTS)
}

struct Writer(Vec<u8>);

impl Writer {
    fn wallet(&mut self, wallet: &Wallet) {
        self.number(flags(wallet));
        self.text(&wallet.id);
        self.number(wallet.currency.to_bits());
        self.integer(wallet.priority);
        self.integer(wallet.created_order);
        self.decimal(wallet.rate);
        self.decimal(wallet.balance);
        if let Some(name) = &wallet.name {
            self.text(name);
        }
        if let Some(code) = &wallet.code {
            self.text(code);
        }
        if let Some(ongoing_balance) = wallet.ongoing_balance {
            self.decimal(ongoing_balance);
        }
        if let Some(at) = wallet.expires_at {
            self.integer(at.0);
        }
        if let Scope::Limited(Limits { fee_types, metrics }) = &wallet.scope {
            for texts in [fee_types, metrics] {
                self.list(texts, |to, text| to.text(text));
            }
        }
        if let Some(grants) = &wallet.grants {
            self.list(grants, Self::grant);
        }
    }

    fn grant(&mut self, grant: &Grant) {
        self.decimal(grant.credits_available);
        self.number(u64::from(grant.expires_at.is_some()));
        if let Some(at) = grant.expires_at {
            self.integer(at.0);
        }
    }

    fn list<T>(&mut self, list: &[T], write: impl Fn(&mut Self, &T)) {
        self.number(list.len() as u64);
        for item in list {
            write(self, item);
        }
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.extend_from_slice(text.as_bytes());
    }

    fn decimal(&mut self, value: Decimal) {
        for word in value.to_words() {
            self.number(word);
        }
    }

    fn integer(&mut self, integer: i64) {
        self.number(integer.cast_unsigned());
    }

    fn number(&mut self, mut number: u64) {
        while number > LOW_BITS {
            self.0.push((number & LOW_BITS) as u8 | MORE);
            number >>= BITS;
        }
        self.0.push(number as u8);
    }
}

/// A byte of a number holds so many bits of it, the lowest first ...
const BITS: u32 = 7;
const LOW_BITS: u64 = 0x7f;

/// ... and this where there are more.
const MORE: u8 = 0x80;

/// What is read beyond the end is nothing, and a fault.
struct Reader<'a> {
    bytes: &'a [u8],
    is_faulty: bool,
}

impl Reader<'_> {
    fn wallet(&mut self) -> Wallet {
        let flags = self.number();
        let has = |flag: u64| flags & flag != 0;
        Wallet {
            id: self.text(),
            currency: Currency::from_bits(self.number()),
            status: if has(flag::ACTIVE) {
                Status::Active
            } else {
                Status::Inactive
            },
            kind: if has(flag::PREPAID) {
                Kind::Prepaid
            } else {
                Kind::Postpaid
            },
            priority: self.integer(),
            created_order: self.integer(),
            rate: self.decimal(),
            balance: self.decimal(),
            name: has(flag::NAME).then(|| self.text()),
            code: has(flag::CODE).then(|| self.text()),
            ongoing_balance: has(flag::ONGOING_BALANCE).then(|| self.decimal()),
            freshness: if has(flag::COMPUTED) {
                Freshness::Computed
            } else if has(flag::UNDATED) {
                Freshness::Undated
            } else {
                Freshness::CachedFallback
            },
            expires_at: has(flag::EXPIRES_AT).then(|| self.time()),
            scope: if has(flag::SCOPE) {
                Scope::Limited(Limits {
                    fee_types: self.list(Self::text),
                    metrics: self.list(Self::text),
                })
            } else {
                Scope::Unknown
            },
            threshold_rule: has(flag::THRESHOLD_RULE),
            grants: has(flag::GRANTS).then(|| self.list(Self::grant)),
        }
    }

    fn grant(&mut self) -> Grant {
        Grant {
            credits_available: self.decimal(),
            expires_at: (self.number() != 0).then(|| self.time()),
        }
    }

    fn list<T>(&mut self, read: impl Fn(&mut Self) -> T) -> Vec<T> {
        let mut list = Vec::new();
        let mut left = self.number();
        while left > 0 && !self.is_faulty {
            list.push(read(self));
            left = left.saturating_sub(1);
        }
        list
    }

    fn text(&mut self) -> String {
        let length = usize::try_from(self.number()).unwrap_or(usize::MAX);
        let Some((text, rest)) = self.bytes.split_at_checked(length) else {
            self.is_faulty = true;
            return String::new();
        };
        self.bytes = rest;
        let text = core::str::from_utf8(text);
        self.is_faulty |= text.is_err();
        text.unwrap_or_default().to_owned()
    }

    fn decimal(&mut self) -> Decimal {
        Decimal::from_words([self.number(), self.number()])
    }

    fn time(&mut self) -> Timestamp {
        Timestamp(self.integer())
    }

    fn integer(&mut self) -> i64 {
        self.number().cast_signed()
    }

    fn number(&mut self) -> u64 {
        let mut number = 0;
        let mut shift = 0_u32;
        loop {
            let Some((byte, rest)) = self.bytes.split_first() else {
                self.is_faulty = true;
                return 0;
            };
            self.bytes = rest;
            number |= (u64::from(*byte) & LOW_BITS).unbounded_shl(shift);
            if byte & MORE == 0 {
                return number;
            }
            shift = shift.saturating_add(BITS);
        }
    }
}
