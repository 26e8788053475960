/** Turning figures into text. Balances come from the server as text; what is computed here is for showing only. */

const SYMBOLS: Record<string, string> = { USD: "$", USDT: "$", USDC: "$", EUR: "€", GBP: "£", JPY: "¥", INR: "₹" };
const NOTHING = "–";

const COINS = new Set(["BTC", "ETH"]); // worth too much for cents

/** An amount rounded as the server writes it: "$1,000.00", "-$3.20", signed "+$75.50", coins "0.50000000 BTC". */
export function money(amount: number | null, currency: string, signed = false): string {
  if (amount === null || !Number.isFinite(amount)) return NOTHING;
  const places = COINS.has(currency) ? 8 : 2;
  const digits = Math.abs(amount).toLocaleString("en-US", { minimumFractionDigits: places, maximumFractionDigits: places });
  const zero = Number(digits.replaceAll(",", "")) === 0;
  const sign = zero ? "" : amount < 0 ? "-" : signed ? "+" : "";
  const symbol = SYMBOLS[currency];
  return symbol ? `${sign}${symbol}${digits}` : `${sign}${digits} ${currency}`;
}

/** Decimal places of a tick size: 0.001 has 3, 0.5 has 1, 5 has 0. */
export function tickDecimals(tick: number): number {
  if (!(tick > 0)) return 2;
  for (let places = 0; places < 10; places += 1) {
    const scaled = tick * 10 ** places;
    if (Math.abs(scaled - Math.round(scaled)) < 1e-9 * scaled) return places;
  }
  return 10;
}

function usualDecimals(value: number): number {
  const size = Math.abs(value);
  return size >= 1000 ? 2 : size >= 10 ? 3 : size >= 0.1 ? 5 : 8;
}

/** A tick as small as a price of this size deserves, where the market's own is not known. */
export function usualTick(value: number): number {
  return 10 ** -usualDecimals(value);
}

/** A price in its tick's decimals; without a tick, as many as its size deserves. */
export function price(value: string | number | null | undefined, tick?: number): string {
  if (value === null || value === undefined || value === "") return NOTHING;
  const number = Number(value);
  if (!Number.isFinite(number)) return NOTHING;
  const decimals = tick ? tickDecimals(tick) : usualDecimals(number);
  return number.toLocaleString("en-US", { minimumFractionDigits: tick ? decimals : Math.min(2, decimals), maximumFractionDigits: decimals });
}

/** A size as the server holds it, with its thousands apart. */
export function quantity(value: string | null): string {
  if (value === null) return NOTHING;
  const [whole = "0", fraction] = value.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return fraction ? `${grouped}.${fraction}` : grouped;
}

/** A fraction 0-1 as a percentage: "88%". */
export function share(fraction: string | number): string {
  const percent = Number(fraction) * 100;
  return `${percent.toLocaleString("en-US", { maximumFractionDigits: Math.abs(percent) < 10 ? 1 : 0 })}%`;
}

/** A percentage 0-100, signed: "+0.21%". */
export function signedPercent(percent: number | null, decimals = 2): string {
  if (percent === null || !Number.isFinite(percent)) return NOTHING;
  const text = Math.abs(percent).toFixed(decimals);
  const sign = Number(text) === 0 ? "" : percent < 0 ? "-" : "+";
  return `${sign}${text}%`;
}

/** A round trip: "84 ms", "<1 ms"; "–" where none was measured. */
export function latency(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return NOTHING;
  return ms > 0 && ms < 1 ? "<1 ms" : `${Math.round(ms)} ms`;
}

/** A measured figure of any kind, to six significant digits. */
export function figure(value: unknown): string {
  if (value === null || value === undefined) return NOTHING;
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return value.toLocaleString("en-US", { maximumSignificantDigits: 6 });
  if (typeof value === "object") return JSON.stringify(value);
  return typeof value === "string" ? value : NOTHING;
}

/** "min_confidence" and "STOP_LOSS" as words: "Min confidence", "Stop loss". */
export function words(code: string | null): string {
  if (!code) return NOTHING;
  const text = code.toLowerCase().replace(/[_-]+/g, " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
