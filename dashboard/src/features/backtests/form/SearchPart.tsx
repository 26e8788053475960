import type { SearchMethod } from "../../../api/backtestTypes";
import { Choice } from "../../../ui/Choice";
import { Field, SwitchRow } from "../../../ui/Field";
import { Panel } from "../../../ui/Panel";
import { SelectField } from "../../../ui/SelectField";
import { errorsAt } from "../../sessions/editor/errors";
import { specOf } from "../../results/figureWords";
import type { SearchDraft } from "./draft";
import type { PartProps } from "./part";
import { gridSize, type Searchable } from "./space";
import { SpaceRows } from "./SpaceRows";

const METHODS: { value: SearchMethod; label: string; note: string }[] = [
  { value: "grid", label: "Grid", note: "Every combination." },
  { value: "random", label: "Random", note: "Drawn evenly." },
  { value: "bayesian", label: "Bayesian", note: "Learns where to look." },
];

function trialsSaid({ method, rows, trials, folds }: SearchDraft, walks: boolean): string {
  const size = gridSize(rows);
  const count = method === "grid" ? size : Number(trials) || null;
  if (count === null) return method === "grid" ? "A grid needs a step, or values, in every row." : "";
  const each = `${count.toLocaleString("en-US")} ${count === 1 ? "trial" : "trials"}`;
  return walks ? `${each} in each of ${folds} folds.` : `${each}.`;
}

interface SearchPartProps extends PartProps {
  settings: Searchable[];
  figures: string[];
}

/** Which settings are tried, how, and by what they are judged. */
export function SearchPart({ draft, errors, change, settings, figures }: SearchPartProps) {
  const { search, kind } = draft;
  const walks = kind === "WALK_FORWARD";
  const set = (part: Partial<SearchDraft>) => change({ search: { ...search, ...part } });
  const names = figures.includes(search.maximize) ? figures : [search.maximize, ...figures];
  const number = (name: "trials" | "seed" | "out_of_sample_percent" | "folds", label: string, hint: string, suffix?: string) => (
    <Field
      name={`search.${name}`}
      label={label}
      hint={hint}
      step="any"
      suffix={suffix}
      value={search[name]}
      errors={errorsAt(errors, `search.${name}`)}
      change={(value) => set({ [name]: value })}
    />
  );
  return (
    <Panel title={walks ? "Walk-forward search" : "Search"} testId="backtest-search">
      <div className="part-note">
        <Choice
          name="search.method"
          legend="Method"
          value={search.method}
          options={METHODS}
          errors={errorsAt(errors, "search.method")}
          choose={(method) => set({ method })}
        />
      </div>
      <SpaceRows rows={search.rows} settings={settings} errors={errors} set={(rows) => set({ rows })} />
      <p className="part-note muted" data-testid="trials-said" aria-live="polite">
        {trialsSaid(search, walks)}
      </p>
      <div className="form-grid single">
        <SelectField
          name="search.maximize"
          label="Maximize"
          hint={specOf(search.maximize).help}
          value={search.maximize}
          options={names.map((name) => ({ value: name, label: specOf(name).label }))}
          errors={errorsAt(errors, "search.maximize")}
          choose={(maximize) => set({ maximize })}
        />
      </div>
      {search.method !== "grid" && number("trials", "Trials", "How many settings are tried.")}
      {number(
        "out_of_sample_percent",
        "Out of sample",
        walks ? "Of each fold: the share at its end that its best is proved on." : "The last share of the time, on which the best is proved. 0: none.",
        "%",
      )}
      {walks && number("folds", "Folds", "How many times it is searched, each time further on.")}
      {walks && (
        <SwitchRow
          name="search.anchored"
          label="Anchored"
          hint="Every fold begins at the start, in place of moving on."
          checked={search.anchored}
          errors={errorsAt(errors, "search.anchored")}
          change={(anchored) => set({ anchored })}
        />
      )}
      {search.method !== "grid" && number("seed", "Seed", "The same seed tries the same settings.")}
    </Panel>
  );
}
