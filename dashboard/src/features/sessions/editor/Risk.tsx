import { Field } from "../../../ui/Field";
import { Panel } from "../../../ui/Panel";
import { LIMIT_GROUPS, unitWord } from "../limits";
import { errorsAt } from "./errors";
import type { MoneyPartProps } from "./part";

/** Every limit with its unit; empty is none. */
export function Risk({ draft, account, errors, change }: MoneyPartProps) {
  const count = Object.values(draft.risk).filter((value) => value.trim() !== "").length;
  return (
    <Panel title="Risk limits" count={count || undefined} aside={<span className="muted">Empty: no limit</span>} testId="editor-risk">
      {LIMIT_GROUPS.map((group) => (
        <fieldset key={group.title} className="limit-group">
          <legend>{group.title}</legend>
          <div className="field-rows">
            {group.limits.map(({ name, label, unit, help }) => (
              <Field
                key={name}
                name={`risk.${name}`}
                label={label}
                hint={help}
                step={unit === "count" ? "1" : "any"}
                suffix={unitWord(unit, account.currency)}
                value={draft.risk[name]}
                errors={errorsAt(errors, `risk.${name}`)}
                change={(value) => change({ risk: { ...draft.risk, [name]: value } })}
              />
            ))}
          </div>
        </fieldset>
      ))}
    </Panel>
  );
}
