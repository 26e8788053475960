import { type ComponentType, lazy } from "react";

import { ErrorState } from "../ui/states";

/** What a page is when its code cannot be had: mostly, the server has been updated since this one was loaded. */
function Missing() {
  return (
    <ErrorState
      title="This page cannot be loaded"
      message="The server may have been updated, or cannot be reached."
      retry={() => window.location.reload()}
    />
  );
}

/** A page whose code is fetched when it is first shown. */
export function lazyPage<P extends object>(load: () => Promise<ComponentType<P>>) {
  return lazy<ComponentType<P>>(() =>
    load().then(
      (page) => ({ default: page }),
      () => ({ default: Missing }),
    ),
  );
}
