import { useState } from "react";

import { api } from "../api/client";
import { useOnce } from "../parts/useOnce";

/** For a user without an account. */
export function Welcome({ opened }: { opened: () => void }) {
  const [error, setError] = useState<string | null>(null);
  const start = useOnce(() => api.start().then(opened), setError);
  return (
    <main className="login">
      <div className="card">
        <h1>Welcome</h1>
        <p>You have no account yet. A paper account trades the built-in simulated market with $1,000 of play money.</p>
        {error && <p role="alert" className="down">{error}</p>}
        <button type="button" className="primary" disabled={start.busy} onClick={start.run}>Open a paper account</button>
      </div>
    </main>
  );
}
