import type { TrailingKind } from "../../../api/sessionTypes";
import { share } from "../../../lib/format";
import { Field, FieldErrorText, SwitchRow } from "../../../ui/Field";
import { Panel } from "../../../ui/Panel";
import type { ExitDraft } from "./draft";
import { errorsAt } from "./errors";
import type { PartProps, RulePartProps } from "./part";

interface ExitProps {
  exit: ExitDraft;
  errors: PartProps["errors"];
  set: (part: Partial<ExitDraft>) => void;
  /** What holds without a target. */
  untargeted?: string;
}

const KINDS: { value: TrailingKind; label: string; unit: string }[] = [
  { value: "PERCENT", label: "Percent of the best price", unit: "%" },
  { value: "DISTANCE", label: "Distance in price", unit: "price" },
  { value: "ATR", label: "Average true ranges", unit: "ATR" },
];

function TrailingFields({ exit, errors, set }: ExitProps) {
  const path = "exit_plan.trailing";
  const kind = KINDS.find((item) => item.value === exit.kind);
  const at = (name: string) => errorsAt(errors, `${path}.${name}`);
  return (
    <div className="field-rows">
      <div className="field-row">
        <label htmlFor="trailing-kind">Kept behind by</label>
        <select
          id="trailing-kind"
          value={exit.kind}
          data-testid={`field-${path}.kind`}
          onChange={(event) => set({ kind: event.target.value as TrailingKind })}
        >
          {KINDS.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </div>
      <Field
        name={`${path}.value`}
        label="How far"
        hint="Behind the best price since the entry."
        step="any"
        suffix={kind?.unit}
        value={exit.value}
        errors={at("value")}
        change={(value) => set({ value })}
      />
      <Field
        name={`${path}.activation_percent`}
        label="Begins at a profit of"
        hint="Of the entry. 0: at once."
        step="any"
        suffix="%"
        value={exit.activation_percent}
        errors={at("activation_percent")}
        change={(activation_percent) => set({ activation_percent })}
      />
      <Field
        name={`${path}.step_percent`}
        label="Moves in steps of"
        hint="Of its distance. 0: with every better price."
        step="any"
        suffix="%"
        value={exit.step_percent}
        errors={at("step_percent")}
        change={(step_percent) => set({ step_percent })}
      />
      {exit.kind === "ATR" && (
        <Field
          name={`${path}.atr_period`}
          label="ATR period"
          hint="As it stood at the entry."
          step="1"
          suffix="candles"
          value={exit.atr_period}
          errors={at("atr_period")}
          change={(atr_period) => set({ atr_period })}
        />
      )}
    </div>
  );
}

function BreakEvenFields({ exit, errors, set }: ExitProps) {
  const path = "exit_plan.break_even";
  return (
    <div className="field-rows">
      <Field
        name={`${path}.trigger_percent`}
        label="At a profit of"
        hint="Of the entry."
        step="any"
        suffix="%"
        value={exit.trigger_percent}
        errors={errorsAt(errors, `${path}.trigger_percent`)}
        change={(trigger_percent) => set({ trigger_percent })}
      />
      <Field
        name={`${path}.offset_percent`}
        label="Beyond the entry by"
        hint="Of the entry: enough to pay the fees."
        step="any"
        suffix="%"
        value={exit.offset_percent}
        errors={errorsAt(errors, `${path}.offset_percent`)}
        change={(offset_percent) => set({ offset_percent })}
      />
    </div>
  );
}

/** How much of the trade the targets leave to the stop. */
function leftOver(targets: ExitDraft["targets"]): string {
  const sum = targets.reduce((total, target) => total + (Number(target.portion) || 0), 0);
  if (sum > 1 + 1e-9) return `Together ${share(sum)}: more than all of it.`;
  return sum > 1 - 1e-9 ? "Together all of it." : `Together ${share(sum)}; the rest is left to the stop.`;
}

function Targets({ exit, errors, set, untargeted = "None: the signal’s own first one, or the default below." }: ExitProps) {
  const { targets } = exit;
  const edit = (index: number, part: Partial<ExitDraft["targets"][number]>) =>
    set({ targets: targets.map((item, at) => (at === index ? { ...item, ...part } : item)) });
  return (
    <fieldset className="sub-part">
      <legend>Targets</legend>
      <small className="muted">{targets.length === 0 ? untargeted : leftOver(targets)}</small>
      <FieldErrorText id="targets-error" errors={errors["exit_plan.targets"]} />
      {targets.map((target, index) => (
        <div key={index} className="target" data-testid="target">
          <div className="field-rows">
            <Field
              name={`exit_plan.targets.${index}.percent`}
              label={`Target ${index + 1}: at a profit of`}
              hint="Of the entry."
              step="any"
              suffix="%"
              value={target.percent}
              errors={errorsAt(errors, `exit_plan.targets.${index}.percent`)}
              change={(percent) => edit(index, { percent })}
            />
            <Field
              name={`exit_plan.targets.${index}.portion`}
              label="Closes"
              hint="Of the whole size: a fraction from 0 to 1."
              step="any"
              suffix={Number(target.portion) > 0 ? share(target.portion) : undefined}
              value={target.portion}
              errors={errorsAt(errors, `exit_plan.targets.${index}.portion`)}
              change={(portion) => edit(index, { portion })}
            />
          </div>
          <button
            type="button"
            className="button small ghost"
            aria-label={`Remove target ${index + 1}`}
            onClick={() => set({ targets: targets.filter((_, at) => at !== index) })}
          >
            Remove
          </button>
        </div>
      ))}
      <button
        type="button"
        className="button small"
        data-testid="target-add"
        onClick={() => set({ targets: [...targets, { percent: "", portion: targets.length === 0 ? "1" : "" }] })}
      >
        Add a target
      </button>
    </fieldset>
  );
}

/** What ends a trade besides its stop. */
export function ExitFields(props: ExitProps) {
  const { exit, errors, set } = props;
  return (
    <>
      <SwitchRow
        name="trailing"
        label="Trailing stop"
        hint="The stop follows the price, and never goes back."
        checked={exit.trailing}
        errors={errors["exit_plan.trailing"]}
        change={(trailing) => set({ trailing })}
      />
      {exit.trailing && <TrailingFields {...props} />}
      <SwitchRow
        name="break_even"
        label="Break-even"
        hint="After a profit, the stop goes to the entry."
        checked={exit.break_even}
        errors={errors["exit_plan.break_even"]}
        change={(break_even) => set({ break_even })}
      />
      {exit.break_even && <BreakEvenFields {...props} />}
      <Targets {...props} />
      <Field
        name="exit_plan.time_exit_minutes"
        label="Time exit"
        hint="Closed at the market so long after the entry. Left empty, never."
        step="any"
        suffix="min"
        value={exit.time_exit_minutes}
        errors={errorsAt(errors, "exit_plan.time_exit_minutes")}
        change={(time_exit_minutes) => set({ time_exit_minutes })}
      />
    </>
  );
}

/** How trades are managed to their end, besides their stop. */
export function Exits({ draft, errors, change }: RulePartProps) {
  const { exit } = draft;
  return (
    <Panel title="Exit plan" testId="editor-exits">
      <ExitFields exit={exit} errors={errors} set={(part) => change({ exit: { ...exit, ...part } })} />
    </Panel>
  );
}
