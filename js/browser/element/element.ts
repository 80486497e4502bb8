/** The class of `<credit-preview>`: its life, its properties and events. */

import type { InvoicePreview } from "../../types.js";
import { Announcer } from "./announcer.js";
import { patch } from "./dom.js";
import { type Formats, formats, localeOf } from "./format.js";
import { type CreditPreviewMessages, ENGLISH } from "./messages.js";
import { type Outcome, outcomeOf } from "./outcome.js";
import { STYLES } from "./styles.js";
import type { CheckoutDraft, CreditPreviewElement, CreditPreviewEventMap, PreviewCheckout, ServerPreview } from "./types.js";
import { announcement, type View, view } from "./view.js";

/** Properties that a page may have set before the element was defined. */
const PROPERTIES = ["messages", "checkout", "draft", "preview"] as const;

/** Makes the class: it extends one that only pages have. One style sheet serves all its elements. */
export function creditPreviewElement(): new () => CreditPreviewElement {
  const styles = new CSSStyleSheet();
  styles.replaceSync(STYLES);

  return class extends HTMLElement implements CreditPreviewElement {
    static readonly observedAttributes = ["locale", "currency", "heading-level"];

    readonly #root = this.attachShadow({ mode: "open" });
    readonly #announcer = new Announcer((text) => {
      this.#announced = text;
      this.#draw();
    });
    readonly #places = new Map<string, number>();
    readonly #retry = () => void this.#loadAgain();
    #checkout: PreviewCheckout | undefined;
    #draft: CheckoutDraft | undefined;
    #assigned: ServerPreview | undefined;
    #messages: CreditPreviewMessages = ENGLISH;
    /** Kept while nothing changes and changes are heard of. */
    #outcome: Outcome | undefined;
    #formats: { readonly key: string; readonly made: Formats } | undefined;
    #isScheduled = false;
    /** What was shown when somebody asked to try again, until that has an end. */
    #retrying: Outcome | undefined;
    #announced = "";
    #lastPreview: string | undefined;
    #lastError: unknown;
    #leave: (() => void) | undefined;

    constructor() {
      super();
      this.#root.adoptedStyleSheets = [styles];
      for (const name of PROPERTIES) {
        if (!Object.hasOwn(this, name)) continue;
        const value = this[name];
        delete (this as Partial<CreditPreviewElement>)[name];
        Object.assign(this, { [name]: value });
      }
    }

    connectedCallback(): void {
      this.#join();
      this.#changed();
    }

    disconnectedCallback(): void {
      this.#leave?.();
      this.#announcer.stop();
    }

    attributeChangedCallback(): void {
      this.#changed();
    }

    get checkout(): PreviewCheckout | undefined {
      return this.#checkout;
    }

    set checkout(checkout: PreviewCheckout | undefined) {
      if (checkout === this.#checkout) return;
      this.#leave?.();
      this.#checkout = checkout ?? undefined;
      if (this.isConnected) this.#join();
      this.#changed();
    }

    get draft(): CheckoutDraft | undefined {
      return this.#draft;
    }

    set draft(draft: CheckoutDraft | undefined) {
      this.#draft = draft ?? undefined;
      this.#changed();
    }

    get preview(): InvoicePreview | undefined {
      const outcome = this.isConnected ? this.#current() : outcomeOf(this.#inputs());
      return outcome.kind === "figures" ? outcome.preview : undefined;
    }

    set preview(preview: ServerPreview | undefined) {
      this.#assigned = preview ?? undefined;
      this.#changed();
    }

    get messages(): CreditPreviewMessages {
      return this.#messages;
    }

    set messages(messages: Partial<CreditPreviewMessages> | undefined) {
      this.#messages = { ...ENGLISH, ...messages };
      this.#changed();
    }

    /** Loads, watches and listens to the checkout, until the element leaves it. */
    #join(): void {
      const checkout = this.#checkout;
      if (checkout === undefined) return;
      const unsubscribe = checkout.subscribe(() => this.#changed());
      const unwatch = checkout.watch();
      void checkout.load();
      this.#leave = () => {
        unsubscribe();
        unwatch();
        this.#leave = undefined;
      };
    }

    async #loadAgain(): Promise<void> {
      const checkout = this.#checkout;
      if (checkout === undefined || this.#retrying !== undefined) return;
      this.#retrying = this.#current();
      this.#changed();
      try {
        await checkout.refresh();
      } finally {
        this.#retrying = undefined;
        this.#changed();
      }
    }

    #inputs() {
      return { checkout: this.#checkout, draft: this.#draft, assigned: this.#assigned };
    }

    #current(): Outcome {
      return (this.#outcome ??= outcomeOf(this.#inputs()));
    }

    /** Draws once for all changes of a turn. */
    #changed(): void {
      this.#outcome = undefined;
      if (this.#isScheduled || !this.isConnected) return;
      this.#isScheduled = true;
      queueMicrotask(() => {
        this.#isScheduled = false;
        if (this.isConnected) this.#update();
      });
    }

    #update(): void {
      this.#draw();
      this.#announcer.tell(announcement(this.#view()));
      this.#tellPage(this.#current());
    }

    /** Fires the events: of figures that differ from the last, and of an error that is new. */
    #tellPage(outcome: Outcome): void {
      const error = outcome.kind === "error" ? outcome.error : this.#checkout?.state.error;
      if (error !== this.#lastError) {
        this.#lastError = error;
        if (error !== undefined) this.#fire("credit-preview-error", error);
      }
      if (outcome.kind !== "figures") return;
      const preview = JSON.stringify(outcome.preview);
      if (preview === this.#lastPreview) return;
      this.#lastPreview = preview;
      this.#fire("credit-preview-change", outcome.preview);
    }

    #fire<K extends keyof CreditPreviewEventMap>(type: K, detail: CreditPreviewEventMap[K]["detail"]): void {
      this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
    }

    #draw(): void {
      const focused = this.#root.activeElement;
      patch(this.#root, view(this.#view()));
      if (focused === null || this.#root.activeElement === focused) return;
      // Moving an element takes its focus; where it has gone, the heading is where to go on from.
      const heir = focused.isConnected ? focused : this.#root.getElementById("heading");
      (heir as HTMLElement | null)?.focus({ preventScroll: true });
    }

    #view(): View {
      const outcome = this.#current();
      return {
        // Who tries again keeps the button that says so, until there is something new to show.
        outcome: outcome.kind === "loading" ? (this.#retrying ?? outcome) : outcome,
        draft: this.#draft,
        formats: this.#formatsNow(),
        messages: this.#messages,
        placeOf: (wallet) => this.#placeOf(wallet),
        level: headingLevel(this.getAttribute("heading-level")),
        isRetrying: this.#retrying !== undefined,
        announced: this.#announced,
        retry: this.#retry,
      };
    }

    #formatsNow(): Formats {
      const locale = localeOf(this);
      const currency = this.#draft?.currency ?? this.getAttribute("currency") ?? undefined;
      const key = `${locale} ${currency}`;
      if (this.#formats?.key !== key) this.#formats = { key, made: formats(locale, currency) };
      return this.#formats.made;
    }

    /** Wallets get their colours as they first appear. */
    #placeOf(wallet: string): number {
      const place = this.#places.get(wallet) ?? this.#places.size;
      this.#places.set(wallet, place);
      return place;
    }
  };
}

/** From 1 to 5: the headings inside are one below. */
function headingLevel(attribute: string | null): number {
  return attribute !== null && /^[1-5]$/.test(attribute) ? Number(attribute) : 2;
}
