import { useEffect, useRef } from "react";

import { api } from "../../../api/client";
import type { FieldErrors } from "../../../api/http";
import type { Session } from "../../../api/sessionTypes";
import type { Account } from "../../../api/types";
import { Link } from "../../../app/router";
import { Act } from "../../../ui/Act";
import { ModeBadge } from "../../../ui/ModeBadge";
import { useLoaded } from "../../../ui/useLoaded";
import { Basics, Signals } from "./Basics";
import { unplaced } from "./errors";
import { Exits } from "./Exits";
import { Hours } from "./Hours";
import type { PartProps } from "./part";
import { ContractPart, Protection, Weights } from "./Protection";
import { Risk } from "./Risk";
import { SizingPart } from "./SizingPart";
import { Strategies } from "./Strategies";
import { type SessionForm, useSessionForm } from "./useSessionForm";
import { Versions } from "./Versions";

const NO_ERRORS: FieldErrors = {};

function Parts(part: PartProps) {
  const strategies = useLoaded(api.strategies);
  return (
    <div className="editor-columns">
      <div className="stack">
        <Basics {...part} />
        <Strategies {...part} strategies={strategies} />
        <Signals {...part} />
        <Hours {...part} />
        <Weights {...part} />
      </div>
      <div className="stack">
        <Risk {...part} />
        <SizingPart {...part} />
        <Exits {...part} />
        <Protection {...part} />
        {part.account.broker === "deriv" && <ContractPart {...part} />}
      </div>
    </div>
  );
}

/** What is wrong and has no field, and the buttons: in sight wherever one is in the form. */
function Foot({ form: { send, draft, dirty, discard }, isNew }: { form: SessionForm; isNew: boolean }) {
  const rest = send.problem ? unplaced(send.problem, draft) : [];
  return (
    <div className="editor-foot">
      {send.problem && (
        <p className="form-error" role="alert" data-testid="editor-problem">
          {rest.length > 0 ? rest.join(" ") : "Some fields need another look."}
        </p>
      )}
      <button type="submit" className="button primary" disabled={send.busy || !dirty} data-testid="editor-save">
        {send.busy ? "Saving…" : isNew ? "Create session" : "Save changes"}
      </button>
      {isNew ? (
        <span className="muted">It is stopped until you start it.</span>
      ) : (
        <button type="button" className="button ghost" disabled={send.busy || !dirty} onClick={discard}>
          Discard
        </button>
      )}
    </div>
  );
}

interface SessionEditorProps {
  account: Account;
  /** Null for a new one. */
  session: Session | null;
  /** What a new one begins with. */
  begin?: Partial<Session>;
}

/** What a session is told. Nothing is checked here that the server checks: its objections stand at their fields. */
export function SessionEditor({ account, session, begin = {} }: SessionEditorProps) {
  const box = useRef<HTMLFormElement>(null);
  const form = useSessionForm(account, session, begin);
  const { problem } = form.send;
  useEffect(() => {
    if (problem) box.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [problem]);
  const twin = session !== null && session.shadow_of !== null;
  return (
    <div className="session-editor">
      <p className="crumb">
        <Link to="/sessions">← All sessions</Link>
      </p>
      <div className="page-head">
        <h1>{session === null ? "New session" : session.name}</h1>
        <span className="account-choice">
          <ModeBadge mode={account.mode} /> {account.name}
        </span>
      </div>
      {twin && (
        <p className="note" data-testid="twin-note">
          A paper twin is told what <Link to={`/sessions/${session.shadow_of}`}>its session</Link> is told.
        </p>
      )}
      <form ref={box} noValidate onSubmit={form.submit} data-testid="session-editor">
        <Act forbidden={twin}>
          <Parts draft={form.draft} account={account} errors={problem?.fields ?? NO_ERRORS} change={form.change} />
          <Foot form={form} isNew={session === null} />
        </Act>
      </form>
      {session !== null && <Versions session={session.id} now={session.algorithm_version} />}
    </div>
  );
}
