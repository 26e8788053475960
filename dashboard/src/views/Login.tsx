import { type FormEvent, useState } from "react";

import { api } from "../api/client";
import type { Me } from "../api/types";

export function Login({ done }: { done: (me: Me) => void }) {
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setError(null);
    try {
      done(await api.login(String(form.get("username")), String(form.get("password"))));
    } catch (problem) {
      setError((problem as Error).message);
      setBusy(false);
    }
  }

  return (
    <main className="login">
      <form onSubmit={submit} data-testid="login-form">
        <h1>Signalist</h1>
        <label>
          Username
          <input name="username" autoComplete="username" required autoFocus data-testid="login-username" />
        </label>
        <label>
          Password
          <input name="password" type="password" autoComplete="current-password" required data-testid="login-password" />
        </label>
        {error && <p role="alert" className="down">{error}</p>}
        <button type="submit" className="primary" disabled={busy} data-testid="login-submit">
          {busy ? "Signing in …" : "Sign in"}
        </button>
        <p className="hint">The demo login is printed where <code>./run</code> was started.</p>
      </form>
    </main>
  );
}
