import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, it } from "vitest";

import { problem, renderPage, serve } from "../../../testing/renderPage";
import ActionPreview from "./ActionPreview";

interface Asked {
  spec: { actions: Record<string, unknown>[] };
  overrides?: unknown;
}

const action = (more: object) => ({
  name: "A",
  type: "send_email",
  status: "would_run",
  reason: null,
  conditions: [],
  rendered: {},
  messages: [],
  more_messages: 0,
  ...more,
});
const message = (channel: string, content: object, recipient = "invitee") => ({
  recipient,
  channel,
  address: `${recipient}@example.org`,
  sends_at: null,
  waits_for: null,
  reason: null,
  content,
});
const spec = (more: object = {}) => ({
  id: "w",
  actions: [{ name: "A", type: "send_email", recipient: "invitee", ...more }],
});
const trial = (more: object) => ({ actions: [action(more)] });

it("shows an e-mail, its HTML shut in", async () => {
  const content = { subject: "Hello Ada", message: "plain", html: "<script>alert(1)</script>" };
  serve({ "POST /workflows/draft/test": trial({ messages: [message("email", content)] }) });
  renderPage(<ActionPreview spec={spec()} action="A" />);
  expect(await screen.findByText("Hello Ada")).toBeVisible();
  expect(screen.getByTitle("HTML of the e-mail")).toHaveAttribute("sandbox", "");
});

it("counts the segments of a text message", async () => {
  const content = { message: "Hi Ada" };
  serve({
    "POST /workflows/draft/test": trial({ type: "send_sms", messages: [message("sms", content)] }),
  });
  renderPage(<ActionPreview spec={spec()} action="A" />);
  expect(await screen.findByText("1 segment, 6 characters of 160 (GSM-7).")).toBeVisible();
});

it("shows a request as JSON", async () => {
  const content = { url: "https://example.org/h", headers: {}, payload: { seats: 3 } };
  serve({
    "POST /workflows/draft/test": trial({
      type: "webhook",
      messages: [message("webhook", content)],
    }),
  });
  renderPage(<ActionPreview spec={spec()} action="A" />);
  expect(await screen.findByLabelText("Data of the request")).toHaveTextContent('{ "seats": 3 }');
});

it("shows an update as it is and as it would be", async () => {
  const fields = { status: "cancelled" };
  serve({
    "POST /workflows/draft/test": async (request: Request) => {
      const asked = (await request.json()) as Asked;
      if (asked.spec.actions[0]?.name === "fields") {
        const seen = [{ field: "booking_status", actual: "confirmed", holds: true }];
        return trial({ conditions: [{ operator: "AND", holds: true, rules: seen }] });
      }
      return trial({
        type: "update_booking",
        rendered: { fields },
        messages: [message("update", { fields }, "booking")],
      });
    },
  });
  renderPage(<ActionPreview spec={spec()} action="A" />);
  const row = await screen.findByRole("row", { name: /status/ });
  expect(row).toHaveTextContent("confirmedcancelled");
});

it("shows the content also where the action would be skipped, and says why it would be", async () => {
  serve({
    "POST /workflows/draft/test": async (request: Request) => {
      const asked = (await request.json()) as Asked;
      return asked.spec.actions[0]?.conditions
        ? trial({ messages: [message("email", { subject: "Hello Ada", message: "x" })] })
        : trial({ status: "skipped", reason: "conditions not met" });
    },
  });
  renderPage(<ActionPreview spec={spec()} action="A" />);
  expect(await screen.findByText("It would be skipped for this booking")).toBeVisible();
  expect(screen.getByText("Hello Ada")).toBeVisible();
});

it("shows it as the organizer gets it, in any time zone", async () => {
  const asked = serve({
    "POST /workflows/draft/test": async (request: Request) => {
      const { spec: tried } = (await request.json()) as Asked;
      const both = [
        message("email", { subject: "For Ada" }),
        message("email", { subject: "For Olive" }, "organizer"),
      ];
      return trial({ messages: tried.actions[0]?.recipient === "both" ? both : both.slice(0, 1) });
    },
  });
  renderPage(<ActionPreview spec={spec()} action="A" />);
  expect(await screen.findByText("For Ada")).toBeVisible();
  await userEvent.selectOptions(screen.getByLabelText("Show it to"), "the organizer");
  expect(await screen.findByText("For Olive")).toBeVisible();
  expect(screen.queryByText("For Ada")).not.toBeInTheDocument();
  await userEvent.selectOptions(screen.getByLabelText("Invitee's time zone"), "Asia/Tokyo");
  await waitFor(async () => {
    const last = (await asked.at(-1)?.clone().json()) as Asked;
    expect(last.overrides).toEqual({ invitee: { timezone: "Asia/Tokyo" } });
  });
});

function Edited() {
  const [isBroken, setBroken] = useState(false);
  return (
    <>
      <ActionPreview spec={spec({ message: isBroken ? "{{ x" : "fine" })} action="A" />
      <button
        onClick={() => {
          setBroken(true);
        }}
      >
        Break it
      </button>
    </>
  );
}

it("keeps the last good preview while the spec is not valid", async () => {
  serve({
    "POST /workflows/draft/test": async (request: Request) => {
      const asked = (await request.json()) as Asked;
      if (asked.spec.actions[0]?.message !== "fine") {
        return problem(422, "not valid", {
          issues: [{ key: "k", message: "the braces are open" }],
        });
      }
      return trial({ messages: [message("email", { subject: "Hello Ada", message: "x" })] });
    },
  });
  renderPage(<Edited />);
  expect(await screen.findByText("Hello Ada")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Break it" }));
  expect(await screen.findByText("This is the last preview that worked")).toBeVisible();
  expect(screen.getByText("the braces are open")).toBeVisible();
  expect(screen.getByText("Hello Ada")).toBeVisible();
});
