import { useRef, useState } from "react";

import { newKey } from "../api/client";

/**
 * A button's request that goes out once: the button is disabled from the first click, and should the request have to be
 * repeated after a failure, it carries the key of the first, so that the server does the work once.
 */
export function useOnce(send: (key: string) => Promise<unknown>, failed: (message: string) => void) {
  const [busy, setBusy] = useState(false);
  const key = useRef<string | null>(null);
  const running = useRef(false);

  async function run(): Promise<void> {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    key.current ??= newKey();
    try {
      await send(key.current);
      key.current = null;
    } catch (error) {
      failed(error instanceof Error ? error.message : String(error));
    } finally {
      running.current = false;
      setBusy(false);
    }
  }

  return { busy, run };
}
