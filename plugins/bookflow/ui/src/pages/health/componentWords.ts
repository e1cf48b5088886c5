import type { Health } from "../../api/schema";

type Part = Record<string, unknown>;

/** A part of bookflow in words: what it is, how it stands, and what to do. */
export interface PartStory {
  name: string;
  status: string;
  /** How it stands, in a sentence. */
  says: string;
  /** What to do; absent where all is well. */
  advice?: string;
  /** The tab that shows more. */
  tab?: "endpoints" | "incidents";
}

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
const number = (value: unknown) => (typeof value === "number" ? value : 0);
const said = (part: Part) => [part.error, part.message].find((one) => typeof one === "string");
const count = (many: number, one: string, several = `${one}s`) =>
  many === 1 ? `1 ${one}` : `${many.toLocaleString()} ${several}`;

const TELLERS: Record<string, (part: Part) => Omit<PartStory, "status">> = {
  database: (part) => ({
    name: "Database",
    says: said(part) ?? `It answers${part.latency_ms ? ` in ${String(part.latency_ms)} ms` : ""}.`,
    advice:
      "Nothing is recorded or sent while it is away; what is due goes out once it is back. Ask who runs Airflow to look at the database, and to run `bookflow db upgrade` if its schema is outdated.",
  }),
  specs: (part) => ({
    name: "Workflow files",
    says: texts(part.invalid).length
      ? `${count(texts(part.invalid).length, "file is", "files are")} invalid: ${texts(part.invalid).join(", ")}.`
      : (said(part) ?? `${count(number(part.workflows), "workflow is", "workflows are")} read.`),
    advice:
      "Invalid workflows do not run, all others do. Open each of those listed below and correct what it says.",
  }),
  waker: (part) => ({
    name: "Starting of runs",
    says: texts(part.unknown_dags).length
      ? `Airflow does not know these DAGs yet: ${texts(part.unknown_dags).join(", ")}.`
      : (said(part) ??
        (part.status === "healthy"
          ? `It works; ${count(number(part.waiting), "run waits", "runs wait")} to be made.`
          : "It has stopped.")),
    advice:
      "The DAG bookflow_clock starts what is due within a minute. If this lasts, see that the dag-processor runs, look at Airflow's import errors, and have Airflow's API server restarted.",
  }),
  endpoints: (part) => {
    const open = texts(part.open);
    const disabled = texts(part.disabled);
    const troubles = [
      open.length ? `failing and called again later: ${open.join(", ")}` : "",
      disabled.length ? `disabled: ${disabled.join(", ")}` : "",
    ].filter(Boolean);
    return {
      name: "Endpoints",
      says: troubles.length
        ? capitalize(`${troubles.join("; ")}.`)
        : (said(part) ?? "All mail servers, SMS providers and webhooks take messages."),
      advice:
        "Messages to those that fail wait and are tried again; disabled ones get none until somebody enables them.",
      tab: "endpoints",
    };
  },
  incidents: (part) => {
    const kinds = typeof part.open === "object" && part.open ? Object.values(part.open) : [];
    const open = kinds.reduce((total: number, one) => total + number(one), 0);
    const critical = number(part.critical);
    return {
      name: "Incidents",
      says: open
        ? `${count(open, "incident is", "incidents are")} open${critical ? `, ${String(critical)} of them critical` : ""}.`
        : (said(part) ?? "None is open."),
      advice: "Each says what is wrong. They close by themselves once it has passed.",
      tab: "incidents",
    };
  },
};

/** Tells how each part stands, those in trouble first. */
export function tellParts({ components }: Health): PartStory[] {
  const stories = Object.entries(components).map(([name, part]): PartStory => {
    const status = typeof part.status === "string" ? part.status : "unknown";
    const told = TELLERS[name]?.(part) ?? {
      name: capitalize(name.replaceAll("_", " ")),
      says: said(part) ?? "It says no more.",
      advice: "Ask who runs Airflow to look into the log of its API server.",
    };
    return { ...told, status, advice: status === "healthy" ? undefined : told.advice };
  });
  return stories.sort((one, other) => rank(one.status) - rank(other.status));
}

/** The overall state in one sentence. */
export function tellOverall(health: Health): string {
  const troubled = tellParts(health).filter(({ status }) => status !== "healthy");
  const names = troubled.map(({ name }) => name.toLowerCase());
  if (health.status === "healthy") return "Everything works.";
  if (health.status === "degraded") {
    return `Messages go out, but something needs a look: ${joinWords(names)}.`;
  }
  const worst = troubled.filter(({ status }) => status === "unhealthy");
  return `Messages may be late or missing: ${joinWords(worst.map(({ name }) => name.toLowerCase()))}.`;
}

const RANKS = ["unhealthy", "degraded", "unknown", "healthy"];
const rank = (status: string) => RANKS.indexOf(status);

function joinWords(words: string[]): string {
  return words.length > 1
    ? `${words.slice(0, -1).join(", ")} and ${words.at(-1) ?? ""}`
    : (words[0] ?? "ask who runs Airflow");
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
