import { Alert, CloseButton } from "@chakra-ui/react";
import type { ReactNode } from "react";

export type NoticeKind = "success" | "info" | "warning" | "error";

interface Props {
  kind: NoticeKind;
  title?: string;
  children?: ReactNode;
  onClose?: () => void;
}

/** A message within the page, with what to do about it. */
export function Notice({ kind, title, children, onClose }: Props) {
  return (
    <Alert.Root status={kind} role={kind === "error" ? "alert" : undefined} my={2}>
      <Alert.Indicator />
      <Alert.Content minWidth={0} overflowWrap="anywhere">
        {title ? <Alert.Title>{title}</Alert.Title> : null}
        <Alert.Description>{children}</Alert.Description>
      </Alert.Content>
      {onClose ? <CloseButton aria-label="Close message" size="sm" onClick={onClose} /> : null}
    </Alert.Root>
  );
}
