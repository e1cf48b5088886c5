import { Box, Button, Flex, Text } from "@chakra-ui/react";
import { Braces } from "lucide-react";
import { type KeyboardEvent, useId, useMemo, useRef, useState } from "react";
import { flushSync } from "react-dom";

import { useContextFields } from "../../../api/context";
import type { SpecIssue } from "../../../api/schema";
import { Chooser } from "../conditions/Chooser";
import { insertAnswer, listInsertions } from "./insertions";
import { MessageIssues } from "./MessageIssues";
import { SmsLength } from "./SmsLength";
import { TemplateArea } from "./TemplateArea";
import { fillRoughly, insertAt, type Place, placeAt } from "./templateText";

interface Props {
  kind: "subject" | "text" | "html" | "sms" | "json";
  label: string;
  value: string;
  onChange: (value: string) => void;
  issues: SpecIssue[];
  readOnly?: boolean;
}

const ROWS = { subject: 1, text: 9, html: 9, sms: 4, json: 8 };

/** How much room it begins with: little for HTML, which few write. */
function rowsOf(kind: Props["kind"], value: string): number {
  return kind === "html" && !value ? 3 : ROWS[kind];
}

/** Edits a template: fields are chosen from a list, by button or Ctrl+Space, and colored. */
export default function MessageEditor(props: Props) {
  const { kind, label, value, onChange, issues, readOnly = false } = props;
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const [place, setPlace] = useState<Place>();
  const { data: words } = useContextFields();
  const choices = useMemo(() => (words ? listInsertions(words) : []), [words]);
  const open = () => {
    const { selectionStart, selectionEnd } = area.current ?? { selectionStart: 0, selectionEnd: 0 };
    setPlace(placeAt(value, selectionStart, selectionEnd));
  };
  const insert = (what: string) => {
    const { text, caret } = insertAt(
      value,
      place ?? { start: value.length, end: value.length },
      what,
    );
    // the caret can be set once the text is there
    flushSync(() => {
      onChange(text);
    });
    area.current?.focus();
    area.current?.setSelectionRange(caret, caret);
  };
  const press = (event: KeyboardEvent) => {
    const isAsked = event.key === " " && event.ctrlKey;
    const isBreak = event.key === "Enter" && kind === "subject";
    if (!isAsked && !isBreak) return;
    event.preventDefault();
    if (isAsked && !readOnly) open();
  };
  return (
    <Box minWidth={0}>
      <Flex justify="space-between" align="center" gap={2} mb={1} wrap="wrap">
        <Text asChild fontSize="sm" fontWeight="medium">
          <label htmlFor={id}>{label}</label>
        </Text>
        {readOnly ? null : (
          <Chooser
            label={`What to insert into: ${label}`}
            choices={choices}
            onChoose={insert}
            onTyped={(text) => (words ? insertAnswer(words, text) : undefined)}
            isOpen={place !== undefined}
            onOpenChange={(isOpen) => {
              if (isOpen) open();
              else setPlace(undefined);
            }}
            start={place?.typed}
            trigger={
              <Button
                size="2xs"
                variant="ghost"
                title="Ctrl+Space in the text"
                aria-label={`Insert a field into: ${label}`}
              >
                <Braces size={12} aria-hidden /> Insert a field
              </Button>
            }
          />
        )}
      </Flex>
      <TemplateArea
        id={id}
        fieldRef={area}
        value={value}
        rows={rowsOf(kind, value)}
        isMono={kind === "html" || kind === "json"}
        isInvalid={issues.length > 0}
        readOnly={readOnly}
        spellCheck={kind === "text" || kind === "sms" || kind === "subject"}
        aria-describedby={issues.length ? `${id}-issues` : undefined}
        onKeyDown={press}
        onChange={({ currentTarget }) => {
          const typed = currentTarget.value;
          onChange(kind === "subject" ? typed.replaceAll(/\s*\n\s*/g, " ") : typed);
        }}
      />
      {kind === "sms" ? <SmsLength text={fillRoughly(value, words)} isRough /> : null}
      {kind === "json" ? <JsonFault text={value} /> : null}
      <MessageIssues
        id={`${id}-issues`}
        issues={issues}
        text={value}
        onMend={readOnly ? undefined : onChange}
      />
    </Box>
  );
}

/** Says where a text is no JSON. */
function JsonFault({ text }: { text: string }) {
  const fault = faultOfJson(text);
  return fault ? (
    <Text fontSize="xs" color="fg.warning" mt={1}>
      This is not JSON yet: {fault}
    </Text>
  ) : null;
}

function faultOfJson(text: string): string | undefined {
  if (!text.trim()) return undefined;
  try {
    JSON.parse(text);
    return undefined;
  } catch (fault) {
    return fault instanceof Error ? fault.message : "it can't be read.";
  }
}
