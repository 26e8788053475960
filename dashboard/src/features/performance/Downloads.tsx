import type { Query } from "../../api/http";
import { performance } from "../../api/performance";

/** The trades as a table, and the figures as a report, of what is looked at. */
export function Downloads({ scope }: { scope: Query | null }) {
  if (scope === null) return null;
  const files = [
    { name: "CSV", path: performance.tradesPath(scope, "csv"), says: "The trades as CSV" },
    { name: "Parquet", path: performance.tradesPath(scope, "parquet"), says: "The trades as Parquet" },
    { name: "HTML report", path: performance.reportPath(scope, "html"), says: "A report as one HTML file" },
    { name: "PDF report", path: performance.reportPath(scope, "pdf"), says: "A report as PDF" },
  ];
  return (
    <div className="downloads" role="group" aria-label="Download">
      {files.map(({ name, path, says }) => (
        <a key={name} className="button small" href={path} download="" title={says} data-testid={`download-${name.split(" ")[0]?.toLowerCase()}`}>
          {name}
        </a>
      ))}
    </div>
  );
}
