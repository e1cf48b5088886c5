import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { beforeAll, expect, it } from "vitest";

import type { SpecIssue } from "../../../api/schema";
import { problem, renderPage, serve } from "../../../testing/renderPage";
import ConditionEditor from "./ConditionEditor";

const WORDS = {
  domain: "booking",
  fields: [
    {
      name: "event_type_name",
      type: "text",
      description: "Name of the event type.",
      example: "Intro call",
      choices: [],
    },
    {
      name: "attendee_count",
      type: "number",
      description: "How many people attend.",
      example: 3,
      choices: [],
    },
  ],
  operators: {
    text: ["equals", "contains", "starts_with", "in_list", "regex_match"],
    number: ["equals", "greater_than", "between"],
    any: ["equals", "contains", "greater_than"],
  },
  open_prefixes: ["custom_"],
  updatable_fields: {},
  triggers: [],
};
const VIP = [
  {
    operator: "AND",
    rules: [{ field: "event_type_name", operator: "equals", value: "Enterprise" }],
  },
];

// it is loaded when it is needed, which here takes longer than a test waits
beforeAll(() => import("./ConditionTree"), 60_000);

interface Shown {
  value: unknown;
  issues?: SpecIssue[];
  booking?: string;
  readOnly?: boolean;
}

/** What the spec would say, as it stands on the page. */
function said(): unknown {
  return JSON.parse(screen.getByTestId("spec").textContent);
}

function Held({ value, ...rest }: Shown) {
  const [held, setHeld] = useState(value);
  return (
    <>
      <ConditionEditor
        issues={[]}
        path="actions[0].conditions"
        value={held}
        onChange={setHeld}
        {...rest}
      />
      <output data-testid="spec">{JSON.stringify(held)}</output>
    </>
  );
}

it("changes a value and leaves the rest as it was", async () => {
  serve({ "GET /context-fields": WORDS });
  renderPage(<Held value={VIP} />);
  const input = await screen.findByLabelText("Value for event type name");
  await userEvent.type(input, " plus");
  expect(said()).toEqual([
    {
      operator: "AND",
      rules: [{ field: "event_type_name", operator: "equals", value: "Enterprise plus" }],
    },
  ]);
});

it("offers operators in words that fit the field", async () => {
  serve({ "GET /context-fields": WORDS });
  renderPage(<Held value={VIP} />);
  const operator = await screen.findByLabelText("How they compare");
  expect(within(operator).getByRole("option", { name: "starts with" })).toBeInTheDocument();
  await userEvent.selectOptions(operator, "is one of");
  expect(said()).toMatchObject([{ rules: [{ operator: "in_list", value: ["Enterprise"] }] }]);
});

it("finds a field by what it holds, with the keyboard", async () => {
  serve({ "GET /context-fields": WORDS });
  renderPage(<Held value={VIP} />);
  await userEvent.click(await screen.findByRole("button", { name: "Field: event type name" }));
  const search = await screen.findByRole("combobox", { name: /Search/ });
  await userEvent.type(search, "how many people{Enter}");
  expect(said()).toMatchObject([{ rules: [{ field: "attendee_count", operator: "equals" }] }]);
});

it("takes answers to questions, which no list names", async () => {
  serve({ "GET /context-fields": WORDS });
  renderPage(<Held value={VIP} />);
  await userEvent.click(await screen.findByRole("button", { name: "Field: event type name" }));
  await userEvent.type(await screen.findByRole("combobox", { name: /Search/ }), "budget{Enter}");
  expect(said()).toMatchObject([{ rules: [{ field: "custom_budget" }] }]);
});

it("begins with one condition, and nests groups", async () => {
  serve({ "GET /context-fields": WORDS });
  renderPage(<Held value={[]} />);
  await userEvent.click(await screen.findByRole("button", { name: "Add a condition" }));
  await userEvent.click(await screen.findByRole("button", { name: "Group" }));
  expect(said()).toMatchObject([
    { operator: "AND", rules: [{ operator: "equals" }, { operator: "OR", rules: [{}] }] },
  ]);
});

it("removes the last condition, and none are left", async () => {
  serve({ "GET /context-fields": WORDS });
  renderPage(<Held value={VIP} />);
  await userEvent.click(await screen.findByRole("button", { name: "Remove this condition" }));
  expect(said()).toEqual([]);
  expect(screen.getByText(/the action always runs/)).toBeVisible();
});

it("says of every rule how it went on the pinned booking", async () => {
  const asked = serve({
    "GET /context-fields": WORDS,
    "POST /workflows/draft/test": {
      actions: [
        {
          conditions: [
            {
              operator: "AND",
              holds: false,
              rules: [
                {
                  field: "event_type_name",
                  operator: "equals",
                  expected: "Enterprise",
                  actual: "Intro",
                  holds: false,
                },
              ],
            },
          ],
        },
      ],
    },
  });
  renderPage(<Held value={VIP} booking="bk-1" />);
  const row = await screen.findByText("not met, because", { exact: false });
  expect(row).toHaveTextContent("not met, because event_type_name is Intro, not Enterprise");
  const body = (await asked.find(({ method }) => method === "POST")?.json()) as object;
  expect(body).toMatchObject({ mode: "real_data", booking_id: "bk-1", actions: ["conditions"] });
});

it("says what is missing while conditions are not complete", async () => {
  serve({
    "GET /context-fields": WORDS,
    "POST /workflows/draft/test": () =>
      problem(422, "not valid", { issues: [{ key: "x", message: "y" }] }),
  });
  renderPage(<Held value={VIP} booking="sample:typical" />);
  expect(await screen.findByText(/once the conditions are complete/)).toBeVisible();
});

it("shows faults beside their rule", async () => {
  serve({ "GET /context-fields": WORDS });
  const issue = {
    file: "",
    line: 0,
    column: 0,
    key: "actions[0].conditions[0].rules[0].field",
    message: "`x` is not a field",
    suggestion: null,
    code: "condition",
  };
  renderPage(<Held value={VIP} issues={[issue, { ...issue, key: "actions[1].conditions[0]" }]} />);
  expect(await screen.findAllByText("is not a field", { exact: false })).toHaveLength(1);
});

it("leaves what it can't show as it is, and says so", async () => {
  serve({ "GET /context-fields": WORDS });
  renderPage(<Held value="when it rains" />);
  expect(await screen.findByText("These conditions can't be shown here")).toBeVisible();
  expect(said()).toBe("when it rains");
});

it("offers no changes to who may only read", async () => {
  serve({ "GET /context-fields": WORDS });
  renderPage(<Held value={VIP} readOnly />);
  expect(await screen.findByRole("button", { name: "Field: event type name" })).toBeDisabled();
  await waitFor(() => {
    expect(screen.queryByRole("button", { name: "Condition" })).not.toBeInTheDocument();
  });
});
