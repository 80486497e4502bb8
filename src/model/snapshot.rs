//! A customer's wallets as fetched.

use crate::model::wallet::Wallet;
use crate::profile::Profile;

/// A customer's wallets under the rules of one provider.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Whose rules hold.
    pub profile: Profile,
    /// Every wallet, in the provider's order.
    pub wallets: Vec<Wallet>,
}
