import { Box, Table, Text } from "@chakra-ui/react";

import type { CauseFigures } from "../../api/schema";
import { nameAction } from "../../words/triggers";
import { codeOf, spellCause } from "./causeWords";
import { formatNumber } from "./compareWords";
import { FigurePanel } from "./FigurePanel";
import { PageLink } from "../../links/PageLink";
import { ShareBar } from "./ShareBar";
import { nameOf, WorkflowLink } from "./WorkflowLink";

interface Props {
  title: string;
  about: string;
  /** Of the file, without ending. */
  name: string;
  causes: CauseFigures[];
  linkTo: (cause: string, workflow?: string) => string;
  color?: string;
  empty: string;
}

/** Causes with how often and where each struck. */
export function CausePanel({ title, about, name, causes, linkTo, color, empty }: Props) {
  const sheet = {
    name,
    columns: ["Cause", "Code", "Type of action", "Workflow", "Its id", "Action", "Times"],
    rows: causes.flatMap(({ cause, type, actions }) =>
      actions.map((place) => [
        spellCause(cause),
        cause,
        type,
        nameOf(place),
        place.workflow_id,
        place.action,
        place.count,
      ]),
    ),
  };
  return (
    <FigurePanel title={title} about={about} sheet={sheet}>
      {causes.length === 0 ? (
        <Text color="fg.muted">{empty}</Text>
      ) : (
        <Table.ScrollArea whiteSpace="normal" tabIndex={0} role="group" aria-label={title}>
          <Table.Root size="sm" aria-label={title}>
            <Table.Header>
              <Table.Row>
                <Table.ColumnHeader>Cause</Table.ColumnHeader>
                <Table.ColumnHeader textAlign="end">Times</Table.ColumnHeader>
                <Table.ColumnHeader>Share</Table.ColumnHeader>
                <Table.ColumnHeader>Where</Table.ColumnHeader>
              </Table.Row>
            </Table.Header>
            <Table.Body>
              {causes.map((figures) => (
                <CauseRow
                  key={`${figures.cause} ${figures.type}`}
                  figures={figures}
                  linkTo={linkTo}
                  color={color}
                />
              ))}
            </Table.Body>
          </Table.Root>
        </Table.ScrollArea>
      )}
    </FigurePanel>
  );
}

const SHOWN_PLACES = 3;

function CauseRow({
  figures: { cause, type, count, share, actions },
  linkTo,
  color,
}: Pick<Props, "linkTo" | "color"> & { figures: CauseFigures }) {
  const code = codeOf(cause);
  const hidden = actions.length - SHOWN_PLACES;
  return (
    <Table.Row verticalAlign="top">
      <Table.Cell minWidth="14rem" overflowWrap="anywhere">
        {spellCause(cause)}
        <Text color="fg.muted" fontSize="xs">
          {nameAction(type)}
          {code ? ` · ${code}` : ""}
        </Text>
      </Table.Cell>
      <Table.Cell textAlign="end">
        <PageLink to={linkTo(cause)}>{formatNumber(count)}</PageLink>
      </Table.Cell>
      <Table.Cell>
        {share === null ? null : (
          <>
            {formatNumber(share)} %<ShareBar share={share} color={color} />
          </>
        )}
      </Table.Cell>
      <Table.Cell minWidth="14rem">
        {actions.slice(0, SHOWN_PLACES).map((place) => (
          <Box key={`${place.workflow_id} ${place.action}`}>
            <WorkflowLink of={place} />, “{place.action}”:{" "}
            <PageLink to={linkTo(cause, place.workflow_id)}>{formatNumber(place.count)}</PageLink>
          </Box>
        ))}
        {hidden > 0 ? <Text color="fg.muted">and {hidden} more; the CSV has all</Text> : null}
      </Table.Cell>
    </Table.Row>
  );
}
