import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, it } from "vitest";

import type { SpecIssue } from "../../../api/schema";
import { renderPage, serve } from "../../../testing/renderPage";
import MessageEditor from "./MessageEditor";

const WORDS = {
  domain: "booking",
  fields: [
    {
      name: "invitee_name",
      type: "text",
      description: "Full name of the person who booked.",
      example: "Ada Sample",
      choices: [],
    },
  ],
  operators: {},
  open_prefixes: ["custom_"],
  updatable_fields: {},
  triggers: [],
};

interface Shown {
  start: string;
  kind?: "subject" | "text" | "sms" | "json";
  issues?: SpecIssue[];
  readOnly?: boolean;
}

function Held({ start, kind = "text", issues = [], readOnly }: Shown) {
  const [value, setValue] = useState(start);
  return (
    <MessageEditor
      kind={kind}
      label="Message"
      value={value}
      onChange={setValue}
      issues={issues}
      readOnly={readOnly}
    />
  );
}

it("inserts a field at the caret, and goes on there", async () => {
  serve({ "GET /context-fields": WORDS });
  renderPage(<Held start="Hello !" />);
  const area = screen.getByLabelText<HTMLTextAreaElement>("Message");
  area.setSelectionRange(6, 6);
  await userEvent.click(screen.getByRole("button", { name: "Insert a field into: Message" }));
  await userEvent.click(await screen.findByRole("option", { name: /^invitee name/ }));
  expect(area).toHaveValue("Hello {{ invitee_name }}!");
  expect(area.selectionStart).toBe("Hello {{ invitee_name }}".length);
});

it("completes a name with Ctrl+Space", async () => {
  serve({ "GET /context-fields": WORDS });
  renderPage(<Held start="" />);
  const area = screen.getByLabelText("Message");
  await userEvent.type(area, "Hi {{{{invitee_n");
  await userEvent.keyboard("{Control>} {/Control}");
  const search = await screen.findByRole("combobox", { name: /Search/ });
  expect(search).toHaveValue("invitee_n");
  await screen.findByRole("option", { name: /^invitee name/ });
  await userEvent.type(search, "{Enter}");
  expect(area).toHaveValue("Hi {{ invitee_name }}");
});

it("offers dates in the shape that people read", async () => {
  serve({ "GET /context-fields": WORDS });
  renderPage(<Held start="" />);
  await userEvent.click(screen.getByRole("button", { name: "Insert a field into: Message" }));
  await userEvent.type(await screen.findByRole("combobox", { name: /Search/ }), "organizer{Enter}");
  expect(screen.getByLabelText("Message")).toHaveValue("{{ start_time | time(tz='organizer') }}");
});

it("keeps a subject on one line", async () => {
  serve({ "GET /context-fields": WORDS });
  renderPage(<Held kind="subject" start="" />);
  await userEvent.type(screen.getByLabelText("Message"), "See{Enter} you");
  expect(screen.getByLabelText("Message")).toHaveValue("See you");
});

it("counts the segments of a text message with examples filled in", async () => {
  serve({ "GET /context-fields": WORDS });
  renderPage(<Held kind="sms" start={"Hi {{ invitee_name }} ".padEnd(170, "x")} />);
  expect(await screen.findByText(/About 1 segment, 159 characters of 160/)).toBeVisible();
  await userEvent.type(screen.getByLabelText("Message"), "’");
  expect(screen.getByText(/’ needs the longer encoding/)).toBeVisible();
});

it("mends a misspelt field by one click", async () => {
  serve({ "GET /context-fields": WORDS });
  const issue = {
    file: "",
    line: 0,
    column: 0,
    key: "actions[0].message",
    message: "`invitee_nam` is not a field; did you mean `invitee_name`?",
    suggestion: "invitee_name",
    code: "template",
  };
  renderPage(<Held start="Hi {{ invitee_nam }}" issues={[issue]} />);
  const area = screen.getByLabelText("Message");
  expect(area).toHaveAccessibleDescription(/is not a field/);
  await userEvent.click(screen.getByRole("button", { name: "Use invitee_name" }));
  expect(area).toHaveValue("Hi {{ invitee_name }}");
});

it("says where data is no JSON", () => {
  serve({ "GET /context-fields": WORDS });
  renderPage(<Held kind="json" start={'{"a": '} />);
  expect(screen.getByText(/This is not JSON yet/)).toBeVisible();
});

it("can only be read by who may not edit", () => {
  serve({ "GET /context-fields": WORDS });
  renderPage(<Held start="Hi" readOnly />);
  expect(screen.getByLabelText("Message")).toHaveAttribute("readonly");
  expect(screen.queryByRole("button")).not.toBeInTheDocument();
});
