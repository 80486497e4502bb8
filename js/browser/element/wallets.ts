/** What each wallet has once the draft is paid, and which wallets cannot pay. */

import type { PreviewWallet } from "../../types.js";
import { type Child, type Description, h } from "./dom.js";
import { amount, creditCount, type Figures, mark, nameOf, swatch } from "./figures.js";

export function wallets(figures: Figures): Child {
  const { preview, messages, level } = figures;
  const payers = preview.wallets.filter(mayPay);
  const others = preview.wallets.filter((wallet) => !mayPay(wallet));
  return h(
    "div",
    { part: "wallets" },
    h(`h${level}`, { part: "wallets-heading", id: "wallets" }, messages.wallets, ...mark(figures, "wallets")),
    preview.wallets.length === 0 && h("p", { part: "hint" }, messages.noWallets),
    payers.length > 0 && h("ul", { part: "wallet-list", role: "list", "aria-labelledby": "wallets" }, ...payers.map((wallet) => payer(figures, wallet))),
    others.length > 0 &&
      h(
        "details",
        { part: "others" },
        h("summary", { part: "summary" }, messages.otherWallets(others.length)),
        h("ul", { part: "reasons", role: "list" }, ...others.map((wallet) => other(figures, wallet))),
      ),
  );
}

const mayPay = ({ verdict, used }: PreviewWallet) => verdict === "eligible" || used !== "0";

function payer(figures: Figures, wallet: PreviewWallet): Description {
  const { formats, messages } = figures;
  const { id, used, creditsUsed, balance, balanceAfter, ongoingBalance, expired } = wallet;
  const detail = (key: string, text: string, credits?: Child) =>
    h("span", { part: "wallet-detail", "data-key": key }, h("span", { part: "amount" }, text), credits && " ", credits);
  return h(
    "li",
    { part: "wallet", "data-key": id },
    swatch(figures, id),
    h("span", { part: "wallet-name" }, nameOf(figures, id)),
    amount(messages.balanceAfter(formats.money(balanceAfter)), "wallet-after"),
    h(
      "div",
      { part: "wallet-details" },
      detail("before", messages.balanceBefore(formats.money(balance))),
      used === "0" ? h("span", { part: "wallet-detail", "data-key": "unused" }, unusedReasons(figures, id)) : detail("used", messages.used(formats.money(used)), creditCount(figures, creditsUsed)),
      ongoingBalance !== null && ongoingBalance !== balance && detail("ongoing", messages.ongoingBalance(formats.money(ongoingBalance))),
      expired !== "0" && detail("expired", messages.expired(formats.money(expired))),
    ),
  );
}

/** Why a wallet that may pay some line pays none: the reasons of all lines, each once. */
function unusedReasons({ preview, messages }: Figures, id: string): string {
  const reasons = preview.lines.flatMap(({ skipped }) => skipped.filter(({ wallet }) => wallet === id).map(({ reason }) => messages.skipReasons[reason]));
  return [...new Set(reasons)].join(" · ");
}

/** A wallet that can pay nothing. What one in another currency holds cannot be told in this one. */
function other(figures: Figures, { id, verdict, balance }: PreviewWallet): Description {
  const { formats, messages } = figures;
  return h(
    "li",
    { part: "reason", "data-key": id },
    h("span", { part: "wallet-name" }, nameOf(figures, id)),
    " ",
    h("span", { part: "hint" }, verdict === "eligible" ? undefined : messages.verdicts[verdict]),
    verdict !== "currency_mismatch" && amount(formats.money(balance)),
  );
}
