import { price, quantity, words } from "../../lib/format";
import type { EventFrame, Payloads } from "../../live/frames";
import type { Toast } from "./toasts";

/** What a person is told of an event; null for what the page shows anyway, and for another account's. */
export function newsToast(frame: EventFrame, account: number | undefined): Toast | null {
  if (frame.type === "status") return moneyToast(frame.payload);
  if (frame.type === "alert") return alertToast(frame.payload);
  if (frame.account !== null && frame.account !== account) return null;
  switch (frame.type) {
    case "trade_executed": {
      const { symbol, direction, quantity: size, entry_price, status } = frame.payload;
      if (status !== "OPEN") return null;
      return { tone: "info", title: `${symbol} ${direction} opened`, text: `${quantity(size)} at ${price(entry_price)}` };
    }
    case "trade_closed": {
      const { symbol, direction, realized_pnl, realized_pnl_formatted, exit_reason } = frame.payload;
      const tone = Number(realized_pnl) >= 0 ? "good" : "bad";
      return { tone, title: `${symbol} ${direction} closed ${realized_pnl_formatted}`, text: words(exit_reason) };
    }
    case "error":
      return { tone: "bad", title: words(frame.payload.code), text: frame.payload.message };
    default:
      return null;
  }
}

/**
 * What is critical is told of every account; the bell counts the rest. An error event that tells of the same has the same
 * title, and makes no second toast; a halted session's code is only the limit's name.
 */
function alertToast({ severity, kind, code, message }: Payloads["alert"]): Toast | null {
  return severity === "CRITICAL" ? { tone: "bad", title: words(kind === "HALTED" ? kind : code), text: message } : null;
}

/** Whether real money is at stake is told of every account, whoever switched it. */
function moneyToast({ account, change }: Payloads["status"]): Toast | null {
  if (account === null) return null;
  if (change === "live_trading_enabled") {
    return { tone: "bad", title: "REAL MONEY: live trading is on", text: account.name };
  }
  return change === "live_trading_disabled" ? { tone: "info", title: "Live trading is off", text: account.name } : null;
}
