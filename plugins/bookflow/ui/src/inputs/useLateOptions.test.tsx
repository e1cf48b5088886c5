import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";

import { renderPage } from "../testing/renderPage";
import { useLateOptions } from "./useLateOptions";

const names = (count: number) => Array.from({ length: count }, (_, at) => `n-${String(at)}`);

function Select({ options, value }: { options: string[]; value: string }) {
  const { offered, turning } = useLateOptions(options, (one) => one === value);
  return (
    <select aria-label="Name" defaultValue={value} {...turning}>
      {offered.map((one) => (
        <option key={one}>{one}</option>
      ))}
    </select>
  );
}

const offered = () =>
  [...screen.getByLabelText("Name").children].map(({ textContent }) => textContent);

it("offers all of many once somebody turns to them, by keyboard or mouse", async () => {
  renderPage(<Select options={names(100)} value="n-7" />);
  expect(offered()).toEqual(["n-7"]);
  await userEvent.tab();
  expect(screen.getByLabelText("Name")).toHaveFocus();
  expect(screen.getByLabelText("Name")).toHaveValue("n-7");
  expect(offered()).toHaveLength(100);
  await userEvent.tab();
  expect(offered()).toEqual(["n-7"]);
  await userEvent.pointer({ target: screen.getByLabelText("Name"), keys: "[MouseLeft>]" });
  expect(offered()).toHaveLength(100);
});

it("offers a few at once", () => {
  renderPage(<Select options={names(20)} value="n-7" />);
  expect(offered()).toHaveLength(20);
});
