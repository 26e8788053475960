import { useState } from "react";

import type { Decision } from "../../api/types";
import { replaceSearch, useSearch } from "../../app/router";
import { words } from "../../lib/format";
import { useDash } from "../../state/context";
import { Pager } from "../../ui/Pager";
import { Panel } from "../../ui/Panel";
import { Select } from "../../ui/Select";
import { Empty, ErrorState, Skeleton } from "../../ui/states";
import { DecisionRow } from "./DecisionRow";
import { type DecisionFilters, type FilterName, filtersOf, searchOf } from "./filters";
import { gateNames } from "./summary";
import { useDecisions } from "./useDecisions";
import { WhyNot } from "./WhyNot";

const LENGTH = 50;
const VERDICTS = ["APPROVED", "REJECTED"].map((value) => ({ value, label: words(value) }));
const NONE: Decision[] = [];

interface FiltersProps {
  filters: DecisionFilters;
  decisions: Decision[];
  set: (name: FilterName, value: string) => void;
}

function Filters({ filters, decisions, set }: FiltersProps) {
  const accounts = useDash((state) => state.accounts);
  const markets = useDash((state) => state.symbols);
  const mine = accounts.filter((account) => filters.account === "" || String(account.id) === filters.account);
  const sessions = mine.flatMap((account) => account.sessions ?? []);
  const symbols = [...markets.map((item) => item.symbol), ...decisions.map((item) => item.symbol), filters.symbol];
  const gates = [...gateNames(decisions), filters.gate];
  const named = (values: string[], label = (value: string) => value) =>
    [...new Set(values)].filter(Boolean).map((value) => ({ value, label: label(value) }));
  const choose = (name: FilterName) => (value: string) => set(name, value);
  const sessionChoices = sessions.map(({ id, name }) => ({ value: String(id), label: name }));
  if (filters.session !== "" && !sessionChoices.some((item) => item.value === filters.session)) {
    sessionChoices.push({ value: filters.session, label: `Session ${filters.session}` });
  }
  return (
    <div className="filters">
      <Select
        label="Account"
        all="All accounts"
        value={filters.account}
        options={accounts.map(({ id, name, mode }) => ({ value: String(id), label: `${name} · ${mode}` }))}
        choose={choose("account")}
        testId="filter-account"
      />
      <Select label="Session" all="All sessions" value={filters.session} options={sessionChoices} choose={choose("session")} testId="filter-session" />
      <Select label="Verdict" all="Both verdicts" value={filters.verdict} options={VERDICTS} choose={choose("verdict")} testId="filter-verdict" />
      <Select label="Symbol" all="All symbols" value={filters.symbol} options={named(symbols.sort())} choose={choose("symbol")} testId="filter-symbol" />
      <Select label="Failed gate" all="Any gate" value={filters.gate} options={named(gates, words)} choose={choose("gate")} testId="filter-gate" />
      {filters.signal !== "" && (
        <button type="button" className="chip-button" aria-pressed="true" data-testid="filter-signal" onClick={() => set("signal", "")}>
          One signal ✕
        </button>
      )}
    </div>
  );
}

/** Every decision with all that spoke for and against it. The filters are in the address. */
export function DecisionExplorer() {
  const search = useSearch();
  const filters = filtersOf(search);
  const [paging, setPaging] = useState({ search, offset: 0 });
  const offset = paging.search === search ? paging.offset : 0;
  const { page, problem, retry } = useDecisions(filters, offset, LENGTH);
  const accounts = useDash((state) => state.accounts);
  const decisions = page?.results ?? NONE;
  const nameOf = (id: number) => accounts.find((account) => account.id === id)?.name ?? `account ${id}`;
  const set = (name: FilterName, value: string) => {
    const next = { ...filters, [name]: value };
    // A session belongs to one account: with another, it would find nothing.
    if (name === "account") next.session = "";
    replaceSearch(searchOf(next));
  };
  const filtered = searchOf(filters) !== "";

  return (
    <div className="explorer">
      <Panel
        title="Decisions"
        count={page?.count}
        testId="decisions"
        aside={<Filters filters={filters} decisions={decisions} set={set} />}
      >
        {problem !== null ? (
          <ErrorState title="The decisions cannot be loaded" message={problem} retry={retry} />
        ) : page === null ? (
          <Skeleton lines={10} />
        ) : decisions.length === 0 ? (
          <Empty title={filtered ? "No decision matches" : "No decision yet"}>
            {filtered ? (
              <button type="button" className="link" onClick={() => replaceSearch("")}>
                Clear the filters
              </button>
            ) : (
              "Each session decides on every signal that it listens to: whether to trade it, and why."
            )}
          </Empty>
        ) : (
          <ul className="signals">
            {decisions.map((decision) => (
              <DecisionRow
                key={decision.id}
                decision={decision}
                account={nameOf(decision.account)}
                open={filters.signal !== "" && decisions.length < 4}
              />
            ))}
          </ul>
        )}
        {page !== null && <Pager count={page.count} offset={offset} length={LENGTH} go={(next) => setPaging({ search, offset: next })} />}
      </Panel>
      <WhyNot decisions={decisions} gate={filters.gate} choose={(gate) => set("gate", gate)} />
    </div>
  );
}
