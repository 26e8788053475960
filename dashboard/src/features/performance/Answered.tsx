import type { ReactNode } from "react";

import { ErrorState, Skeleton } from "../../ui/states";
import type { Answer } from "./useAnswer";

interface AnsweredProps<T> {
  answer: Answer<T>;
  /** Of what it is: "The signals". */
  what: string;
  children: (data: T) => ReactNode;
}

/** What was answered, or that it is on its way, or why it did not come. */
export function Answered<T>({ answer: { data, problem, busy, reload }, what, children }: AnsweredProps<T>) {
  if (problem !== null) return <ErrorState title={`${what} cannot be loaded`} message={problem} retry={reload} />;
  if (data === null) {
    return (
      <div className="panel" role="status" aria-label="Loading">
        <Skeleton lines={12} />
      </div>
    );
  }
  return (
    <div className={`stack answered ${busy ? "busy" : ""}`} aria-busy={busy}>
      {children(data)}
    </div>
  );
}
