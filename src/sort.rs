//! Sorting with one sort for every kind of element: in WebAssembly each would bring another 3 KB of code.

use core::cmp::Ordering;

/// The elements in an order; equal ones stay as they stand.
pub(crate) fn sorted<T: Copy>(list: &[T], order: impl Fn(&T, &T) -> Ordering) -> Vec<T> {
    let by_place = |a: usize, b: usize| match (list.get(a), list.get(b)) {
        (Some(a), Some(b)) => order(a, b),
        _ => Ordering::Equal,
    };
    let places = sorted_places(list.len(), &by_place);
    let elements = places.into_iter().filter_map(|place| list.get(place));
    elements.copied().collect()
}

/// By insertion, which is short: a list is of one customer's wallets, or of one invoice's lines.
fn sorted_places(count: usize, order: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut places: Vec<usize> = Vec::with_capacity(count);
    for place in 0..count {
        let at = places.partition_point(|before| order(*before, place) != Ordering::Greater);
        places.insert(at, place);
    }
    places
}
