import type { Telegram } from "../../api/alertTypes";
import { api } from "../../api/client";
import { isWebAddress } from "../../lib/links";
import { duration } from "../../lib/time";
import { Act } from "../../ui/Act";
import { SwitchRow } from "../../ui/Field";
import { useNow } from "../../ui/useNow";
import { useOnce } from "../../ui/useOnce";

function left(until: string | null, now: number): string {
  const seconds = until === null ? 0 : (Date.parse(until) - now) / 1000;
  return seconds > 0 ? ` It is good for another ${duration(seconds)}.` : "";
}

/** What to do with the code that links a chat. */
function Code({ bot }: { bot: Telegram }) {
  const now = useNow(1000);
  return (
    <div className="note" data-testid="telegram-code">
      Send <code>/start {bot.link_code}</code> to{" "}
      {bot.link_url !== null && isWebAddress(bot.link_url) ? (
        <a href={bot.link_url} target="_blank" rel="noopener noreferrer">
          @{bot.username}
        </a>
      ) : (
        `@${bot.username}`
      )}
      . The chat that does is the one it talks to and obeys.{left(bot.link_expires_at, now)}
    </div>
  );
}

interface BotProps {
  bot: Telegram;
  apply: (bot: Telegram) => void;
  replace: () => void;
}

/** The bot as it stands: who it is, whether a chat is linked, and what keeps it from listening. */
export function TelegramBot({ bot, apply, replace }: BotProps) {
  const link = useOnce(async () => apply(await api.linkTelegram()));
  const flip = useOnce(async () => apply(await api.switchTelegram(!bot.is_enabled)));
  const problem = link.problem ?? flip.problem;
  const busy = link.busy || flip.busy;
  return (
    <>
      <p className="telegram-state">
        <b>@{bot.username}</b>
        <span className={`badge ${bot.linked ? "up" : "warn"}`} data-testid="telegram-linked">
          {bot.linked ? "Chat linked" : "No chat linked"}
        </span>
      </p>
      {bot.error && (
        <p className="form-error" role="status" data-testid="telegram-error">
          {bot.error}
        </p>
      )}
      {bot.link_code !== null && <Code bot={bot} />}
      {bot.ignored > 0 && (
        <p className="muted" data-testid="telegram-ignored">
          {bot.ignored} {bot.ignored === 1 ? "message" : "messages"} from chats that are not linked {bot.ignored === 1 ? "was" : "were"} ignored.
        </p>
      )}
      <Act forbidden={busy}>
        <SwitchRow
          name="telegram"
          label="Listens for commands"
          hint="/status, /positions, /pause, /resume, and /kill, which asks back."
          checked={bot.is_enabled}
          errors={undefined}
          change={() => {
            link.clear();
            flip.run();
          }}
        />
        <div className="row-actions">
          <button
            type="button"
            className="button small"
            data-testid="telegram-link"
            onClick={() => {
              flip.clear();
              link.run();
            }}
          >
            {link.busy ? "Making one…" : bot.link_code !== null ? "New code" : bot.linked ? "Link another chat" : "Link a chat"}
          </button>
          <button type="button" className="button small ghost" data-testid="telegram-replace" onClick={replace}>
            Replace the token
          </button>
        </div>
      </Act>
      {problem && (
        <p className="form-error" role="alert">
          {problem.message}
        </p>
      )}
    </>
  );
}
