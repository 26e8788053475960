import type { Query } from "../../../api/http";
import { performance } from "../../../api/performance";
import { FigureCards } from "../../results/FigureCards";
import { Empty } from "../../../ui/states";
import { Answered } from "../Answered";
import { useAnswer } from "../useAnswer";
import { Calibration } from "./Calibration";
import { Funnel } from "./Funnel";
import { Sources } from "./Sources";

/** Seconds to the millisecond where they are few. */
export function delay(seconds: number | null): string {
  if (seconds === null) return "–";
  return seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
}

const percent = (part: number, of: number) => (of === 0 ? "–" : `${((part / of) * 100).toFixed(1)}%`);

/** What became of signals: how many were traded, how soon, and whether they kept what they promised. */
export function SignalsTab({ asked, currency }: { asked: Query | null; currency: string }) {
  const answer = useAnswer(performance.signals, asked);
  return (
    <Answered answer={answer} what="The signals">
      {({ conversion, latency, by_source, calibration }) =>
        conversion.signals === 0 ? (
          <Empty title="No signal yet">They are counted from the first one that a session decides on.</Empty>
        ) : (
          <>
            <FigureCards
              label="Signals"
              cards={[
                { label: "Signals", value: conversion.signals.toLocaleString("en-US") },
                { label: "Conversion", value: percent(conversion.executed, conversion.signals), help: "Signals that became trades.", testId: "conversion" },
                { label: "Median latency", value: delay(latency.p50), help: "From the signal to its fill.", testId: "latency-p50" },
                { label: "95 % within", value: delay(latency.p95), help: "From the signal to its fill.", testId: "latency-p95" },
              ]}
            />
            <div className="pair">
              <div className="stack">
                <Funnel conversion={conversion} />
                <Sources sources={by_source} currency={currency} />
              </div>
              <Calibration buckets={calibration} />
            </div>
          </>
        )
      }
    </Answered>
  );
}
