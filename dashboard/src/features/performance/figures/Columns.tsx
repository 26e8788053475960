import { Empty } from "../../../ui/states";

export interface Column {
  key: string;
  /** Below the column; left out, none. */
  tick?: string | undefined;
  /** In full: "Mon", "14:00 UTC". */
  name: string;
  value: number;
  /** As it is written. */
  text: string;
  note?: string | undefined;
}

interface ColumnsProps {
  columns: Column[];
  label: string;
  /** Where the ticks stand below their columns: those wider than a column begin with it. */
  ticks?: "middle" | "start";
  /** There is room for so many at least: a few are not drawn as walls. */
  room?: number;
  testId?: string;
}

const WIDTH = 600;
const HEIGHT = 150;

/** Figures side by side as columns above and below one line; as a table for those who do not see it. */
export function Columns({ columns, label, ticks = "middle", room = 0, testId }: ColumnsProps) {
  const most = Math.max(0, ...columns.map((column) => column.value));
  const least = Math.min(0, ...columns.map((column) => column.value));
  if (columns.length === 0 || most === least) return <Empty title="Nothing to show yet" />;
  const scale = HEIGHT / (most - least);
  const zero = most * scale;
  const places = Math.max(columns.length, room);
  const step = WIDTH / places;
  const gap = Math.min(4, step * 0.2);
  return (
    <figure className="columns" data-testid={testId}>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
        {columns.map(({ key, name, value, text, note }, index) => {
          const height = Math.abs(value) * scale;
          return (
            <g key={key}>
              <rect className="column-field" x={index * step} y={0} width={step} height={HEIGHT} />
              <rect
                className={value < 0 ? "down" : "up"}
                x={index * step + gap / 2}
                y={value < 0 ? zero : zero - height}
                width={step - gap}
                height={value === 0 ? 0 : Math.max(1, height)}
              />
              <title>{`${name}: ${text}${note ? `, ${note}` : ""}`}</title>
            </g>
          );
        })}
        <line x1={0} x2={WIDTH} y1={zero} y2={zero} />
      </svg>
      <div className={`column-ticks ${ticks}`} aria-hidden="true" style={{ gridTemplateColumns: `repeat(${places}, minmax(0, 1fr))` }}>
        {columns.map(({ key, tick }) => (
          <span key={key}>{tick && <i>{tick}</i>}</span>
        ))}
      </div>
      <table className="visually-hidden">
        <caption>{label}</caption>
        <tbody>
          {columns.map(({ key, name, text, note }) => (
            <tr key={key}>
              <th scope="row">{name}</th>
              <td>{note ? `${text}, ${note}` : text}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}
