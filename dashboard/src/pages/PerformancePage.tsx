import { PerformanceView } from "../features/performance/PerformanceView";

export function PerformancePage() {
  return (
    <div className="stack performance">
      <PerformanceView />
    </div>
  );
}
