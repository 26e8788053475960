import type { Heatmap } from "../../api/backtestTypes";
import { figure } from "../../lib/format";
import { specOf } from "../results/figureWords";
import { ranked } from "../results/shade";
import { pathLabel } from "./form/space";

interface HeatProps {
  map: Heatmap;
  /** The figure's dotted name. */
  name: string;
  format: (value: number | null) => string;
}

/** Only one setting was searched: it has no other to be laid against. */
const isLine = ({ x, y }: Heatmap) => x.name === y.name;

/** In a line, each column has its one cell. */
function rowsOf(map: Heatmap): { label: string; values: (number | null)[] }[] {
  const { x, y, cells } = map;
  if (!isLine(map)) return y.values.map((value, row) => ({ label: figure(value), values: cells[row] ?? [] }));
  return [{ label: "", values: x.values.map((_, column) => cells.map((row) => row[column] ?? null).find((value) => value !== null) ?? null) }];
}

/** The map as colored cells, in a table whose heads are the settings' values. */
export function HeatGrid({ map, name, format }: HeatProps) {
  const rows = rowsOf(map);
  const known = rows.flatMap((row) => row.values).filter((value): value is number => value !== null);
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const less = specOf(name).better === "less";
  const best = less ? least : most;
  return (
    <div className="table-box" role="group" tabIndex={0} aria-label="Parameter map">
      <table className="heat-table parameters" data-testid="heat-grid">
        <caption className="heat-caption">
          {specOf(name).label} by {pathLabel(map.x.name).toLowerCase()} (across){isLine(map) ? "" : ` and ${pathLabel(map.y.name).toLowerCase()} (down)`}: the
          stronger the color, the better
        </caption>
        <thead>
          <tr>
            <td aria-hidden="true" className="heat-corner" />
            {map.x.values.map((value, index) => (
              <th key={index} scope="col">
                {figure(value)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ label, values }, row) => (
            <tr key={row}>
              <th scope="row">{label}</th>
              {values.map((value, column) => (
                <td
                  key={column}
                  className={value === best && most > least ? "heat-best" : undefined}
                  style={less ? ranked(value === null ? null : -value, -most, -least) : ranked(value, least, most)}
                  title={`${figure(map.x.values[column])}${label ? ` / ${label}` : ""}: ${format(value)}`}
                >
                  {format(value)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The same, one setting below the other, the best first. */
export function HeatRows({ map, figure: label, format }: { map: Heatmap; figure: string; format: HeatProps["format"] }) {
  const line = isLine(map);
  const cells = map.cells.flatMap((row, at) => row.map((value, column) => ({ x: map.x.values[column], y: map.y.values[at], value })));
  const found = cells.filter((cell): cell is typeof cell & { value: number } => cell.value !== null).sort((a, b) => b.value - a.value);
  return (
    <div className="table-box heat-rows">
      <table className="table" data-testid="heat-rows">
        <thead>
          <tr>
            <th scope="col">{pathLabel(map.x.name)}</th>
            {!line && <th scope="col">{pathLabel(map.y.name)}</th>}
            <th scope="col" className="number">
              {label}
            </th>
          </tr>
        </thead>
        <tbody>
          {found.map(({ x, y, value }, index) => (
            <tr key={index}>
              <td>{figure(x)}</td>
              {!line && <td>{figure(y)}</td>}
              <td className="number">{format(value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
