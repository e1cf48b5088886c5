import { Table, Text } from "@chakra-ui/react";

import type { CauseFigures } from "../../api/schema";
import { nameAction } from "../../words/triggers";
import { codeOf, spellCause } from "./causeWords";
import { formatNumber } from "./compareWords";
import { FigurePanel } from "./FigurePanel";
import { PlainLink } from "../../links/PlainLink";
import { PlainCell } from "../../tables/PlainCell";
import { ShareBar } from "./ShareBar";
import { nameOf, WorkflowLink } from "./WorkflowLink";

interface Props {
  title: string;
  about: string;
  /** Of the file, without ending. */
  name: string;
  causes: CauseFigures[];
  linkTo: (cause: string, workflow?: string) => string;
  isBad?: boolean;
  empty: string;
}

/** Causes with how often and where each struck. */
export function CausePanel({ title, about, name, causes, linkTo, isBad, empty }: Props) {
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
                  isBad={isBad}
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
const WIDE = { minWidth: "14rem" };

function CauseRow({
  figures: { cause, type, count, share, actions },
  linkTo,
  isBad = false,
}: Pick<Props, "linkTo" | "isBad"> & { figures: CauseFigures }) {
  const code = codeOf(cause);
  const hidden = actions.length - SHOWN_PLACES;
  return (
    <tr className="bf-high">
      <PlainCell className="bf-wrap" style={WIDE}>
        {spellCause(cause)}
        <div className="bf-muted bf-small">
          {nameAction(type)}
          {code ? ` · ${code}` : ""}
        </div>
      </PlainCell>
      <PlainCell className="bf-number">
        <PlainLink to={linkTo(cause)}>{formatNumber(count)}</PlainLink>
      </PlainCell>
      <PlainCell>
        {share === null ? null : (
          <>
            {formatNumber(share)} %<ShareBar share={share} isBad={isBad} />
          </>
        )}
      </PlainCell>
      <PlainCell style={WIDE}>
        {actions.slice(0, SHOWN_PLACES).map((place) => (
          <div key={`${place.workflow_id} ${place.action}`}>
            <WorkflowLink of={place} />, “{place.action}”:{" "}
            <PlainLink to={linkTo(cause, place.workflow_id)}>{formatNumber(place.count)}</PlainLink>
          </div>
        ))}
        {hidden > 0 ? <div className="bf-muted">and {hidden} more; the CSV has all</div> : null}
      </PlainCell>
    </tr>
  );
}
