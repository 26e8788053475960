import type { Horizon } from "../../../api/sessionTypes";
import { share } from "../../../lib/format";
import { Field, SwitchRow } from "../../../ui/Field";
import { Panel } from "../../../ui/Panel";
import { SelectField } from "../../../ui/SelectField";
import { type ContractDraft, type ContractKind, HORIZONS } from "./draft";
import { errorsAt } from "./errors";
import type { PartProps, RulePartProps } from "./part";

/** The levels of trades whose signal brings none. */
export function Protection({ draft, errors, change }: RulePartProps) {
  return (
    <Panel title="Where the signal names no level">
      <Field
        name="default_stop_percent"
        label="Stop"
        hint="From the entry."
        step="any"
        suffix="%"
        value={draft.default_stop_percent}
        errors={errorsAt(errors, "default_stop_percent")}
        change={(default_stop_percent) => change({ default_stop_percent })}
      />
      <Field
        name="default_target_percent"
        label="Target"
        hint="From the entry."
        step="any"
        suffix="%"
        value={draft.default_target_percent}
        errors={errorsAt(errors, "default_target_percent")}
        change={(default_target_percent) => change({ default_target_percent })}
      />
      <SwitchRow
        name="allow_unprotected"
        label="Allow trades without a stop"
        hint="A loss is then limited by nothing but the account."
        checked={draft.allow_unprotected}
        errors={errorsAt(errors, "allow_unprotected")}
        change={(allow_unprotected) => change({ allow_unprotected })}
      />
    </Panel>
  );
}

const HORIZON_WORDS: Record<Horizon, { label: string; hint: string }> = {
  INTRADAY: { label: "Intraday", hint: "Timeframes below 4 hours." },
  SWING: { label: "Swing", hint: "From 4 hours to a week." },
  MONTHLY: { label: "Monthly", hint: "From a week to a month." },
  LEAPS: { label: "Long term", hint: "A month and above." },
};

/** How much each horizon's signals count against each other's. */
export function Weights({ draft, errors, change }: PartProps) {
  return (
    <Panel title="Weights of timeframes" aside={<span className="muted">0: such signals are not traded</span>}>
      {errors["timeframe_weights"] && (
        <p className="form-error" role="alert">
          {errors["timeframe_weights"].join(" ")}
        </p>
      )}
      {HORIZONS.map((name) => {
        const value = draft.weights[name];
        return (
          <Field
            key={name}
            name={`timeframe_weights.${name}`}
            label={HORIZON_WORDS[name].label}
            hint={HORIZON_WORDS[name].hint}
            step="any"
            suffix={value.trim() && Number.isFinite(Number(value)) ? share(value) : undefined}
            value={value}
            errors={errorsAt(errors, `timeframe_weights.${name}`)}
            change={(next) => change({ weights: { ...draft.weights, [name]: next } })}
          />
        );
      })}
    </Panel>
  );
}

const KINDS: { value: ContractKind; label: string }[] = [
  { value: "", label: "The default: a multiplier of 100" },
  { value: "MULTIPLIER", label: "Multiplier" },
  { value: "RISE_FALL", label: "Rise/fall" },
  { value: "ACCUMULATOR", label: "Accumulator" },
];
const UNITS = [
  { value: "t", label: "ticks" },
  { value: "s", label: "seconds" },
  { value: "m", label: "minutes" },
  { value: "h", label: "hours" },
  { value: "d", label: "days" },
];

/** At a broker that sells contracts, which one stands for a trade. */
export function ContractPart({ draft, errors, change }: PartProps) {
  const { contract } = draft;
  const set = (part: Partial<ContractDraft>) => change({ contract: { ...contract, ...part } });
  const number = (name: "multiplier" | "duration" | "growth_rate", label: string, hint: string) => (
    <Field
      name={`contract.${name}`}
      label={label}
      hint={hint}
      step="any"
      value={contract[name]}
      errors={errorsAt(errors, `contract.${name}`)}
      change={(value) => set({ [name]: value })}
    />
  );
  return (
    <Panel title="Contract">
      <div className="form-grid single">
        <SelectField
          name="contract.kind"
          label="Bought for a trade"
          value={contract.kind}
          options={KINDS}
          errors={errors["contract"] ?? errors["contract.kind"]}
          choose={(kind) => set({ kind: kind as ContractKind })}
        />
        {contract.kind === "RISE_FALL" && (
          <SelectField
            name="contract.duration_unit"
            label="Counted in"
            value={contract.duration_unit}
            options={UNITS}
            errors={errors["contract.duration_unit"]}
            choose={(duration_unit) => set({ duration_unit })}
          />
        )}
      </div>
      {contract.kind === "MULTIPLIER" && number("multiplier", "Multiplier", "As the broker offers it: 10, 100, …")}
      {contract.kind === "RISE_FALL" && number("duration", "Duration", "How long a contract runs.")}
      {contract.kind === "ACCUMULATOR" && number("growth_rate", "Growth rate", "A fraction per tick: 0.01 to 0.05.")}
    </Panel>
  );
}
