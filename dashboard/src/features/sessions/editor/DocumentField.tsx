import type { DocumentSchema } from "../../../api/sessionTypes";
import { TextArea } from "../../../ui/TextArea";
import { documentOf, paramText } from "./draft";

interface DocumentFieldProps {
  name: string;
  label: string;
  spec: DocumentSchema;
  value: string;
  errors: string[] | undefined;
  change: (value: string) => void;
}

/** A parameter told in JSON: what is no JSON yet is said at once, the rest by the server. */
export function DocumentField({ name, label, spec, value, errors, change }: DocumentFieldProps) {
  const read = value.trim() === "" ? null : documentOf(value);
  const problem = read !== null && "problem" in read ? [read.problem] : undefined;
  return (
    <div className="document-field">
      <TextArea
        name={name}
        label={label}
        hint={`${spec.description} In JSON; left empty, it is the example.`}
        rows={Math.min(30, Math.max(8, value.split("\n").length + 1))}
        value={value}
        placeholder={paramText(spec.default)}
        errors={problem ?? errors}
        change={change}
      />
      <span className="part-foot">
        <button type="button" className="button small ghost" onClick={() => change(paramText(spec.default))}>
          Begin with the example
        </button>
        {read !== null && "document" in read && (
          <button type="button" className="button small ghost" onClick={() => change(paramText(read.document))}>
            Indent
          </button>
        )}
      </span>
    </div>
  );
}
