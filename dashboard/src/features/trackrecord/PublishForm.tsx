import { useState } from "react";

import { performance } from "../../api/performance";
import type { TrackRecord } from "../../api/performanceTypes";
import { TextField } from "../../ui/TextField";
import { SwitchRow } from "../../ui/Field";
import { useOnce } from "../../ui/useOnce";

interface PublishFormProps {
  account: number;
  session: number | null;
  /** What it is called to begin with. */
  name: string;
  published: (record: TrackRecord) => void;
}

/** Have the results of an account or session shown to whoever has the link. */
export function PublishForm({ account, session, name, published }: PublishFormProps) {
  const [title, setTitle] = useState(name);
  const [amounts, setAmounts] = useState(false);
  const send = useOnce(async (key) => {
    published(
      await performance.publish({ title: title.trim(), show_amounts: amounts, ...(session === null ? { account } : { session }) }, key),
    );
  });
  const { problem, renew } = send;
  const errors = problem?.fields ?? {};
  return (
    <form
      noValidate
      className="publish"
      data-testid="publish-form"
      onSubmit={(event) => {
        event.preventDefault();
        send.run();
      }}
    >
      <TextField
        name="title"
        label="Title"
        hint="Whoever has the link reads it."
        required
        maxLength={100}
        value={title}
        errors={errors["title"]}
        onChange={(event) => {
          renew();
          setTitle(event.target.value);
        }}
      />
      <SwitchRow
        name="show_amounts"
        label="Show amounts"
        hint="Left out, there are percents and ratios only: nobody learns how much money it is."
        checked={amounts}
        errors={errors["show_amounts"]}
        change={(checked) => {
          renew();
          setAmounts(checked);
        }}
      />
      {problem && (
        <p className="form-error" role="alert">
          {problem.message}
        </p>
      )}
      <div className="form-foot">
        <button type="submit" className="button primary" disabled={send.busy} data-testid="publish">
          {send.busy ? "Publishing…" : "Publish"}
        </button>
      </div>
    </form>
  );
}
