import { ChakraProvider, defaultSystem } from "@chakra-ui/react";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { MemoryRouter } from "react-router-dom";
import { vi } from "vitest";

import { Announcer } from "../app/Announcer";

type Answer = unknown;
type Answers = Record<string, Answer | ((request: Request) => Answer)>;

/** An answer that is no success, as the API gives it. */
export function problem(status: number, detail: string, more: object = {}): Response {
  return Response.json({ title: detail, status, detail, ...more }, { status });
}

/**
 * Answers requests by "METHOD /path" below `/api/v1`, without the query; gives those that came.
 *
 * What a test does not foresee is answered with 404, so that it shows on the page.
 */
export function serve(answers: Answers): Request[] {
  const asked: Request[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    asked.push(request.clone());
    const path = new URL(request.url).pathname.replace(/^.*\/api\/v1/, "");
    const found = answers[`${request.method} ${path}`];
    const said: Answer = typeof found === "function" ? await (found(request) as Answer) : found;
    if (said === undefined) return problem(404, `nothing answers ${request.method} ${path}`);
    return said instanceof Response ? said : Response.json(said);
  });
  return asked;
}

/** Renders within what the host and the app give: theme, router, queries, messages. */
export function renderPage(page: ReactNode, at = "/plugin/workflows") {
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  return render(
    <ChakraProvider value={defaultSystem}>
      <MemoryRouter initialEntries={[at]}>
        <QueryClientProvider client={queries}>
          <Announcer>{page}</Announcer>
        </QueryClientProvider>
      </MemoryRouter>
    </ChakraProvider>,
  );
}
