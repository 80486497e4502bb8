//! What a usage is for.

/// The key that decides which wallets may pay a usage or a fee.
///
/// Lago: fee type, billable metric and target wallet (R-APP-4, R-ONG-6). Flexprice: the price type alone,
/// in `fee_type`.
///
/// The order is that of R-ONG-8: fee type, metric, target wallet, an absent one first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FeeKey {
    /// Lago fee type (`charge`, `subscription`, ...) or Flexprice price type (`USAGE`, `FIXED`).
    pub fee_type: String,
    /// Code of the billable metric.
    pub metric: Option<String>,
    /// Code of the one wallet that may pay.
    pub target_wallet: Option<String>,
}

impl FeeKey {
    /// A key of a fee type (Lago) or a price type (Flexprice) alone.
    ///
    /// ```
    /// use creditgate::model::fee_key::FeeKey;
    ///
    /// assert_eq!(FeeKey::new("USAGE").metric, None);
    /// ```
    pub fn new(fee_type: &str) -> Self {
        Self {
            fee_type: fee_type.to_owned(),
            metric: None,
            target_wallet: None,
        }
    }

    /// The same key for the code of a billable metric (R-APP-4): charges of one metric share a key.
    ///
    /// ```
    /// use creditgate::model::fee_key::FeeKey;
    ///
    /// let tokens = FeeKey::new("charge").metric("tokens");
    /// assert_eq!(tokens.metric.as_deref(), Some("tokens"));
    /// assert!(FeeKey::new("charge") < tokens, "R-ONG-8: an absent metric comes first");
    /// ```
    #[must_use]
    pub fn metric(mut self, metric: &str) -> Self {
        self.metric = Some(metric.to_owned());
        self
    }

    /// The same key, payable only by the wallet of this code (R-APP-9).
    ///
    /// ```
    /// use creditgate::model::fee_key::FeeKey;
    ///
    /// let key = FeeKey::new("charge").metric("tokens").target_wallet("team_a");
    /// assert_eq!(key.target_wallet.as_deref(), Some("team_a"));
    /// ```
    #[must_use]
    pub fn target_wallet(mut self, code: &str) -> Self {
        self.target_wallet = Some(code.to_owned());
        self
    }
}
