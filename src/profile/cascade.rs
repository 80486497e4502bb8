//! How usage falls on wallets that pay one after the other.

use crate::decimal::Decimal;
use crate::error::Result;

/// R-ONG-10: shares `usage` out over wallets in paying order. Each takes what it has room for; one without a
/// limit (`None`), and the last in any case, takes all that remains.
///
/// # Errors
/// `decimal_out_of_range`.
pub(crate) fn share_out(usage: Decimal, rooms: &[Option<Decimal>]) -> Result<Vec<Decimal>> {
    let mut remaining = usage;
    let mut shares = Vec::with_capacity(rooms.len());
    for (index, room) in rooms.iter().enumerate() {
        let is_last = index.saturating_add(1) == rooms.len();
        let share = match room {
            Some(room) if !is_last => remaining.min(room.or_zero()),
            _ => remaining,
        };
        remaining = remaining.try_sub(share)?;
        shares.push(share);
    }
    Ok(shares)
}
