import "@testing-library/jest-dom/vitest";

import { cleanup, configure } from "@testing-library/react";
import { afterEach, vi } from "vitest";

import { forgetMessages } from "../app/Announcer";

// whole pages are slow on a busy machine; a test must outlast what it waits for, or it ends without
// saying what never came
configure({ asyncUtilTimeout: 10_000 });
vi.setConfig({ testTimeout: 60_000 });

// jsdom lacks what Chakra asks the browser for
vi.stubGlobal("matchMedia", (query: string) => ({
  matches: false,
  media: query,
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
}));
vi.stubGlobal(
  "ResizeObserver",
  class {
    observe() {
      return undefined;
    }
    unobserve() {
      return undefined;
    }
    disconnect() {
      return undefined;
    }
  },
);
// what checkboxes make of keys; the window of the document is not the global object here
Object.assign(document.defaultView ?? {}, { PointerEvent: class extends MouseEvent {} });
Element.prototype.scrollTo = () => undefined;
Element.prototype.scrollIntoView = () => undefined;

afterEach(() => {
  cleanup();
  // files share one process, and so the modules
  forgetMessages();
});
