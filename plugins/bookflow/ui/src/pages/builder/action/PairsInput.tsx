import { Button, HStack, IconButton, Input, VStack } from "@chakra-ui/react";
import { Plus, X } from "lucide-react";
import { useState } from "react";

import { isRecord, textOf } from "../draft/spec";

interface Props {
  /** What one pair is called, such as "header". */
  what: string;
  value: unknown;
  onChange: (value: Record<string, unknown> | undefined) => void;
  readOnly?: boolean;
}

type Pair = readonly [string, unknown];

/** Names with values, row by row; a row without a name is not written. */
export function PairsInput({ what, value, onChange, readOnly = false }: Props) {
  const given = isRecord(value) ? Object.entries(value) : [];
  // rows that have no name yet stand here only
  const [unnamed, setUnnamed] = useState<Pair[]>([]);
  const rows: Pair[] = [...given, ...unnamed];
  const write = (next: Pair[]) => {
    const named = next.filter(([name]) => name !== "");
    setUnnamed(next.filter(([name]) => name === ""));
    onChange(named.length ? Object.fromEntries(named) : undefined);
  };
  const change = (at: number, pair: Pair) => {
    const isTaken = rows.some(([name], other) => other !== at && name === pair[0] && name !== "");
    if (!isTaken) write(rows.map((row, other) => (other === at ? pair : row)));
  };
  return (
    <VStack align="stretch" gap={2} width="full">
      {rows.map(([name, content], at) => (
        // rows have no identity but their place
        <HStack key={at} gap={2}>
          <Input
            size="sm"
            fontFamily="mono"
            aria-label={`Name of ${what} ${String(at + 1)}`}
            placeholder="Name"
            value={name}
            readOnly={readOnly}
            onChange={({ currentTarget }) => {
              change(at, [currentTarget.value, content]);
            }}
          />
          <Input
            size="sm"
            aria-label={`Value of ${what} ${String(at + 1)}`}
            placeholder="Value"
            value={typeof content === "object" ? JSON.stringify(content) : textOf(content)}
            readOnly={readOnly || typeof content === "object"}
            onChange={({ currentTarget }) => {
              change(at, [name, currentTarget.value]);
            }}
          />
          {readOnly ? null : (
            <IconButton
              size="xs"
              variant="ghost"
              aria-label={`Remove ${what} ${name || String(at + 1)}`}
              onClick={() => {
                write(rows.filter((_, other) => other !== at));
              }}
            >
              <X />
            </IconButton>
          )}
        </HStack>
      ))}
      {readOnly ? null : (
        <Button
          size="xs"
          variant="outline"
          alignSelf="start"
          onClick={() => {
            setUnnamed([...unnamed, ["", ""]]);
          }}
        >
          <Plus aria-hidden /> Add {what}
        </Button>
      )}
    </VStack>
  );
}
