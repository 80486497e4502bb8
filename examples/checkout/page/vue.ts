/** The same page with Vue 3, whose compiler is told that the element is the browser's (`isCustomElement`). */
import { defineCreditPreview } from "creditgate/browser";
import { createApp } from "vue";
import Checkout from "./Checkout.vue";

defineCreditPreview();
createApp(Checkout).mount("#checkout");
