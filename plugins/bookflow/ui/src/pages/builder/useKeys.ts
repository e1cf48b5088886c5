import { useEffect } from "react";

import { changeDraft, redone, undone } from "./draft/drafts";

/** Ctrl+Z, Shift+Ctrl+Z and Ctrl+S (with Cmd on a Mac), wherever the focus is on the page. */
export function useKeys(draftKey: string, save: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      // an editor of its own undo, or an open dialog, has had it already
      if (event.defaultPrevented || !(event.ctrlKey || event.metaKey) || event.altKey) return;
      if (document.querySelector('[role="dialog"][data-state="open"]')) return;
      const key = event.key.toLowerCase();
      if (key === "z") changeDraft(draftKey, event.shiftKey ? redone : undone);
      else if (key === "y") changeDraft(draftKey, redone);
      else if (key === "s") save();
      else return;
      event.preventDefault();
    };
    window.addEventListener("keydown", onKey);
    return () => {
      window.removeEventListener("keydown", onKey);
    };
  }, [draftKey, save]);
}
