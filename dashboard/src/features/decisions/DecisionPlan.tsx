import type { Decision } from "../../api/types";
import { figure, money, price, share, words } from "../../lib/format";
import { useDash } from "../../state/context";
import { methodLabel } from "../sessions/editor/sizing";

type Say = (value: number, currency: string) => string;

const MONEY: Say = (value, currency) => money(value, currency);
const PRICE: Say = (value) => price(value);

/** In the order of their telling. */
const KNOWN: Record<string, { label: string; say: Say }> = {
  price: { label: "Price", say: PRICE },
  stop: { label: "Stop", say: PRICE },
  target: { label: "Target", say: PRICE },
  quantity: { label: "Size", say: figure },
  notional: { label: "Worth", say: MONEY },
  margin: { label: "Margin", say: MONEY },
  commission: { label: "Commission", say: MONEY },
  risk: { label: "Risk at the stop", say: MONEY },
  confidence: { label: "Confidence", say: (value) => share(value) },
  atr: { label: "ATR", say: PRICE },
};

function told(plan: Record<string, unknown>, currency: string): [string, string][] {
  const rows: [string, string][] = [];
  for (const [name, { label, say }] of Object.entries(KNOWN)) {
    const value = plan[name];
    if (typeof value === "number") rows.push([label, say(value, currency)]);
  }
  if (typeof plan["method"] === "string") rows.push(["Sizing", methodLabel(plan["method"])]);
  if (plan["capped_by"]) rows.push(["Capped by", words(String(plan["capped_by"]))]);
  return rows;
}

/** The trade that it was about: prices, size, and how the size came about. */
export function DecisionPlan({ decision }: { decision: Decision }) {
  const currency = useDash((state) => state.accounts.find((account) => account.id === decision.account)?.currency ?? "USD");
  const rows = told(decision.plan ?? {}, currency);
  if (rows.length === 0) return null;
  return (
    <dl className="pairs decision-plan" data-testid="decision-plan">
      {rows.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
