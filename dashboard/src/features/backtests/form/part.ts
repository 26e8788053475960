import type { FieldErrors } from "../../../api/http";
import type { BacktestDraft } from "./draft";

/** What each part of the form gets: all that is typed, and what the server said of it. */
export interface PartProps {
  draft: BacktestDraft;
  errors: FieldErrors;
  change: (change: Partial<BacktestDraft>) => void;
}
