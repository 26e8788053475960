import { type FormEvent, useRef, useState } from "react";

import { api } from "../../api/client";
import { messageOf } from "../../api/http";
import type { Me } from "../../api/types";
import { Logo } from "../../ui/icons";
import { ThemeToggle } from "../../ui/ThemeToggle";

export function LoginPage({ expired, signedIn }: { expired: boolean; signedIn: (me: Me) => void }) {
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const password = useRef<HTMLInputElement>(null);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setProblem(null);
    try {
      signedIn(await api.login(String(form.get("username")), String(form.get("password"))));
    } catch (error) {
      setProblem(messageOf(error));
      setBusy(false);
      password.current?.select();
    }
  }

  return (
    <main className="login">
      <div className="login-theme">
        <ThemeToggle />
      </div>
      <form className="panel login-card" onSubmit={(event) => void submit(event)} data-testid="login-form">
        <h1>
          <Logo /> Signalist
        </h1>
        {expired && !problem && <p className="note">Your session has ended. Sign in to go on.</p>}
        <label className="field">
          <span>Username</span>
          <input name="username" autoComplete="username" autoCapitalize="none" required autoFocus data-testid="login-username" />
        </label>
        <label className="field">
          <span>Password</span>
          <input
            ref={password}
            name="password"
            type="password"
            autoComplete="current-password"
            required
            data-testid="login-password"
          />
        </label>
        {problem && (
          <p className="form-error" role="alert" data-testid="login-error">
            {problem}
          </p>
        )}
        <button type="submit" className="button primary wide" disabled={busy} data-testid="login-submit">
          {busy ? "Signing in…" : "Sign in"}
        </button>
        <p className="hint">First time here? The demo login is printed in the terminal in which Signalist was started.</p>
      </form>
    </main>
  );
}
