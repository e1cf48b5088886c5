import { Button, Menu, Portal } from "@chakra-ui/react";
import { ChevronDown, Download } from "lucide-react";

import { addressOf } from "../../api/client";
import type { ExecutionFilter } from "../../api/executions";

const FILES = [
  { name: "CSV, a row per execution", format: "csv" },
  { name: "CSV, a row per action", format: "csv", include: "actions" },
  { name: "JSON lines", format: "jsonl" },
  { name: "JSON lines with the actions", format: "jsonl", include: "actions" },
];

/** Downloads every execution that the filters leave, not only those on the page. */
export function ExportMenu({ filter }: { filter: ExecutionFilter }) {
  const query = Object.fromEntries(
    Object.entries(filter).map(([key, value]) => [key, value == null ? undefined : String(value)]),
  );
  return (
    <Menu.Root>
      <Menu.Trigger asChild>
        <Button size="sm" variant="outline">
          <Download aria-hidden size={16} /> Export <ChevronDown aria-hidden size={16} />
        </Button>
      </Menu.Trigger>
      <Portal>
        <Menu.Positioner>
          <Menu.Content>
            {FILES.map(({ name, format, include }) => (
              <Menu.Item key={name} value={name} asChild>
                <a
                  href={addressOf("/api/v1/executions/export", { ...query, format, include })}
                  download
                >
                  {name}
                </a>
              </Menu.Item>
            ))}
          </Menu.Content>
        </Menu.Positioner>
      </Portal>
    </Menu.Root>
  );
}
