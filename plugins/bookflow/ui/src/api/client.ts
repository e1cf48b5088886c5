import createClient, { type Middleware } from "openapi-fetch";

import type { paths, SpecIssue } from "./schema";

interface Said {
  title?: string;
  detail?: string;
  issues?: SpecIssue[];
  [key: string]: unknown;
}

/** What the API answered instead of what was asked for (RFC 9457); status 0: it did not answer. */
export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    readonly said: Said,
  ) {
    super(said.detail ?? said.title ?? `The server answered ${String(status)}.`);
    this.name = "ApiProblem";
  }

  get issues(): SpecIssue[] {
    return this.said.issues ?? [];
  }
}

const UNREACHABLE =
  "Airflow's API server does not answer. Check your connection; this page tries again by itself.";

const raiseProblems: Middleware = {
  onResponse: async ({ response }) => {
    if (response.ok) return undefined;
    throw new ApiProblem(response.status, await readProblem(response));
  },
  onError: ({ error }) =>
    error instanceof DOMException && error.name === "AbortError"
      ? error
      : new ApiProblem(0, { detail: UNREACHABLE }),
};

/** Calls the API with the login of Airflow's UI; every answer but a good one is an `ApiProblem`. */
export const api = createClient<paths>({
  baseUrl: new URL("bookflow", document.baseURI).href,
  credentials: "same-origin",
  // looked up at each call, so that tests can stand in for the server
  fetch: (request) => globalThis.fetch(request),
});
api.use(raiseProblems);

/** Gives the body of an answer; problems were raised before. */
export async function read<T>(answer: Promise<{ data?: T }>): Promise<T> {
  const { data } = await answer;
  return data as T;
}

/** The address of something that the browser itself loads, such as an export. */
export function addressOf(path: string, query: Record<string, string | undefined> = {}): string {
  const address = new URL(`bookflow${path}`, document.baseURI);
  for (const [key, value] of Object.entries(query)) {
    if (value) address.searchParams.set(key, value);
  }
  return address.href;
}

async function readProblem(response: Response): Promise<Said> {
  try {
    const said: unknown = await response.json();
    if (typeof said === "object" && said !== null) return withText(said as Said);
  } catch {
    // a proxy answers in HTML
  }
  return { detail: `The server answered ${String(response.status)} ${response.statusText}.` };
}

/** Airflow itself may say `detail` as a list. */
function withText(said: Said): Said {
  return typeof said.detail === "string" ? said : { ...said, detail: said.title };
}
