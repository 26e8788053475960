import { useEffect, useMemo, useRef } from "react";

import type { Backtest, BacktestKind, BacktestOptions, BacktestStrategy } from "../../../api/backtestTypes";
import type { FieldErrors } from "../../../api/http";
import type { Strategy } from "../../../api/sessionTypes";
import { Link } from "../../../app/router";
import { Act } from "../../../ui/Act";
import { Choice } from "../../../ui/Choice";
import { Panel } from "../../../ui/Panel";
import { TextField } from "../../../ui/TextField";
import type { Loaded } from "../../../ui/useLoaded";
import { errorsAt } from "../../sessions/editor/errors";
import { Exits } from "../../sessions/editor/Exits";
import { Protection } from "../../sessions/editor/Protection";
import { Risk } from "../../sessions/editor/Risk";
import { SizingPart } from "../../sessions/editor/SizingPart";
import { Strategies } from "../../sessions/editor/Strategies";
import { AccountPart, FillPart } from "./AccountPart";
import { byField, unplacedOf } from "./errors";
import type { PartProps } from "./part";
import { SearchPart } from "./SearchPart";
import { SourcePart } from "./SourcePart";
import { searchables } from "./space";
import { type BacktestForm as Form, useBacktestForm } from "./useBacktestForm";

const KINDS: { value: BacktestKind; label: string; note: string }[] = [
  { value: "RUN", label: "Single run", note: "One setting, every trade." },
  { value: "SWEEP", label: "Sweep", note: "Many settings, the best of them proved out of sample." },
  { value: "WALK_FORWARD", label: "Walk-forward", note: "Searched again and again, each best traded on what follows." },
];
const NO_ERRORS: FieldErrors = {};

/** The strategies in the form that the shared part of the session's editor takes them. */
function asLoaded(strategies: BacktestStrategy[]): Loaded<Strategy[]> {
  const data = strategies.map(({ schema, ...rest }) => ({ ...rest, parameters: { properties: schema.properties ?? {} } }));
  return { data, problem: null, reload: () => undefined };
}

function Basics({ draft, errors, change }: PartProps) {
  return (
    <Panel title="Backtest">
      <div className="form-grid single">
        <TextField
          name="name"
          label="Name"
          maxLength={100}
          placeholder="What you will know it by"
          value={draft.name}
          errors={errorsAt(errors, "name")}
          onChange={(event) => change({ name: event.target.value })}
        />
        <Choice name="kind" legend="Kind" value={draft.kind} options={KINDS} errors={errorsAt(errors, "kind")} choose={(kind) => change({ kind })} />
      </div>
    </Panel>
  );
}

function Parts({ options, ...part }: PartProps & { options: BacktestOptions }) {
  const { draft, errors, change } = part;
  const strategies = useMemo(() => asLoaded(options.strategies), [options]);
  const settings = useMemo(() => searchables(draft.rules, options.strategies), [draft.rules, options]);
  const rules = {
    draft: draft.rules,
    errors,
    account: { currency: draft.account.currency },
    change: (change_: Partial<typeof draft.rules>) => change({ rules: { ...draft.rules, ...change_ } }),
  };
  return (
    <div className="editor-columns">
      <div className="stack">
        <Basics {...part} />
        <SourcePart {...part} series={options.series} />
        <Strategies {...rules} strategies={strategies} />
        {draft.kind !== "RUN" && <SearchPart {...part} settings={settings} figures={options.figures} />}
        <AccountPart {...part} />
        <FillPart {...part} />
      </div>
      <div className="stack">
        <SizingPart {...rules} />
        <Protection {...rules} />
        <Exits {...rules} />
        <Risk {...rules} />
      </div>
    </div>
  );
}

function Foot({ form: { send, made, draft }, hasData }: { form: Form; hasData: boolean }) {
  const rest = send.problem ? unplacedOf(send.problem, draft) : [];
  return (
    <div className="editor-foot">
      {send.problem && (
        <p className="form-error" role="alert" data-testid="backtest-problem">
          {rest.length > 0 ? rest.join(" ") : "Some fields need another look."}
        </p>
      )}
      <button type="submit" className="button primary" disabled={send.busy || made || !hasData} data-testid="backtest-submit">
        {send.busy || made ? "Starting…" : "Run backtest"}
      </button>
      <Link to="/backtests" className="button ghost">
        Cancel
      </Link>
      {!hasData && <span className="muted">There are no candles yet to run it on.</span>}
    </div>
  );
}

/** What a backtest is told. Nothing is checked here that the server checks: its objections stand at their fields. */
export function BacktestForm({ options, like }: { options: BacktestOptions; like: Backtest | null }) {
  const box = useRef<HTMLFormElement>(null);
  const form = useBacktestForm(options, like);
  const { problem } = form.send;
  const errors = useMemo(() => (problem ? byField(problem.fields) : NO_ERRORS), [problem]);
  useEffect(() => {
    if (problem) box.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [problem]);
  return (
    <form ref={box} noValidate onSubmit={form.submit} data-testid="backtest-form">
      <Act>
        <Parts draft={form.draft} errors={errors} change={form.change} options={options} />
        <Foot form={form} hasData={options.series.length > 0} />
      </Act>
    </form>
  );
}
