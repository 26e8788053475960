import { createContext, useContext } from "react";

import type { Role } from "../api/sessionTypes";

export const RoleContext = createContext<Role>("trader");

export function useRole(): Role {
  return useContext(RoleContext);
}

/** Why the user may not act; null for one who may. */
export function useHindrance(): string | null {
  return useContext(RoleContext) === "viewer" ? "You are a viewer: you may look at everything and change nothing." : null;
}
