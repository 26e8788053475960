/** The journal of a trade as its form holds it. */

import type { Journal } from "../../api/tradeTypes";

export interface JournalDraft {
  notes: string;
  /** Between commas. */
  tags: string;
  rating: number | null;
  /** One a line. */
  links: string;
}

export function journalDraft({ notes, tags, rating, links }: Journal): JournalDraft {
  return { notes, tags: tags.join(", "), rating, links: links.join("\n") };
}

const each = (text: string, between: RegExp) => [...new Set(text.split(between).map((item) => item.trim()))].filter(Boolean);

export function journalOf({ notes, tags, rating, links }: JournalDraft): Journal {
  return { notes, tags: each(tags, /[,;\n]/), rating, links: each(links, /\s+/) };
}

/** What was written differently from what is kept. */
export function journalChanges(kept: Journal, draft: JournalDraft): Partial<Journal> {
  const now = journalOf(draft);
  const names = (Object.keys(now) as (keyof Journal)[]).filter((name) => JSON.stringify(now[name]) !== JSON.stringify(kept[name]));
  return Object.fromEntries(names.map((name) => [name, now[name]])) as Partial<Journal>;
}
