import { Box } from "@chakra-ui/react";
import { type ComponentProps, type Ref, useState } from "react";

import { readPieces, type TemplatePiece } from "./templateText";

const COLORS: Record<TemplatePiece["kind"], string | undefined> = {
  text: undefined,
  value: "blue.fg",
  statement: "purple.fg",
  remark: "fg.subtle",
};
const TEXT = {
  fontSize: "sm",
  lineHeight: "1.5",
  px: "3",
  py: "2",
  margin: "0",
  width: "full",
  whiteSpace: "pre-wrap",
  overflowWrap: "anywhere",
  // both layers must break lines at the same places
  tabSize: "4",
  letterSpacing: "normal",
} as const;

const ONE_LINE = "calc(1.5em + 1rem)";

interface Props extends Omit<ComponentProps<"textarea">, "value" | "ref"> {
  value: string;
  fieldRef: Ref<HTMLTextAreaElement>;
  /** For what has a syntax of its own. */
  isMono: boolean;
  rows: number;
  isInvalid: boolean;
}

/**
 * A text area that colors `{{ … }}` and `{% … %}`.
 *
 * The colored text lies under the typed one, which is see-through: spelling, undo, phones and
 * screen readers work as in every text area.
 */
export function TemplateArea({ value, fieldRef, isMono, rows, isInvalid, ...rest }: Props) {
  const [scroll, setScroll] = useState(0);
  const font = isMono ? "mono" : "body";
  return (
    <Box
      position="relative"
      borderWidth="1px"
      borderColor={isInvalid ? "border.error" : "border"}
      borderRadius="l2"
      overflow="hidden"
      _focusWithin={{ outlineWidth: "1px", outlineStyle: "solid", outlineColor: "fg" }}
    >
      <Box
        aria-hidden
        // what is one line in sense, such as a subject, gets as high as its text
        {...(rows === 1 ? {} : { position: "absolute", inset: "0" })}
        overflow="hidden"
        pointerEvents="none"
      >
        <Box
          css={TEXT}
          minHeight={ONE_LINE}
          fontFamily={font}
          transform={`translateY(-${String(scroll)}px)`}
        >
          {readPieces(value).map(({ kind, text }, index) => (
            <Box as="span" key={index} color={COLORS[kind]}>
              {text}
            </Box>
          ))}
        </Box>
      </Box>
      <Box
        asChild
        css={TEXT}
        fontFamily={font}
        display="block"
        {...(rows === 1 ? { position: "absolute", inset: "0" } : { position: "relative" })}
        bg="transparent"
        color="transparent"
        resize={rows === 1 ? "none" : "vertical"}
        outline="none"
        style={{ caretColor: "var(--chakra-colors-fg)", scrollbarGutter: "auto" }}
      >
        <textarea
          {...rest}
          ref={fieldRef}
          rows={rows}
          value={value}
          aria-invalid={isInvalid || undefined}
          onScroll={({ currentTarget }) => {
            setScroll(currentTarget.scrollTop);
          }}
        />
      </Box>
    </Box>
  );
}
