//! What JavaScript calls: the request's bytes in, the answer's bytes out.
//!
//! The bytes of the call in hand lie in one buffer. It is taken out while the engine runs, so that a call that fails
//! half-way leaves nothing behind.

use core::cell::Cell;

thread_local! {
    static BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Makes room for a request of so many bytes, and says where.
#[unsafe(no_mangle)]
#[allow(unsafe_code)] // An export needs its name; nothing here is unsafe beyond that.
extern "C" fn room(length: usize) -> *mut u8 {
    let mut request = BUFFER.take();
    request.clear();
    request.resize(length, 0);
    let at = request.as_mut_ptr();
    BUFFER.set(request);
    at
}

/// Answers the request that was put there; says how many bytes the answer has.
#[unsafe(no_mangle)]
#[allow(unsafe_code)]
extern "C" fn call() -> usize {
    let request = String::from_utf8(BUFFER.take()).unwrap_or_default();
    let answer = super::call(&request).into_bytes();
    let length = answer.len();
    BUFFER.set(answer);
    length
}

/// Where the answer is.
#[unsafe(no_mangle)]
#[allow(unsafe_code)]
extern "C" fn answer() -> *const u8 {
    let answer = BUFFER.take();
    let at = answer.as_ptr();
    BUFFER.set(answer);
    at
}
