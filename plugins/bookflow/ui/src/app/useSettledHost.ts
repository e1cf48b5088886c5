import { useEffect } from "react";
import { useLocation, useNavigate } from "react-router-dom";

let isSettled = false;

/**
 * Has the host render once more before anybody types.
 *
 * Airflow's first re-render mounts the page of a plugin anew, and what it held would be lost: a
 * navigation to where we are makes that happen at once.
 */
export function useSettledHost(): void {
  const navigate = useNavigate();
  const { pathname, search, hash } = useLocation();
  useEffect(() => {
    if (isSettled) return;
    isSettled = true;
    void navigate({ pathname, search, hash }, { replace: true });
  }, [navigate, pathname, search, hash]);
}
