import { useSearchParams } from "react-router-dom";

/** What of the history is looked at: a difference, or the file at a commit; in the query string. */
export function useHistoryView() {
  const [params, setParams] = useSearchParams();
  const show = (view: { from?: string; to?: string; file?: string }) => {
    setParams((before) => {
      const after = new URLSearchParams(before);
      for (const name of ["from", "to", "file"] as const) {
        const value = view[name];
        if (value) after.set(name, value);
        else after.delete(name);
      }
      return after;
    });
  };
  return { from: params.get("from"), to: params.get("to"), file: params.get("file"), show };
}
