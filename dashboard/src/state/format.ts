const SYMBOLS: Record<string, string> = { USD: "$", USDT: "$", USDC: "$", EUR: "€", GBP: "£" };

/** An amount rounded to cents: "+$75.50". */
export function money(amount: number, currency: string, signed = false): string {
  const rounded = Math.round(amount * 100) / 100;
  const sign = rounded < 0 ? "-" : signed && rounded > 0 ? "+" : "";
  const digits = Math.abs(rounded).toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const symbol = SYMBOLS[currency];
  return symbol ? `${sign}${symbol}${digits}` : `${sign}${digits} ${currency}`;
}

/** A price with as many decimals as its size deserves. */
export function price(value: string | number | null): string {
  if (value === null) return "–";
  const number = Number(value);
  const decimals = number >= 1000 ? 2 : number >= 1 ? 4 : 8;
  return number.toLocaleString("en-US", { maximumFractionDigits: decimals, minimumFractionDigits: Math.min(2, decimals) });
}

export function percent(fraction: number | string): string {
  return `${Math.round(Number(fraction) * 100)} %`;
}

export function clock(iso: string | null): string {
  return iso === null ? "–" : new Date(iso).toLocaleTimeString("en-GB");
}

/** Market time: with its date where that is not today. */
export function moment(iso: string | null): string {
  if (iso === null) return "–";
  const then = new Date(iso);
  const today = then.toDateString() === new Date().toDateString();
  return today ? clock(iso) : `${then.toLocaleDateString("en-CA")} ${clock(iso)}`;
}

export function duration(seconds: number | null): string {
  if (seconds === null) return "–";
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

export function words(code: string | null): string {
  return code === null ? "" : code.toLowerCase().replaceAll("_", " ");
}
