import { act, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";

import { renderPage } from "../testing/renderPage";
import { type NoticeKind } from "../states/Notice";
import { useSay } from "./Announcer";

function Speaker({ kind }: { kind: NoticeKind }) {
  const say = useSay();
  return (
    <button
      onClick={() => {
        say("It is so.", kind);
      }}
    >
      Say it
    </button>
  );
}

afterEach(() => {
  vi.useRealTimers();
});

function speak(kind: NoticeKind): void {
  vi.useFakeTimers();
  renderPage(<Speaker kind={kind} />);
  act(() => {
    screen.getByRole("button", { name: "Say it" }).click();
  });
  expect(screen.getByRole("status")).toHaveTextContent("It is so.");
  act(() => {
    vi.advanceTimersByTime(60_000);
  });
}

it("lets good news go after a while", () => {
  speak("success");
  expect(screen.getByRole("status")).toBeEmptyDOMElement();
});

it("keeps what went wrong until it is closed", () => {
  speak("error");
  expect(screen.getByText("It is so.")).toBeVisible();
});
