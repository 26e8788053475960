import { useState } from "react";

import { api } from "../../api/client";
import type { Journal, TradeDetail } from "../../api/tradeTypes";
import { isWebAddress } from "../../lib/links";
import { Act } from "../../ui/Act";
import { Panel } from "../../ui/Panel";
import { TextArea } from "../../ui/TextArea";
import { TextField } from "../../ui/TextField";
import { useOnce } from "../../ui/useOnce";
import { errorsAt } from "../sessions/editor/errors";
import { journalChanges, type JournalDraft, journalDraft } from "./journal";
import { Stars } from "./Stars";

const FIELDS = ["notes", "tags", "rating", "links"];

function Links({ links }: { links: string[] }) {
  if (links.length === 0) return null;
  return (
    <ul className="journal-links">
      {links.map((link) => (
        <li key={link} className="clip">
          {isWebAddress(link) ? (
            <a href={link} target="_blank" rel="noopener noreferrer">
              {link}
            </a>
          ) : (
            link
          )}
        </li>
      ))}
    </ul>
  );
}

/** What a person notes beside a trade. It is saved when that is asked for, and says whether it is. */
export function JournalPanel({ trade, saved }: { trade: TradeDetail; saved: (journal: Journal) => void }) {
  const [edits, setEdits] = useState<Partial<JournalDraft>>({});
  const [done, setDone] = useState(false);
  const draft = { ...journalDraft(trade), ...edits };
  const changes = journalChanges(trade, draft);
  const dirty = Object.keys(changes).length > 0;
  const send = useOnce(async (key) => {
    const sent = edits;
    saved(await api.writeJournal(trade.id, changes, key));
    // What was typed while it was on its way is kept.
    setEdits((now) => (now === sent ? {} : now));
    setDone(true);
  });
  const edit = (part: Partial<JournalDraft>) => {
    send.renew();
    setDone(false);
    setEdits({ ...edits, ...part });
  };
  const discard = () => {
    send.renew();
    setEdits({});
  };
  const errors = send.problem?.fields ?? {};
  const shown = Object.keys(errors).some((name) => FIELDS.includes(name.split(".")[0] ?? ""));
  return (
    <Panel
      title="Journal"
      testId="trade-journal"
      aside={
        <span className={dirty ? "unsaved" : "muted"} role="status" data-testid="journal-state">
          {send.busy ? "Saving…" : dirty ? "Not saved" : done ? "Saved" : ""}
        </span>
      }
    >
      <Act>
        <form
          className="journal"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            if (dirty) send.run();
          }}
        >
          <Stars value={draft.rating} errors={errorsAt(errors, "rating")} choose={(rating) => edit({ rating })} />
          <TextArea
            name="notes"
            label="Notes"
            rows={5}
            maxLength={10_000}
            placeholder="Why it was taken, what went well, what did not"
            value={draft.notes}
            errors={errorsAt(errors, "notes")}
            change={(notes) => edit({ notes })}
          />
          <TextField
            name="tags"
            label="Tags"
            hint="Between commas."
            value={draft.tags}
            errors={errorsAt(errors, "tags")}
            onChange={(event) => edit({ tags: event.target.value })}
          />
          <TextArea
            name="links"
            label="Chart screenshots"
            hint="Web addresses, one a line."
            rows={2}
            placeholder="https://"
            value={draft.links}
            errors={errorsAt(errors, "links")}
            change={(links) => edit({ links })}
          />
          <Links links={trade.links} />
          {send.problem && !shown && (
            <p className="form-error" role="alert">
              {send.problem.message}
            </p>
          )}
          <div className="form-foot">
            <button type="submit" className="button primary" disabled={!dirty || send.busy} data-testid="journal-save">
              {send.busy ? "Saving…" : "Save journal"}
            </button>
            <button type="button" className="button ghost" disabled={!dirty || send.busy} onClick={discard}>
              Discard
            </button>
          </div>
        </form>
      </Act>
    </Panel>
  );
}
