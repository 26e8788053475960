import { createContext, useContext, useSyncExternalStore } from "react";

import type { Controller } from "./controller";
import type { State } from "./model";

export const ControllerContext = createContext<Controller | null>(null);

export function useController(): Controller {
  const controller = useContext(ControllerContext);
  if (controller === null) throw new Error("There is no controller above this component.");
  return controller;
}

/** A slice of the state. `select` must return what the state holds, not something built anew. */
export function useDash<T>(select: (state: State) => T): T {
  const { store } = useController();
  return useSyncExternalStore(store.subscribe, () => select(store.get()));
}
