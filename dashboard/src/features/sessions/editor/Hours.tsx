import { memo, useId, useState } from "react";

import { FieldErrorText } from "../../../ui/Field";
import { Panel } from "../../../ui/Panel";
import { Picks } from "../../../ui/Picks";
import { TextField } from "../../../ui/TextField";
import { DAYS, scheduleSaid } from "../schedule";
import type { BlackoutDraft, ScheduleDraft } from "./draft";
import { errorsAt } from "./errors";
import type { PartProps } from "./part";

const DAY_CHOICES = DAYS.map((label, value) => ({ value, label }));
/** The better known of the calendars; the server knows many more. */
const CALENDARS = ["XNYS", "XNAS", "XLON", "XETR", "XPAR", "XTKS", "XHKG", "XSHG", "XBOM", "XASX", "XTSE", "CMES", "IEPA"];

const NONE: string[] = [];

/** Made once, not with every key that is pressed: zones are some hundreds. */
const Names = memo(function Names({ id, names }: { id: string; names: string[] }) {
  return (
    <datalist id={id}>
      {names.map((name) => (
        <option key={name} value={name} />
      ))}
    </datalist>
  );
});

interface BlackoutsProps {
  windows: BlackoutDraft[];
  errors: PartProps["errors"];
  set: (windows: BlackoutDraft[]) => void;
}

function Blackouts({ windows, errors, set }: BlackoutsProps) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const edit = (index: number, part: Partial<BlackoutDraft>) =>
    set(windows.map((item, at) => (at === index ? { ...item, ...part } : item)));
  return (
    <fieldset className="sub-part">
      <legend>Blackouts</legend>
      <small className="muted">No entries while one lasts: news, a maintenance, a holiday of your own. In your time, {zone}.</small>
      <FieldErrorText id="blackouts-error" errors={errors["schedule.blackouts"]} />
      {windows.map((item, index) => (
        <div key={index} className="blackout" data-testid="blackout">
          {(["start", "end"] as const).map((name) => (
            <TextField
              key={name}
              name={`schedule.blackouts.${index}.${name}`}
              label={name === "start" ? "From" : "Until"}
              required
              type="datetime-local"
              value={item[name]}
              errors={errorsAt(errors, `schedule.blackouts.${index}.${name}`)}
              onChange={(event) => edit(index, { [name]: event.target.value })}
            />
          ))}
          <TextField
            name={`schedule.blackouts.${index}.reason`}
            label="Reason"
            maxLength={100}
            value={item.reason}
            errors={errorsAt(errors, `schedule.blackouts.${index}.reason`)}
            onChange={(event) => edit(index, { reason: event.target.value })}
          />
          <button
            type="button"
            className="button small ghost"
            aria-label={`Remove blackout ${index + 1}`}
            onClick={() => set(windows.filter((_, at) => at !== index))}
          >
            Remove
          </button>
        </div>
      ))}
      <button
        type="button"
        className="button small"
        data-testid="blackout-add"
        onClick={() => set([...windows, { start: "", end: "", reason: "" }])}
      >
        Add a blackout
      </button>
    </fieldset>
  );
}

/** When it may open trades; those that are open are managed at any hour. */
export function Hours({ draft, errors, change }: PartProps) {
  const id = useId();
  const [zones, setZones] = useState(NONE);
  const { schedule } = draft;
  const set = (part: Partial<ScheduleDraft>) => change({ schedule: { ...schedule, ...part } });
  const at = (name: string) => errorsAt(errors, `schedule.${name}`);
  return (
    <Panel title="Schedule" aside={<span data-testid="schedule-said">{scheduleSaid(schedule)}</span>}>
      <Picks
        name="schedule.days"
        legend="Days"
        hint="None chosen: every day."
        options={DAY_CHOICES}
        chosen={schedule.days}
        errors={at("days")}
        choose={(days) => set({ days })}
      />
      <div className="form-grid">
        <TextField
          name="schedule.start"
          label="From"
          type="time"
          value={schedule.start}
          errors={at("start")}
          onChange={(event) => set({ start: event.target.value })}
        />
        <TextField
          name="schedule.end"
          label="Until"
          type="time"
          hint="At or before “from”, it is on the next day."
          value={schedule.end}
          errors={at("end")}
          onChange={(event) => set({ end: event.target.value })}
        />
        <TextField
          name="schedule.time_zone"
          label="Time zone"
          required
          hint="Of days and hours, and of the day that daily limits count."
          list={`${id}-zones`}
          onFocus={() => setZones(Intl.supportedValuesOf("timeZone"))}
          value={schedule.time_zone}
          errors={at("time_zone")}
          onChange={(event) => set({ time_zone: event.target.value })}
        />
        <TextField
          name="schedule.calendar"
          label="Exchange calendar"
          hint="Its hours and holidays, by its code: XNYS is New York."
          list={`${id}-calendars`}
          value={schedule.calendar}
          errors={at("calendar")}
          onChange={(event) => set({ calendar: event.target.value })}
        />
        <Names id={`${id}-zones`} names={zones} />
        <Names id={`${id}-calendars`} names={CALENDARS} />
      </div>
      <Blackouts windows={schedule.blackouts} errors={errors} set={(blackouts) => set({ blackouts })} />
    </Panel>
  );
}
