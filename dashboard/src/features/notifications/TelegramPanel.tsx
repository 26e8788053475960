import { useCallback, useEffect, useState } from "react";

import type { Telegram } from "../../api/alertTypes";
import { api } from "../../api/client";
import { messageOf } from "../../api/http";
import { Act } from "../../ui/Act";
import { Confirm } from "../../ui/Confirm";
import { Panel } from "../../ui/Panel";
import { ErrorState, Skeleton } from "../../ui/states";
import { useOnce } from "../../ui/useOnce";
import { TelegramBot } from "./TelegramBot";
import { TelegramToken } from "./TelegramToken";

/** While a code waits to be sent to the bot, whether it was. */
const LOOK_MS = 3000;

function Forget({ username, done }: { username: string; done: () => void }) {
  const remove = useOnce(async () => {
    await api.removeTelegram();
    done();
  });
  return (
    <>
      <Confirm
        ask="Unlink and forget"
        confirm="Forget the bot?"
        label={`Forget the bot ${username} and its token`}
        busyText="Forgetting…"
        busy={remove.busy}
        run={remove.run}
        testId="telegram-remove"
      />
      {remove.problem && (
        <span className="down" role="alert">
          {remove.problem.message}
        </span>
      )}
    </>
  );
}

/** A bot of one's own: it tells of alerts, and takes orders from the one chat that is linked. */
export function TelegramPanel() {
  const [bot, setBot] = useState<Telegram | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [replacing, setReplacing] = useState(false);
  const look = useCallback(() => {
    api.telegram().then(
      (found) => {
        setBot(found);
        setProblem(null);
      },
      (error: unknown) => setProblem(messageOf(error)),
    );
  }, []);
  useEffect(look, [look]);
  const waiting = bot?.link_code != null;
  useEffect(() => {
    if (!waiting) return undefined;
    const timer = window.setInterval(() => !document.hidden && look(), LOOK_MS);
    return () => window.clearInterval(timer);
  }, [waiting, look]);

  const apply = (now: Telegram) => {
    setBot(now);
    setReplacing(false);
  };
  return (
    <Panel
      title="Telegram"
      testId="telegram"
      aside={
        bot?.configured && (
          <Act>
            <Forget username={bot.username} done={look} />
          </Act>
        )
      }
    >
      {bot === null ? (
        problem === null ? (
          <Skeleton lines={4} />
        ) : (
          <ErrorState title="The bot cannot be loaded" message={problem} retry={look} />
        )
      ) : (
        <div className="telegram">
          {bot.configured && <TelegramBot bot={bot} apply={apply} replace={() => setReplacing(true)} />}
          {(!bot.configured || replacing) && <TelegramToken apply={apply} cancel={bot.configured ? () => setReplacing(false) : undefined} />}
        </div>
      )}
    </Panel>
  );
}
