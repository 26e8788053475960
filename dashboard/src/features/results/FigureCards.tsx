import "../../styles/results.css";

import type { KeyFigures } from "../../api/analyticsTypes";
import { figureOf, inWords, specOf, toneOfFigure } from "./figureWords";

export interface FigureCard {
  label: string;
  value: string;
  tone?: "up" | "down" | undefined;
  /** Below the figure, smaller. */
  note?: string | undefined;
  /** What the figure means. */
  help?: string | undefined;
  testId?: string | undefined;
}

/** The cards of figures by their dotted names ("risk.sharpe"), as they are asked for. */
export function cardsOf(figures: Partial<KeyFigures> | null, names: string[], currency: string): FigureCard[] {
  return names.map((name) => {
    const value = figureOf(figures, name);
    const { label, help } = specOf(name);
    return { label, help, value: inWords(name, value, currency), tone: toneOfFigure(name, value), testId: `figure-${name}` };
  });
}

/** Figures that are to be seen first. */
export function FigureCards({ cards, label }: { cards: FigureCard[]; label: string }) {
  return (
    <dl className="figure-cards" aria-label={label}>
      {cards.map((card) => (
        <div key={card.label} className="figure-card" title={card.help}>
          <dt>{card.label}</dt>
          <dd className={card.tone} data-testid={card.testId}>
            {card.value}
          </dd>
          {card.note && <small className="muted">{card.note}</small>}
        </div>
      ))}
    </dl>
  );
}
