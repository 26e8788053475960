import { useState } from "react";

import type { Broker, CredentialField } from "../../../api/brokerTypes";
import type { FieldErrors } from "../../../api/http";
import { Choice, type Option } from "../../../ui/Choice";
import { TextField } from "../../../ui/TextField";
import { choicesOf, errorsOf, inLines } from "./form";

interface PickedProps {
  field: CredentialField;
  options: Option<string>[];
  errors: string[] | undefined;
}

function PickedField({ field, options, errors }: PickedProps) {
  const [value, setValue] = useState(options[0]?.value ?? "");
  return (
    <Choice name={`credentials.${field.name}`} legend={field.label} value={value} options={options} errors={errors} choose={setValue} />
  );
}

/** The inputs that the broker's catalog entry asks for. Nothing typed here is kept in state. */
export function CredentialFields({ broker, errors }: { broker: Broker; errors: FieldErrors }) {
  // Refused keys are wrong as a whole: it is said once, at the last of them.
  const refused = errors["credentials"];
  const last = broker.credentials.findLast((field) => choicesOf(broker.id, field).length === 0);
  return broker.credentials.map((field) => {
    const options = choicesOf(broker.id, field);
    const own = errorsOf(errors, field.name);
    if (options.length > 0) return <PickedField key={field.name} field={field} options={options} errors={own} />;
    return (
      <TextField
        key={field.name}
        name={`credentials.${field.name}`}
        label={field.label}
        hint={field.help}
        required={field.required}
        secret={field.secret}
        lines={inLines(broker.id, field.name)}
        errors={own ?? (field === last ? refused : undefined)}
        {...(refused?.length ? { "aria-invalid": true } : {})}
      />
    );
  });
}
