/** How `<credit-preview>` looks. Custom properties of the page are read once, at the top; the rest uses their private twins. */

/**
 * The style sheet. Lengths are in em of the page's own text, directions are logical, and the layout follows the
 * element's width rather than the window's.
 */
export const STYLES = `
:host {
  color-scheme: light dark;
  container-type: inline-size;
  display: block;
  --_surface: var(--credit-preview-surface, light-dark(#ffffff, #16181d));
  --_border: var(--credit-preview-border, light-dark(#dfe2e8, #32363f));
  --_text: var(--credit-preview-text, light-dark(#1b1f27, #eceef2));
  --_muted: var(--credit-preview-muted, light-dark(#5a6270, #a5adba));
  --_accent: var(--credit-preview-accent, light-dark(#2450c8, #9db8ff));
  --_positive: var(--credit-preview-positive, light-dark(#0b6b3f, #6fd6a0));
  --_warning: var(--credit-preview-warning, light-dark(#7a4b00, #f0c063));
  --_critical: var(--credit-preview-critical, light-dark(#a8201a, #ff9a90));
  --_track: var(--credit-preview-track, light-dark(#e6e9ef, #2b2f38));
  --_pattern: var(--credit-preview-pattern, light-dark(rgb(255 255 255 / 55%), rgb(0 0 0 / 45%)));
  --_wallet-1: var(--credit-preview-wallet-1, light-dark(#2f5bd0, #86a6ff));
  --_wallet-2: var(--credit-preview-wallet-2, light-dark(#0c7a6b, #4fc9b4));
  --_wallet-3: var(--credit-preview-wallet-3, light-dark(#a8530a, #f0a65c));
  --_wallet-4: var(--credit-preview-wallet-4, light-dark(#7a3fc4, #c5a0ff));
  --_wallet-5: var(--credit-preview-wallet-5, light-dark(#b3265f, #ff94ba));
  --_wallet-6: var(--credit-preview-wallet-6, light-dark(#566070, #b4bcc9));
  --_radius: var(--credit-preview-radius, 0.75em);
  --_padding: var(--credit-preview-padding, 1.5em);
  --_gap: var(--credit-preview-gap, 1.25em);
  --_bar: var(--credit-preview-bar-size, 0.5em);
}
:host([hidden]) { display: none; }
*, ::before, ::after { box-sizing: border-box; }

[part~="base"] {
  background: var(--_surface);
  border: 1px solid var(--_border);
  border-radius: var(--_radius);
  color: var(--_text);
  font-family: var(--credit-preview-font, inherit);
  line-height: 1.45;
  overflow-wrap: anywhere;
  padding: var(--_padding);
  position: relative;
}
[part~="heading"], [part~="wallets-heading"] {
  font-size: 1.125em;
  font-weight: 600;
  line-height: 1.3;
  margin: 0;
}
[part~="heading"]:focus { outline: none; }
[part~="heading"]:focus-visible { outline: 2px solid var(--_accent); outline-offset: 3px; border-radius: 2px; }
[part~="wallets-heading"] { font-size: 1em; }
[part~="body"] { display: flex; flex-direction: column; gap: var(--_gap); margin-block-start: var(--_gap); }
ul, dl, dd, p { list-style: none; margin: 0; padding: 0; }
[part~="amount"] { font-variant-numeric: tabular-nums; }
[part~="hint"], [part~="note"], [part~="wallet-detail"], [part~="share-credits"] { color: var(--_muted); font-size: 0.875em; }

[part~="lines"] { display: flex; flex-direction: column; gap: var(--_gap); }
[part~="line-head"], [part~="line-discount"], [part~="line-payable"], [part~="total"], [part~="due"] {
  column-gap: 1em;
  display: flex;
  flex-wrap: wrap;
  justify-content: space-between;
}
/* A label wraps within its half before a long amount goes below it. */
[part~="line-label"], [part~="payer"], [part~="wallet"] > [part~="wallet-name"], dt { flex: 1 1 50%; min-inline-size: 0; }
dt { column-gap: 0.5em; display: flex; flex-wrap: wrap; align-items: baseline; }
[part~="line-amount"], [part~="share-amount"], dd { margin-inline-start: auto; text-align: end; }
[part~="line-label"] { font-weight: 500; }
[part~="line-discount"], [part~="line-payable"] { color: var(--_muted); font-size: 0.875em; }
[part~="line-discount"] > [part~="hint"], [part~="line-payable"] > [part~="hint"] { font-size: 1em; }

[part~="bar"] { display: flex; gap: 2px; margin-block: 0.5em; }
[part~="segment"], [part~="rest"], [part~="swatch"] { block-size: var(--_bar); border-radius: 2px; }
[part~="segment"], [part~="rest"] { flex: 0 1 0; }
[part~="segment"] { min-inline-size: 3px; }
[part~="bar"] > :first-child { border-start-start-radius: var(--_bar); border-end-start-radius: var(--_bar); }
[part~="bar"] > :last-child { border-start-end-radius: var(--_bar); border-end-end-radius: var(--_bar); }
[part~="rest"], [part~="unpaid"] > [part~="swatch"] { background: var(--_track); }
[part~="swatch"] { block-size: 0.75em; flex: none; inline-size: 0.75em; }
@media (prefers-reduced-motion: no-preference) {
  [part~="segment"], [part~="rest"] { transition: flex-grow 200ms ease-out; }
}

[data-colour] { background-color: var(--_colour); }
[data-colour="1"] { --_colour: var(--_wallet-1); }
[data-colour="2"] { --_colour: var(--_wallet-2); background-image: repeating-linear-gradient(135deg, transparent 0 3px, var(--_pattern) 3px 5px); }
[data-colour="3"] { --_colour: var(--_wallet-3); background-image: radial-gradient(circle, var(--_pattern) 1.2px, transparent 1.4px); background-size: 5px 4px; }
[data-colour="4"] { --_colour: var(--_wallet-4); background-image: repeating-linear-gradient(90deg, transparent 0 3px, var(--_pattern) 3px 5px); }
[data-colour="5"] { --_colour: var(--_wallet-5); background-image: repeating-linear-gradient(45deg, transparent 0 3px, var(--_pattern) 3px 5px); }
[data-colour="6"] { --_colour: var(--_wallet-6); background-image: repeating-linear-gradient(0deg, transparent 0 2px, var(--_pattern) 2px 4px); }

[part~="shares"], [part~="reasons"] { display: flex; flex-direction: column; gap: 0.25em; }
[part~="share"], [part~="wallet"] { align-items: baseline; column-gap: 0.5em; display: flex; flex-wrap: wrap; }
[part~="share"] { font-size: 0.9375em; }
[part~="payer"] { column-gap: 0.5em; display: flex; flex-wrap: wrap; align-items: baseline; }
[part~="unpaid"] > :not([part~="swatch"]) { color: var(--_muted); }
[part~="unpaid"] > [part~="swatch"] { border: 1px solid var(--_muted); }

details { font-size: 0.875em; margin-block-start: 0.375em; }
[part~="summary"] { border-radius: 4px; color: var(--_muted); cursor: pointer; inline-size: fit-content; padding-block: 0.25em; }
[part~="summary"]:hover { color: var(--_text); }
[part~="summary"]:focus-visible, [part~="button"]:focus-visible { outline: 2px solid var(--_accent); outline-offset: 2px; }
[part~="reasons"] { border-inline-start: 2px solid var(--_border); margin-block: 0.25em; padding-inline-start: 0.75em; }
[part~="reason"] { column-gap: 0.75em; display: flex; flex-wrap: wrap; }
[part~="reason"] > [part~="hint"] { font-size: 1em; }
[part~="reason"] > [part~="amount"] { margin-inline-start: auto; }

[part~="totals"] { border-block-start: 1px solid var(--_border); display: flex; flex-direction: column; gap: 0.375em; padding-block-start: var(--_gap); }
[part~="total"]:not([part~="before"]) > dt { color: var(--_muted); }
[part~="due"] { align-items: baseline; border-block-start: 1px solid var(--_border); margin-block-start: 0.625em; padding-block-start: 0.75em; }
[part~="due-label"] { font-weight: 600; }
[part~="due-amount"] { font-size: 1.75em; font-weight: 650; letter-spacing: -0.01em; line-height: 1.2; }
[part~="coverage"] { color: var(--_muted); margin-block-start: calc(0.25em - var(--_gap)); text-align: end; }
[part~="covered"], [part~="free"] { color: var(--_positive); font-weight: 500; }
[part~="covered"]::before {
  block-size: 0.75em;
  border: solid currentColor;
  border-width: 0 0.14em 0.14em 0;
  content: "";
  display: inline-block;
  inline-size: 0.375em;
  margin-inline-end: 0.5em;
  rotate: 45deg;
}

[part~="wallets"] { border-block-start: 1px solid var(--_border); padding-block-start: var(--_gap); }
[part~="wallet-list"] { display: flex; flex-direction: column; gap: 0.75em; }
[part~="wallets-heading"] + * { margin-block-start: 0.75em; }
[part~="wallet-after"] { font-weight: 500; margin-inline-start: auto; text-align: end; }
[part~="wallet-details"] { column-gap: 1em; display: flex; flex-basis: 100%; flex-wrap: wrap; padding-inline-start: 1.25em; }
[part~="wallet-detail"] > [part~="share-credits"]::before { content: " · "; }
[part~="wallet-detail"] > [part~="share-credits"] { font-size: 1em; }

[part~="mark"] {
  border: 1px dashed currentColor;
  border-radius: 1em;
  color: var(--_warning);
  display: inline-block;
  font-size: 0.75rem;
  font-weight: 500;
  letter-spacing: 0;
  line-height: 1.3;
  margin-inline-start: 0.625em;
  padding: 0.0625em 0.5em;
  vertical-align: middle;
}
[part~="notes"] { display: flex; flex-direction: column; gap: 0.375em; }

[part~="message"] { color: var(--_muted); }
[part~="notice"] {
  align-items: center;
  border: 1px solid var(--_border);
  border-inline-start: 3px solid currentColor;
  border-radius: 4px;
  display: flex;
  flex-wrap: wrap;
  gap: 0.625em 1em;
  justify-content: space-between;
  padding: 0.75em 1em;
}
[part~="notice"] > [part~="message"] { color: inherit; flex: 1 1 14em; }
[part~="stale"] { color: var(--_warning); }
[part~="notice"][part~="error"] { color: var(--_critical); }
[part~="button"] {
  background: transparent;
  border: 1px solid currentColor;
  border-radius: 0.5em;
  color: var(--_accent);
  cursor: pointer;
  font: inherit;
  font-weight: 500;
  min-block-size: 2.5em;
  padding: 0.25em 1em;
}
[part~="button"]:hover { text-decoration: underline; }
[part~="button"][aria-disabled] { color: var(--_muted); cursor: default; text-decoration: none; }

[part~="skeletons"] { display: flex; flex-direction: column; gap: 0.875em; }
[part~="skeleton"] { background: var(--_track); block-size: 1em; border-radius: 0.5em; }
[part~="skeleton"]:last-child { inline-size: 60%; }
@media (prefers-reduced-motion: no-preference) {
  [part~="skeleton"] { animation: breathe 1.6s ease-in-out infinite alternate; }
  @keyframes breathe { to { opacity: 0.45; } }
}

[part~="announcement"] { block-size: 1px; clip-path: inset(50%); inline-size: 1px; overflow: hidden; position: absolute; white-space: nowrap; }

@container (inline-size < 24em) {
  [part~="base"] { padding: min(var(--_padding), 1em); }
  [part~="due-amount"] { font-size: 1.5em; }
}
@media (forced-colors: active) {
  [data-colour] { --_colour: CanvasText; --_pattern: Canvas; forced-color-adjust: none; }
  [part~="rest"], [part~="skeleton"] { background: Canvas; border: 1px solid CanvasText; }
  [part~="button"][aria-disabled] { border-color: GrayText; color: GrayText; }
}
`;
