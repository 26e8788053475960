import type { ReactNode } from "react";

import { useHindrance } from "../state/rights";

interface ActProps {
  /** Not to be used as things stand, whoever it is. */
  forbidden?: boolean;
  children: ReactNode;
}

/** Around controls that change something: who may only look finds them disabled, with the reason. */
export function Act({ forbidden = false, children }: ActProps) {
  const hindrance = useHindrance();
  return (
    <fieldset className="act" role="none" disabled={forbidden || hindrance !== null} title={hindrance ?? undefined}>
      {children}
    </fieldset>
  );
}
