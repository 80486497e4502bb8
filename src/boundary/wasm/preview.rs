//! How credits would pay a draft invoice: `previewInvoice` of `creditgate/engine`.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::fault::error_to_js;
use crate::boundary::answer;
use crate::boundary::open::{self, instant};

/// Previews a draft against a provider's wallets; `grants` are entries of wallet id and credit transactions, or
/// undefined.
#[wasm_bindgen(js_name = previewInvoice, unchecked_return_type = "EnginePreview")]
pub fn preview_invoice(
    profile: &str,
    wallets: JsValue,
    grants: JsValue,
    invoice: JsValue,
    now: f64,
) -> core::result::Result<JsValue, JsValue> {
    let preview =
        instant(now).and_then(|now| open::preview(profile, wallets, grants, invoice, now));
    match preview {
        Ok(preview) => Ok(answer::preview(&preview)),
        Err(error) => Err(error_to_js(&error)),
    }
}
