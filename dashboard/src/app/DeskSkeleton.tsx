import { Skeleton } from "../ui/states";

/** The shape of the overview while it loads. */
export function DeskSkeleton() {
  return (
    <div className="overview" role="status" aria-label="Loading the account">
      <div className="panel area-chart">
        <Skeleton lines={10} />
      </div>
      <div className="panel area-signals">
        <Skeleton lines={10} />
      </div>
      <div className="panel area-positions">
        <Skeleton lines={5} />
      </div>
      <div className="panel area-equity">
        <Skeleton lines={5} />
      </div>
    </div>
  );
}
