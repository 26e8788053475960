import { render, type RenderResult } from "@testing-library/react";
import type { ReactNode } from "react";

import { ControllerContext } from "../state/context";
import { Controller } from "../state/controller";
import type { Snapshot } from "../state/model";
import { snapshot } from "./samples";

/** Render below a controller that has loaded `change` and is connected to nothing. */
export function renderDesk(node: ReactNode, change: Partial<Snapshot> = {}): RenderResult & { controller: Controller } {
  const controller = new Controller();
  controller.store.dispatch({ type: "loaded", snapshot: { ...snapshot, ...change } });
  return { controller, ...render(<ControllerContext value={controller}>{node}</ControllerContext>) };
}
