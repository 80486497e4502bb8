//! What a provider leaves open: the order of equals in an unstable sort, or of lines that are listed without one.

use core::cmp::Ordering;

/// Which way equals are put where the provider's own order of them is undefined.
///
/// [`Ties::Forward`] is the answer of this crate, the same for the same input. [`Ties::Backward`] is the opposite
/// choice: where the two answers differ, the provider's may be either.
///
/// ```
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::credits::{Credit, consume};
/// use creditgate::engine::ties::Ties;
/// use creditgate::time::Timestamp;
///
/// let credit = Credit {
///     amount: Decimal::from(10),
///     available: Decimal::from(10),
///     priority: None,
///     expiry: None,
///     is_completed: true,
/// };
/// let consume = |ties| consume(&[credit, credit], Decimal::ONE, Timestamp(0), ties);
/// let first = |ties| Ok(consume(ties)?.taken.first().map(|taken| taken.0));
/// assert_eq!((first(Ties::Forward)?, first(Ties::Backward)?), (Some(0), Some(1)));
/// # Ok::<(), creditgate::error::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ties {
    /// As given, or by name.
    #[default]
    Forward,
    /// The other way round.
    Backward,
}

impl Ties {
    /// An order among equals, turned round for [`Ties::Backward`].
    ///
    /// ```
    /// use core::cmp::Ordering;
    ///
    /// use creditgate::engine::ties::Ties;
    ///
    /// assert_eq!(Ties::Forward.order(Ordering::Less), Ordering::Less);
    /// assert_eq!(Ties::Backward.order(Ordering::Less), Ordering::Greater);
    /// ```
    pub fn order(self, forward: Ordering) -> Ordering {
        match self {
            Self::Forward => forward,
            Self::Backward => forward.reverse(),
        }
    }

    /// A list whose order is open, put in order before a stable sort (R-APP-6; flexprice 20, 26, 30).
    ///
    /// ```
    /// use creditgate::engine::ties::Ties;
    ///
    /// let mut list = [1, 2, 3];
    /// Ties::Backward.arrange(&mut list);
    /// assert_eq!(list, [3, 2, 1]);
    /// ```
    pub fn arrange<T>(self, list: &mut [T]) {
        if self == Self::Backward {
            list.reverse();
        }
    }
}
