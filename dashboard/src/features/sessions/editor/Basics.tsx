import { TIMEFRAMES } from "../../../lib/candles";
import { share, words } from "../../../lib/format";
import { useDash } from "../../../state/context";
import { Field } from "../../../ui/Field";
import { Panel } from "../../../ui/Panel";
import { Picks } from "../../../ui/Picks";
import { SelectField } from "../../../ui/SelectField";
import { TextField } from "../../../ui/TextField";
import { errorsAt } from "./errors";
import type { PartProps } from "./part";

const FRAMES = Object.keys(TIMEFRAMES).map((value) => ({ value, label: value }));
const coded = (codes: string[]) => codes.map((value) => ({ value, label: words(value) }));
const SOURCES = [
  { value: "STRATEGY", label: "Strategies" },
  { value: "API", label: "API" },
  { value: "WEBHOOK", label: "Webhooks" },
  { value: "COPY", label: "Copied" },
];
const MARKETS = coded(["SPOT", "FUTURES", "OPTION", "CONTRACT"]);

/** The name, and the market that it follows. */
export function Basics({ draft, account, errors, change }: PartProps) {
  const markets = useDash((state) => state.symbols);
  const venues = [...new Set([...markets.map((item) => item.venue), draft.venue])].filter(Boolean);
  const here = markets.filter((item) => item.venue === draft.venue).map((item) => item.symbol);
  return (
    <Panel title="Session">
      <div className="form-grid">
        <TextField
          name="name"
          label="Name"
          required
          maxLength={60}
          value={draft.name}
          errors={errorsAt(errors, "name")}
          onChange={(event) => change({ name: event.target.value })}
        />
        {account.mode === "PAPER" && (
          <SelectField
            name="venue"
            label="Market"
            hint="Whose prices it follows."
            value={draft.venue}
            options={venues.map((value) => ({ value, label: value }))}
            errors={errorsAt(errors, "venue")}
            choose={(venue) => change({ venue })}
          />
        )}
        <SelectField
          name="timeframe"
          label="Timeframe"
          hint="The candles that its own strategies look at."
          value={draft.timeframe}
          options={FRAMES}
          errors={errorsAt(errors, "timeframe")}
          choose={(timeframe) => change({ timeframe })}
        />
        <TextField
          name="symbols"
          label="Symbols"
          hint={`With commas between. Left empty, all${here.length ? `: ${here.slice(0, 4).join(", ")}${here.length > 4 ? " …" : ""}` : ""}.`}
          value={draft.symbols}
          errors={errorsAt(errors, "symbols")}
          onChange={(event) => change({ symbols: event.target.value })}
        />
      </div>
    </Panel>
  );
}

/** Which signals it listens to. Its own strategies' always; the filters are for all of them. */
export function Signals({ draft, errors, change }: PartProps) {
  const confidence = Number(draft.min_confidence);
  return (
    <Panel title="Signals it listens to">
      <Picks
        name="sources"
        legend="Sources"
        hint="None chosen: any."
        options={SOURCES}
        chosen={draft.sources}
        errors={errorsAt(errors, "sources")}
        choose={(sources) => change({ sources })}
      />
      <Picks
        name="market_types"
        legend="Market types"
        hint="None chosen: any."
        options={MARKETS}
        chosen={draft.market_types}
        errors={errorsAt(errors, "market_types")}
        choose={(market_types) => change({ market_types })}
      />
      <Picks
        name="timeframes"
        legend="Timeframes"
        hint="Of signals that none of its own strategies makes. None chosen: any."
        options={FRAMES}
        chosen={draft.timeframes}
        errors={errorsAt(errors, "timeframes")}
        choose={(timeframes) => change({ timeframes })}
      />
      <Field
        name="min_confidence"
        label="Minimum confidence"
        hint="A fraction from 0 to 1. Left empty, the account's."
        step="0.01"
        value={draft.min_confidence}
        suffix={draft.min_confidence.trim() && Number.isFinite(confidence) ? share(confidence) : undefined}
        errors={errorsAt(errors, "min_confidence")}
        change={(min_confidence) => change({ min_confidence })}
      />
    </Panel>
  );
}
