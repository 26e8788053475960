import type { SizingMethod } from "../../../api/sessionTypes";
import { Field } from "../../../ui/Field";
import { Panel } from "../../../ui/Panel";
import { SelectField } from "../../../ui/SelectField";
import { errorsAt } from "./errors";
import type { MoneyPartProps } from "./part";
import { fieldsOf, methodOf, METHODS, SIZING_FIELDS } from "./sizing";

/** How large a trade is to be; the limits then cap it. */
export function SizingPart({ draft, account, errors, change }: MoneyPartProps) {
  const { sizing } = draft;
  return (
    <Panel title="Size of a trade" testId="editor-sizing">
      <div className="form-grid single">
        <SelectField
          name="sizing.method"
          label="Method"
          value={sizing.method}
          options={METHODS.map(({ name, label }) => ({ value: name, label }))}
          errors={errorsAt(errors, "sizing.method")}
          choose={(method) => change({ sizing: { ...sizing, method: method as SizingMethod } })}
        />
        <p className="formula" data-testid="sizing-formula">
          {methodOf(sizing.method).formula} <span className="muted">The limits cap it, and it is rounded down to the market’s lot.</span>
        </p>
      </div>
      <div className="field-rows">
        {fieldsOf(sizing.method).map((name) => (
          <Field
            key={name}
            name={`sizing.${name}`}
            label={SIZING_FIELDS[name].label}
            hint={SIZING_FIELDS[name].help}
            step="any"
            suffix={SIZING_FIELDS[name].unit === "money" ? account.currency : SIZING_FIELDS[name].unit}
            value={sizing[name]}
            errors={errorsAt(errors, `sizing.${name}`)}
            change={(value) => change({ sizing: { ...sizing, [name]: value } })}
          />
        ))}
      </div>
    </Panel>
  );
}
