//! The growth of the engine's memory.

use core::hint::black_box;
use core::sync::atomic::{AtomicUsize, Ordering};

const PAGE: usize = 65_536;

/// Of what there is, so much more at a time.
const SHARE: usize = 16;

/// Pages at the last look.
static PAGES: AtomicUsize = AtomicUsize::new(0);

/// Makes room ahead once the memory has grown. An engine of JavaScript takes every growth for an allocation of all of it and
/// collects garbage for its sake: of a hundred thousand customers and more, page by page that is most of what they cost.
pub fn grow_ahead() {
    let pages = core::arch::wasm32::memory_size(0);
    if pages <= PAGES.load(Ordering::Relaxed) {
        return;
    }
    // The allocator keeps what it is given back, and where there is no more, there is enough for now.
    let mut room = Vec::<u8>::new();
    let asked = room.try_reserve_exact((pages / SHARE).saturating_mul(PAGE));
    drop(black_box((asked, room)));
    PAGES.store(core::arch::wasm32::memory_size(0), Ordering::Relaxed);
}
