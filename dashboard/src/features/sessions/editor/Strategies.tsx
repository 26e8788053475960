import type { FieldErrors } from "../../../api/http";
import type { Strategy } from "../../../api/sessionTypes";
import { words } from "../../../lib/format";
import { Field, FieldErrorText } from "../../../ui/Field";
import { Panel } from "../../../ui/Panel";
import { ErrorState, Skeleton } from "../../../ui/states";
import type { Loaded } from "../../../ui/useLoaded";
import { DocumentField } from "./DocumentField";
import { paramText, type StrategyDraft } from "./draft";
import { errorsAt } from "./errors";
import type { RulePartProps } from "./part";

interface ChosenProps {
  chosen: StrategyDraft;
  schema: Strategy | undefined;
  path: string;
  errors: FieldErrors;
  change: (chosen: StrategyDraft) => void;
  remove: () => void;
}

interface Blamed {
  /** By parameter; "" for what is wrong with the strategy as a whole. */
  [parameter: string]: string[];
}

/** What is wrong with a strategy, by parameter: the server names it before the colon of its message. */
export function blamed(errors: FieldErrors, path: string, names: string[]): Blamed {
  const found: Blamed = {};
  for (const message of errorsAt(errors, path) ?? []) {
    const name = names.find((item) => message.startsWith(`${item}: `)) ?? "";
    const text = name === "" ? message : message.slice(name.length + 2);
    found[name] = [...(found[name] ?? []), text];
  }
  return found;
}

/** A strategy just added: a document is there to be changed, numbers are at their defaults. */
function begun(name: string, known: Strategy[]): StrategyDraft {
  const schema = known.find((strategy) => strategy.name === name);
  const documents = Object.entries(schema?.parameters.properties ?? {}).filter(([, spec]) => spec.type === "object");
  return { name, params: Object.fromEntries(documents.map(([key, spec]) => [key, paramText(spec.default)])) };
}

function Chosen({ chosen, schema, path, errors, change, remove }: ChosenProps) {
  const parameters = Object.entries(schema?.parameters.properties ?? {});
  const wrong = blamed(errors, path, parameters.map(([name]) => name));
  return (
    <section className="strategy" aria-label={schema?.title ?? chosen.name} data-testid="strategy" data-strategy={chosen.name}>
      <header className="strategy-head">
        <h3>{schema?.title ?? chosen.name}</h3>
        <button type="button" className="button small ghost" aria-label={`Remove ${schema?.title ?? chosen.name}`} onClick={remove}>
          Remove
        </button>
      </header>
      <FieldErrorText id={`${path}-error`} errors={wrong[""]} />
      <details>
        <summary>What it does</summary>
        <p className="muted">{schema?.description}</p>
      </details>
      <div className="field-rows">
        {parameters.map(([name, spec]) => {
          const shared = {
            name: `${path}.params.${name}`,
            label: words(name),
            value: chosen.params[name] ?? "",
            errors: wrong[name],
            change: (value: string) => change({ ...chosen, params: { ...chosen.params, [name]: value } }),
          };
          return spec.type === "object" ? (
            <DocumentField key={name} spec={spec} {...shared} />
          ) : (
            <Field
              key={name}
              {...shared}
              hint={`${spec.description} From ${spec.minimum} to ${spec.maximum}.`}
              step={spec.type === "integer" ? "1" : "any"}
              placeholder={String(spec.default)}
            />
          );
        })}
      </div>
    </section>
  );
}

/** The session's own strategies, each with the parameters that its schema names. */
export function Strategies({ draft, errors, change, strategies }: RulePartProps & { strategies: Loaded<Strategy[]> }) {
  const chosen = draft.strategies;
  const set = (next: StrategyDraft[]) => change({ strategies: next });
  const known = strategies.data ?? [];
  const own = errors["strategies"];
  return (
    <Panel title="Strategies" testId="editor-strategies">
      {own && (
        <p className="form-error" role="alert">
          {own.join(" ")}
        </p>
      )}
      {chosen.length === 0 && <p className="muted part-note">None of its own: it trades signals that come by API, webhook or copying.</p>}
      {chosen.map((item, index) => (
        <Chosen
          // Two of a kind may differ in their parameters.
          key={index}
          chosen={item}
          schema={known.find((strategy) => strategy.name === item.name)}
          path={`strategies.${index}`}
          errors={errors}
          change={(next) => set(chosen.map((other, at) => (at === index ? next : other)))}
          remove={() => set(chosen.filter((_, at) => at !== index))}
        />
      ))}
      {strategies.data !== null ? (
        <div className="part-foot">
          <select
            aria-label="Add a strategy"
            value=""
            data-testid="strategy-add"
            onChange={(event) => set([...chosen, begun(event.target.value, known)])}
          >
            <option value="" disabled>
              Add a strategy…
            </option>
            {known.map(({ name, title }) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
          </select>
        </div>
      ) : strategies.problem !== null ? (
        <ErrorState title="The strategies cannot be loaded" message={strategies.problem} retry={strategies.reload} />
      ) : (
        <Skeleton lines={3} />
      )}
    </Panel>
  );
}
