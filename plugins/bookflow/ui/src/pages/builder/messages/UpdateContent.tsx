import { Code, Table, Text } from "@chakra-ui/react";

import { show } from "../conditions/traces";
import { contextName, flatten } from "./updateFields";

interface Props {
  fields: unknown;
  before?: Record<string, unknown>;
}

/** What an update changes: every field as it is, and as it would be. */
export function UpdateContent({ fields, before }: Props) {
  return (
    <Table.ScrollArea borderWidth="1px" borderRadius="md">
      <Table.Root size="sm">
        <Table.Header>
          <Table.Row>
            <Table.ColumnHeader>Field</Table.ColumnHeader>
            {before ? <Table.ColumnHeader>Now</Table.ColumnHeader> : null}
            <Table.ColumnHeader>{before ? "Then" : "Becomes"}</Table.ColumnHeader>
          </Table.Row>
        </Table.Header>
        <Table.Body>
          {flatten(fields).map(([name, value]) => (
            <Table.Row key={name}>
              <Table.Cell>
                <Code>{name}</Code>
              </Table.Cell>
              {before ? (
                <Table.Cell>
                  <Value value={before[contextName(name)]} />
                </Table.Cell>
              ) : null}
              <Table.Cell>
                <Value value={value} />
              </Table.Cell>
            </Table.Row>
          ))}
        </Table.Body>
      </Table.Root>
    </Table.ScrollArea>
  );
}

function Value({ value }: { value: unknown }) {
  const isNothing = value === undefined || value === null || value === "";
  return (
    <Text as="span" color={isNothing ? "fg.muted" : undefined} overflowWrap="anywhere">
      {isNothing ? "nothing" : show(value)}
    </Text>
  );
}
