import { words } from "../../lib/format";
import { useDash } from "../../state/context";
import { Select } from "../../ui/Select";
import { PeriodPicker } from "./PeriodPicker";
import { type Scope, TRADE_FILTERS, type TradeFilter } from "./scope";
import type { Choices } from "./useChoices";

const EVERY: Record<TradeFilter, string> = {
  strategy: "All strategies",
  symbol: "All symbols",
  source: "All sources",
  tag: "All tags",
};

interface ScopeBarProps {
  scope: Scope;
  now: number;
  choices: Choices;
  /** Whether what is shown can be narrowed to some of the trades. */
  filtered: boolean;
  /** Whether what is shown is of a period. */
  dated: boolean;
  change: (part: Partial<Scope>) => void;
}

function Whose({ scope, change }: Pick<ScopeBarProps, "scope" | "change">) {
  const accounts = useDash((state) => state.accounts);
  const account = accounts.find((item) => String(item.id) === scope.account);
  const sessions = (account?.sessions ?? []).map(({ id, name }) => ({ value: String(id), label: name }));
  if (scope.session !== "" && !sessions.some((item) => item.value === scope.session)) {
    sessions.push({ value: scope.session, label: `Session ${scope.session}` });
  }
  const owners = accounts.map(({ id, name, mode }) => ({ value: String(id), label: `${name} · ${mode}` }));
  if (account === undefined) owners.unshift({ value: scope.account, label: scope.account ? `Account ${scope.account}` : "Account" });
  return (
    <>
      <Select
        label="Account"
        value={scope.account}
        options={owners}
        choose={(value) => change({ account: value, session: "", strategy: "", symbol: "", source: "", tag: "" })}
        testId="scope-account"
      />
      <Select
        label="Session"
        all="Whole account"
        value={scope.session}
        options={sessions}
        choose={(value) => change({ session: value })}
        testId="scope-session"
      />
    </>
  );
}

/** Which trades the figures are of. */
export function ScopeBar({ scope, now, choices, filtered, dated, change }: ScopeBarProps) {
  const narrowed = TRADE_FILTERS.some((name) => scope[name] !== "");
  return (
    <section className="scope panel" aria-label="What is looked at" data-testid="scope">
      <div className="filters">
        <Whose scope={scope} change={change} />
        {filtered &&
          TRADE_FILTERS.map((name) => {
            const values = [...new Set([...choices[name], scope[name]])].filter(Boolean);
            if (values.length === 0) return null;
            const label = name === "source" ? words : (value: string) => value;
            return (
              <Select
                key={name}
                label={words(name)}
                all={EVERY[name]}
                value={scope[name]}
                options={values.map((value) => ({ value, label: label(value) }))}
                choose={(value) => change({ [name]: value })}
                testId={`scope-${name}`}
              />
            );
          })}
        {filtered && narrowed && (
          <button type="button" className="chip-button" data-testid="scope-clear" onClick={() => change({ strategy: "", symbol: "", source: "", tag: "" })}>
            Clear
          </button>
        )}
      </div>
      {dated && (
        <div className="scope-period">
          <PeriodPicker scope={scope} now={now} change={change} />
        </div>
      )}
    </section>
  );
}
