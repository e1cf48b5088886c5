import { useSyncExternalStore } from "react";

/** Whether Airflow's pages are dark or light now. */
export function useHostColorMode(): "dark" | "light" {
  return useSyncExternalStore(listen, () =>
    document.documentElement.classList.contains("dark") ? "dark" : "light",
  );
}

function listen(listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, { attributeFilter: ["class"] });
  return () => {
    observer.disconnect();
  };
}
