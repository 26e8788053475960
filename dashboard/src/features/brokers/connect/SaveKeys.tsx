import { TextField } from "../../../ui/TextField";

interface SaveKeysProps {
  /** A label to begin with. */
  name: string;
  real: boolean;
  busy: boolean;
  saving: boolean;
  errors: string[] | undefined;
  save: () => void;
}

export function SaveKeys({ name, real, busy, saving, errors, save }: SaveKeysProps) {
  return (
    <div className="save-keys">
      <TextField
        name="label"
        label="Save as"
        hint="Kept encrypted on the server; never shown again."
        defaultValue={name}
        maxLength={60}
        required
        errors={errors}
      />
      <button type="button" className={`button ${real ? "danger" : "primary"}`} disabled={busy} data-testid="connect-save" onClick={save}>
        {saving ? "Saving…" : real ? "Save real-money keys" : "Save"}
      </button>
    </div>
  );
}
