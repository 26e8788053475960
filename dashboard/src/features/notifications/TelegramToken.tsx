import { useState } from "react";

import type { Telegram } from "../../api/alertTypes";
import { api } from "../../api/client";
import { Act } from "../../ui/Act";
import { TextField } from "../../ui/TextField";
import { useOnce } from "../../ui/useOnce";

interface TokenProps {
  apply: (bot: Telegram) => void;
  cancel?: (() => void) | undefined;
}

/** The bot's token: tried out at Telegram, stored encrypted, never shown again. */
export function TelegramToken({ apply, cancel }: TokenProps) {
  const [token, setToken] = useState("");
  const send = useOnce(async () => {
    const bot = await api.setTelegram(token.trim());
    setToken("");
    apply(bot);
  });
  const wrong = send.problem?.fields["token"];
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (token.trim() !== "") send.run();
      }}
    >
      <ol className="steps">
        <li>
          In Telegram, write <code>/newbot</code> to <b>@BotFather</b> and follow it.
        </li>
        <li>Paste the token that it gives you here.</li>
      </ol>
      <Act>
        <TextField
          name="token"
          label="Token"
          secret
          required
          hint="It is stored encrypted, and never shown again."
          value={token}
          errors={wrong}
          onChange={(event) => {
            send.renew();
            setToken(event.target.value);
          }}
        />
        {send.problem && !wrong && (
          <p className="form-error" role="alert">
            {send.problem.message}
          </p>
        )}
        <div className="form-foot">
          <button type="submit" className="button primary" disabled={send.busy || token.trim() === ""} data-testid="telegram-save">
            {send.busy ? "Trying it out…" : "Connect the bot"}
          </button>
          {cancel && (
            <button type="button" className="button ghost" disabled={send.busy} onClick={cancel}>
              Cancel
            </button>
          )}
        </div>
      </Act>
    </form>
  );
}
