import type { ReactNode } from "react";
import { Link } from "react-router-dom";

interface Props {
  to: string;
  /** Said on hover. */
  title?: string;
  children: ReactNode;
}

/** A `PageLink` of plain elements, within what has the look of `useRowLook`. */
export function PlainLink({ to, title, children }: Props) {
  return (
    <Link className="bf-link bf-underlined" to={to} title={title}>
      {children}
    </Link>
  );
}
