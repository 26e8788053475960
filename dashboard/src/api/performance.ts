import type { EquityFigures, MonteCarloRequest } from "./analyticsTypes";
import { query, type Query, request } from "./http";
import type {
  GateAnalytics,
  NewTrackRecord,
  Performance,
  PublicRecord,
  SignalAnalytics,
  Simulation,
  TrackRecord,
  TrackRecordChanges,
} from "./performanceTypes";
import type { Page } from "./types";

export type TradesFile = "csv" | "parquet";
export type ReportFile = "html" | "pdf";

const given = (signal?: AbortSignal) => (signal ? { signal } : {});

/** Apart from the rest of the API, so that it is loaded with the pages that need it. */
export const performance = {
  figures: (scope: Query, signal?: AbortSignal) => request<Performance>("GET", `/analytics/performance/${query(scope)}`, given(signal)),
  equity: (scope: Query, signal?: AbortSignal) =>
    request<{ points: EquityFigures[] }>("GET", `/analytics/equity/${query(scope)}`, given(signal)).then((data) => data.points),
  signals: (scope: Query, signal?: AbortSignal) => request<SignalAnalytics>("GET", `/analytics/signals/${query(scope)}`, given(signal)),
  gates: (scope: Query, signal?: AbortSignal) => request<GateAnalytics>("GET", `/analytics/gates/${query(scope)}`, given(signal)),
  monteCarlo: (body: MonteCarloRequest, signal?: AbortSignal) =>
    request<Simulation>("POST", "/analytics/montecarlo/", { body, ...given(signal) }),
  /** Where the browser gets them as files. */
  tradesPath: (scope: Query, type: TradesFile) => `/api/analytics/trades/export/${query({ type, ...scope })}`,
  reportPath: (scope: Query, type: ReportFile) => `/api/analytics/report/${query({ type, ...scope })}`,

  trackRecords: () => request<Page<TrackRecord>>("GET", "/track-records/?limit=200").then((page) => page.results),
  publish: (body: NewTrackRecord, key: string) => request<TrackRecord>("POST", "/track-records/", { body, key }),
  changeTrackRecord: (id: number, body: TrackRecordChanges) => request<TrackRecord>("PATCH", `/track-records/${id}/`, { body }),
  removeTrackRecord: (id: number) => request<undefined>("DELETE", `/track-records/${id}/`),
  /** Without a login. The answer may be kept for a minute on its way; another `look` than the first asks past that. */
  publicRecord: ({ slug, look }: { slug: string; look: number }, signal?: AbortSignal) =>
    request<PublicRecord>("GET", `/public/track-records/${encodeURIComponent(slug)}/${query({ look: look || undefined })}`, given(signal)),
};
