/** The same page with React 19, which hands a custom element's properties over as they are. */
import { type CreditPreviewElement, defineCreditPreview } from "creditgate/browser";
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { createRoot } from "react-dom/client";
import { type Cart, cartStore, confirmOrder, draft, MOST, openCheckout, priceOf, type Product, PRODUCTS, topUp, withQuantity } from "./visit.ts";

declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      "credit-preview": DetailedHTMLProps<HTMLAttributes<CreditPreviewElement>, CreditPreviewElement> & Partial<Pick<CreditPreviewElement, "checkout" | "draft">>;
    }
  }
}

defineCreditPreview();
const checkout = openCheckout();

function Checkout() {
  const [cart, setCart] = useState(cartStore.load);
  const [notice, setNotice] = useState("");
  const [isBusy, setBusy] = useState(false);
  const preview = useRef<CreditPreviewElement>(null);
  const state = useSyncExternalStore((tell) => checkout.subscribe(tell), () => checkout.state);
  const invoice = useMemo(() => draft(cart), [cart]);
  useEffect(() => cartStore.save(cart), [cart]);

  const isReady = state.status === "ready" && !isBusy;
  const change = (next: Cart) => {
    setCart(next);
    setNotice("");
  };
  const work = async (ask: () => Promise<string>) => {
    setBusy(true);
    setNotice(await ask().catch(() => "The shop could not be reached. Nothing was charged."));
    setBusy(false);
  };
  const confirm = async () => {
    const shown = preview.current?.preview;
    return shown === undefined ? "" : confirmOrder(checkout, cart, shown);
  };

  return (
    <>
      <section aria-labelledby="cart-title">
        <h1 id="cart-title">Your cart</h1>
        <ul className="cart">
          {PRODUCTS.map((product) => (
            <Row key={product.id} product={product} quantity={cart[product.id] ?? 0} onChange={(quantity) => change(withQuantity(cart, product.id, quantity))} />
          ))}
        </ul>
      </section>
      <section className="payment" aria-label="Payment">
        <credit-preview ref={preview} checkout={checkout} draft={invoice} />
        <p className="notice" role="status">{notice}</p>
        <div className="actions">
          <button type="button" className="confirm" disabled={!isReady || invoice.lines.length === 0} onClick={() => void work(confirm)}>Confirm order</button>
          <button type="button" className="top-up" disabled={!isReady} onClick={() => void work(() => topUp(checkout))}>Add 25 credits</button>
        </div>
        <p className="small">What you see here is computed in your browser. We price your order again when you confirm.</p>
      </section>
    </>
  );
}

function Row({ product, quantity, onChange }: { product: Product; quantity: number; onChange: (quantity: number) => void }) {
  return (
    <li data-product={product.id}>
      <span className="icon" data-icon={product.id} />
      <div className="what"><strong id={`name-${product.id}`}>{product.name}</strong><span>{product.unit}</span></div>
      <span className="each">{priceOf(product)}</span>
      <div className="quantity" role="group" aria-labelledby={`name-${product.id}`}>
        <button type="button" className="less" aria-label="One less" onClick={() => onChange(quantity - 1)}>−</button>
        <input type="number" inputMode="numeric" min={0} max={MOST} value={quantity} aria-label="Quantity" onChange={(event) => onChange(event.target.valueAsNumber)} />
        <button type="button" className="more" aria-label="One more" onClick={() => onChange(quantity + 1)}>+</button>
      </div>
    </li>
  );
}

createRoot(document.getElementById("checkout") as HTMLElement).render(<Checkout />);
