import type { Series } from "../../../api/backtestTypes";
import { TIMEFRAMES } from "../../../lib/candles";
import { Panel } from "../../../ui/Panel";
import { Picks } from "../../../ui/Picks";
import { SelectField } from "../../../ui/SelectField";
import { Empty } from "../../../ui/states";
import { TextField } from "../../../ui/TextField";
import { errorsAt } from "../../sessions/editor/errors";
import type { SourceDraft } from "./draft";
import type { PartProps } from "./part";

const lengthOf = (timeframe: string) => TIMEFRAMES[timeframe] ?? Infinity;
const each = (values: string[]) => [...new Set(values)];
const listed = (values: string[]) => values.map((value) => ({ value, label: value }));
const day = (iso: string | null) => iso?.slice(0, 10) ?? "–";

/** What there is of a series, and what is missing in it. */
export function seriesSaid({ rows, start, end, missing, gaps }: Series): string {
  const span = `${rows.toLocaleString("en-US")} candles, ${day(start)} to ${day(end)}`;
  if (missing === 0) return `${span}, without a gap`;
  return `${span}, ${missing.toLocaleString("en-US")} missing in ${gaps.toLocaleString("en-US")} ${gaps === 1 ? "gap" : "gaps"}`;
}

/** The first series that there is, whole: what a new form begins with. */
export function firstSource(series: Series[]): Partial<SourceDraft> {
  const first = series[0];
  return first === undefined ? {} : { venue: first.venue, timeframe: first.timeframe, symbols: [first.symbol] };
}

/** Which timeframes every one of the symbols has. */
function common(series: Series[], { venue, symbols }: SourceDraft): string[] {
  const has = (symbol: string) => new Set(series.filter((item) => item.venue === venue && item.symbol === symbol).map((item) => item.timeframe));
  const sets = symbols.map(has);
  return Object.keys(TIMEFRAMES).filter((timeframe) => sets.length > 0 && sets.every((set) => set.has(timeframe)));
}

function Chosen({ series, source }: { series: Series[]; source: SourceDraft }) {
  const chosen = series.filter((item) => item.venue === source.venue && item.timeframe === source.timeframe && source.symbols.includes(item.symbol));
  return (
    <ul className="series-said" data-testid="series-said">
      {chosen.map((item) => (
        <li key={item.symbol}>
          <b>{item.symbol}</b> <span className={item.missing > 0 ? "warn" : "muted"}>{seriesSaid(item)}</span>
        </li>
      ))}
    </ul>
  );
}

/** Which stored candles it runs over. */
export function SourcePart({ draft, errors, change, series }: PartProps & { series: Series[] }) {
  const { source } = draft;
  const set = (part: Partial<SourceDraft>) => change({ source: { ...source, ...part } });
  if (series.length === 0) {
    return (
      <Panel title="Data" testId="backtest-source">
        <Empty title="No candles are stored yet">
          Bring some with <code>./run manage candles download</code>, or <code>candles import</code> a file.
        </Empty>
      </Panel>
    );
  }
  const venues = each([...series.map((item) => item.venue), source.venue].filter(Boolean));
  const here = series.filter((item) => item.venue === source.venue);
  const frames = each([...here.map((item) => item.timeframe), source.timeframe].filter(Boolean)).sort((a, b) => lengthOf(a) - lengthOf(b));
  const symbols = each([...here.filter((item) => item.timeframe === source.timeframe).map((item) => item.symbol), ...source.symbols]);
  const finer = common(series, source).filter((timeframe) => lengthOf(timeframe) < lengthOf(source.timeframe));
  const within = here.filter((item) => source.symbols.includes(item.symbol) && item.timeframe === source.timeframe);
  const [first, last] = [within.map((item) => day(item.start)).sort()[0], within.map((item) => day(item.end)).sort().at(-1)];
  const toVenue = (venue: string) => {
    const begin = firstSource(series.filter((item) => item.venue === venue));
    set({ venue, timeframe: "", symbols: [], ...begin, detail_timeframe: "" });
  };
  const toFrame = (timeframe: string) => {
    const known = new Set(here.filter((item) => item.timeframe === timeframe).map((item) => item.symbol));
    const kept = source.symbols.filter((symbol) => known.has(symbol));
    set({ timeframe, detail_timeframe: "", symbols: kept.length ? kept : [...known].slice(0, 1) });
  };
  return (
    <Panel title="Data" testId="backtest-source">
      <div className="form-grid">
        <SelectField name="data.venue" label="Venue" value={source.venue} options={listed(venues)} errors={errorsAt(errors, "data.venue")} choose={toVenue} />
        <SelectField
          name="data.timeframe"
          label="Timeframe"
          hint="The candles that strategies see."
          value={source.timeframe}
          options={listed(frames)}
          errors={errorsAt(errors, "data.timeframe")}
          choose={toFrame}
        />
      </div>
      <Picks
        name="data.symbols"
        legend="Symbols"
        hint="Several share one account."
        options={listed(symbols)}
        chosen={source.symbols}
        errors={errorsAt(errors, "data.symbols")}
        choose={(chosen) => set({ symbols: chosen, detail_timeframe: "" })}
      />
      <Chosen series={series} source={source} />
      <div className="form-grid">
        <TextField
          name="data.start"
          label="From"
          type="date"
          min={first}
          max={last}
          hint="A day, UTC. Left empty, from the first candle."
          value={source.start}
          errors={errorsAt(errors, "data.start")}
          onChange={(event) => set({ start: event.target.value })}
        />
        <TextField
          name="data.end"
          label="To"
          type="date"
          min={first}
          max={last}
          hint="With that day. Left empty, to the last candle."
          value={source.end}
          errors={errorsAt(errors, "data.end")}
          onChange={(event) => set({ end: event.target.value })}
        />
        <SelectField
          name="data.detail_timeframe"
          label="Inside a candle"
          hint="Finer candles tell whether the stop or the target came first."
          value={source.detail_timeframe}
          options={[{ value: "", label: finer.length ? "No finer candles" : "No finer ones are stored" }, ...listed(finer)]}
          errors={errorsAt(errors, "data.detail_timeframe")}
          choose={(detail_timeframe) => set({ detail_timeframe })}
        />
      </div>
    </Panel>
  );
}
