import { performance } from "../../api/performance";
import type { TrackRecord, TrackRecordChanges } from "../../api/performanceTypes";
import { Link } from "../../app/router";
import { moment } from "../../lib/time";
import { Act } from "../../ui/Act";
import { Confirm } from "../../ui/Confirm";
import { useOnce } from "../../ui/useOnce";
import { minuteOf } from "../performance/days";
import { CopyLink } from "./CopyLink";

function CheckBadge({ record: { verified } }: { record: TrackRecord }) {
  if (verified.ok === null) return <span className="badge info">Being verified</span>;
  return (
    <span className={`badge ${verified.ok ? "up" : "down"}`} title={`Checked ${minuteOf(verified.checked_at)} UTC`}>
      {verified.ok ? "Verified" : "Does not hold"}
    </span>
  );
}

/** For the owner alone: which trades are not as the log tells, and how. */
function Differences({ record: { verified, differences } }: { record: TrackRecord }) {
  if (verified.ok !== false) return null;
  return (
    <div className="form-error" data-testid="record-differences">
      <p>{verified.problem}</p>
      <ul>
        {differences.map(({ trade, what, fields }) => (
          <li key={trade}>
            <Link to={`/trades/${trade}`}>Trade {trade}</Link>: {what}
            {fields.length > 0 && ` (${fields.join(", ")})`}
          </li>
        ))}
      </ul>
    </div>
  );
}

interface RecordRowProps {
  record: TrackRecord;
  /** Of what it is: "Paper", "Paper · Razor". */
  of: string;
  changed: (record: TrackRecord) => void;
  removed: () => void;
}

/** One published record: its link, whether it is seen, and whether amounts are. */
export function RecordRow({ record, of, changed, removed }: RecordRowProps) {
  const change = async (part: TrackRecordChanges) => changed(await performance.changeTrackRecord(record.id, part));
  const amounts = useOnce(() => change({ show_amounts: !record.show_amounts }));
  const seen = useOnce(() => change({ is_published: !record.is_published }));
  const remove = useOnce(async () => {
    await performance.removeTrackRecord(record.id);
    removed();
  });
  const problem = amounts.problem ?? seen.problem ?? remove.problem;
  return (
    <li className="record-row" data-testid="record-row" data-record={record.id} data-published={record.is_published}>
      <div className="record-head">
        <b className="clip">{record.title}</b>
        <span className={`badge ${record.is_published ? "up" : "plain"}`}>{record.is_published ? "Public" : "Not public"}</span>
        {record.is_published && <CheckBadge record={record} />}
        {record.show_amounts && <span className="badge warn">With amounts</span>}
        <span className="muted">
          {of} · published {moment(record.created_at)}
        </span>
      </div>
      <Differences record={record} />
      {record.is_published && (
        <div className="record-link">
          <CopyLink path={record.address} />
          <a className="button small ghost" href={record.address} target="_blank" rel="noopener" data-testid="record-open">
            Look at it
          </a>
        </div>
      )}
      <Act>
        <div className="row-actions">
          <button type="button" className="button small" disabled={amounts.busy} data-testid="record-amounts" onClick={amounts.run}>
            {record.show_amounts ? "Hide amounts" : "Show amounts"}
          </button>
          {record.is_published ? (
            <Confirm
              ask="Unpublish"
              confirm="Unpublish it?"
              label={`Unpublish ${record.title}: its link leads nowhere then`}
              busyText="Unpublishing…"
              busy={seen.busy}
              run={seen.run}
              testId="record-unpublish"
            />
          ) : (
            <button type="button" className="button small" disabled={seen.busy} data-testid="record-publish" onClick={seen.run}>
              Publish again
            </button>
          )}
          <Confirm
            ask="Remove"
            confirm="Remove for good?"
            label={`Remove ${record.title}: its link is gone for good`}
            busyText="Removing…"
            busy={remove.busy}
            run={remove.run}
            testId="record-remove"
          />
        </div>
      </Act>
      {problem && (
        <p className="form-error" role="alert">
          {problem.message}
        </p>
      )}
    </li>
  );
}
