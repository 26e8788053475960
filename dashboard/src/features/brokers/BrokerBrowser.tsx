import { useState } from "react";

import type { Broker, Credential, Feature } from "../../api/brokerTypes";
import { remember, remembered } from "../../lib/prefs";
import { Panel } from "../../ui/Panel";
import { Select } from "../../ui/Select";
import { Empty, ErrorState, Skeleton } from "../../ui/states";
import type { Loaded } from "../../ui/useLoaded";
import { BrokerCard } from "./BrokerCard";
import { CapabilityTable } from "./CapabilityTable";
import { ANY_BROKER, type BrokerFilter, FEATURES, fits } from "./filter";

type View = "cards" | "table";
const VIEWS: { name: View; label: string }[] = [
  { name: "cards", label: "Cards" },
  { name: "table", label: "Compare" },
];

interface FiltersProps {
  filter: BrokerFilter;
  change: (change: Partial<BrokerFilter>) => void;
}

function Filters({ filter, change }: FiltersProps) {
  return (
    <div className="filters">
      <input
        type="search"
        aria-label="Search brokers"
        placeholder="Name or pair"
        data-testid="broker-search"
        value={filter.text}
        onChange={(event) => change({ text: event.target.value })}
      />
      <Select
        label="Feature"
        all="Any feature"
        value={filter.feature}
        options={FEATURES.map(({ name, label }) => ({ value: name, label }))}
        choose={(value) => change({ feature: value as Feature | "" })}
        testId="broker-feature"
      />
      <button type="button" className="chip-button" aria-pressed={filter.testnet} onClick={() => change({ testnet: !filter.testnet })}>
        With testnet
      </button>
      <button type="button" className="chip-button" aria-pressed={filter.open} onClick={() => change({ open: !filter.open })}>
        Open only
      </button>
    </div>
  );
}

function Views({ view, choose }: { view: View; choose: (view: View) => void }) {
  return (
    <div className="segments" role="group" aria-label="Shown as">
      {VIEWS.map(({ name, label }) => (
        <button key={name} type="button" aria-pressed={view === name} data-testid={`view-${name}`} onClick={() => choose(name)}>
          {label}
        </button>
      ))}
    </div>
  );
}

interface ShownProps {
  brokers: Broker[];
  credentials: Credential[];
  view: View;
  clear: () => void;
}

function Shown({ brokers, credentials, view, clear }: ShownProps) {
  if (brokers.length === 0) {
    return (
      <Empty title="No broker matches">
        <button type="button" className="link" onClick={clear}>
          Clear the filters
        </button>
      </Empty>
    );
  }
  if (view === "table") return <CapabilityTable brokers={brokers} />;
  const saved = (broker: Broker) => credentials.filter((item) => item.broker === broker.id).length;
  return (
    <ul className="broker-cards">
      {brokers.map((broker) => (
        <BrokerCard key={broker.id} broker={broker} saved={saved(broker)} />
      ))}
    </ul>
  );
}

/** All brokers, as cards or compared in a table, narrowed by the same filters. */
export function BrokerBrowser({ brokers, credentials }: { brokers: Loaded<Broker[]>; credentials: Credential[] }) {
  const [filter, setFilter] = useState(ANY_BROKER);
  const [view, setView] = useState<View>(remembered("brokers") === "table" ? "table" : "cards");
  const all = brokers.data ?? [];
  const shown = all.filter((broker) => fits(broker, filter));
  const choose = (next: View) => {
    remember("brokers", next);
    setView(next);
  };
  return (
    <Panel
      title="Brokers"
      count={brokers.data === null ? undefined : shown.length === all.length ? all.length : `${shown.length} of ${all.length}`}
      testId="brokers"
      className="area-brokers"
      aside={
        <>
          <Filters filter={filter} change={(change) => setFilter({ ...filter, ...change })} />
          <Views view={view} choose={choose} />
        </>
      }
    >
      <p className="visually-hidden" role="status">
        {brokers.data !== null && `${shown.length} brokers shown`}
      </p>
      {brokers.data !== null ? (
        <Shown brokers={shown} credentials={credentials} view={view} clear={() => setFilter(ANY_BROKER)} />
      ) : brokers.problem !== null ? (
        <ErrorState title="The brokers cannot be loaded" message={brokers.problem} retry={brokers.reload} />
      ) : (
        <Skeleton lines={12} />
      )}
    </Panel>
  );
}
