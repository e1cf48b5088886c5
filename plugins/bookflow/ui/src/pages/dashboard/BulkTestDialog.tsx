import { Badge, Button, Dialog, Link as ChakraLink, Table, Text } from "@chakra-ui/react";
import { useEffect } from "react";
import { Link } from "react-router-dom";

import type { BulkTest, BulkTrial, WorkflowSummary } from "../../api/schema";
import { useBulkTest } from "../../api/workflows";
import { paths } from "../../app/paths";
import { Failure } from "../../states/Failure";
import { Loading } from "../../states/Loading";
import { OpenDialog } from "../../dialogs/OpenDialog";

interface Props {
  workflows: WorkflowSummary[];
  onClose: () => void;
}

/** Tries the chosen workflows on a made-up booking, and tells how each went; nothing is sent. */
export default function BulkTestDialog({ workflows, onClose }: Props) {
  const { mutate, data, error } = useBulkTest();
  const ids = workflows.map(({ id }) => id).join(" ");
  useEffect(() => {
    mutate(ids.split(" "));
  }, [mutate, ids]);
  return (
    <OpenDialog
      title="Test on a made-up booking"
      size="lg"
      hasCross
      body={{ maxHeight: "65vh", overflowY: "auto" }}
      onClose={onClose}
      footer={
        <Dialog.Footer>
          <Button variant="outline" onClick={onClose}>
            Close
          </Button>
        </Dialog.Footer>
      }
    >
      <Text color="fg.muted" mb={3}>
        Nothing is sent, and nothing is recorded.
      </Text>
      {data ? <Outcomes test={data} /> : null}
      {error ? <Failure problem={error} /> : null}
      {!data && !error ? <Loading what="the results" /> : null}
    </OpenDialog>
  );
}

const OUTCOMES: Record<BulkTrial["outcome"], [color: string, word: string]> = {
  passed: ["green", "passed"],
  skipped: ["yellow", "all skipped"],
  not_matching: ["gray", "does not fit"],
  failed: ["red", "failed"],
  not_run: ["orange", "not tried"],
};

function Outcome({ of }: { of: BulkTrial["outcome"] }) {
  const [color, word] = OUTCOMES[of];
  return (
    <Badge colorPalette={color} variant="subtle">
      {word}
    </Badge>
  );
}

function Outcomes({ test }: { test: BulkTest }) {
  return (
    <Table.ScrollArea>
      <Table.Root size="sm" aria-label="Results of the test">
        <Table.Header>
          <Table.Row>
            {["Workflow", "Outcome", "What would happen"].map((name) => (
              <Table.ColumnHeader key={name}>{name}</Table.ColumnHeader>
            ))}
          </Table.Row>
        </Table.Header>
        <Table.Body>
          {test.results.map((trial) => (
            <Table.Row key={trial.workflow_id}>
              <Table.Cell>
                <ChakraLink asChild>
                  <Link to={paths.test(trial.workflow_id)}>{trial.name}</Link>
                </ChakraLink>
              </Table.Cell>
              <Table.Cell>
                <Outcome of={trial.outcome} />
              </Table.Cell>
              <Table.Cell whiteSpace="normal">{describeTrial(trial)}</Table.Cell>
            </Table.Row>
          ))}
        </Table.Body>
      </Table.Root>
    </Table.ScrollArea>
  );
}

/** What the actions of a workflow would do: "2 would run, 1 is skipped; 3 messages". */
export function describeTrial({ reason, totals, actions }: BulkTrial): string {
  const wrong = actions.find(({ status }) => status === "invalid");
  const said = [reason, wrong?.reason && `${wrong.name}: ${wrong.reason}`].filter(Boolean);
  if (totals) {
    const parts = [
      totals.would_run && `${String(totals.would_run)} would run`,
      totals.waits && `${String(totals.waits)} would wait`,
      totals.skipped && `${String(totals.skipped)} skipped`,
      totals.invalid && `${String(totals.invalid)} with errors`,
    ].filter(Boolean);
    const messages = totals.messages === 1 ? "1 message" : `${String(totals.messages)} messages`;
    said.push(`${parts.join(", ") || "no action"}; ${messages}`);
  }
  return said.join(". ");
}
