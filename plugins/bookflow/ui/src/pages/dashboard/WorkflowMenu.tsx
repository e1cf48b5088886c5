import { IconButton, Menu, Portal } from "@chakra-ui/react";
import { Ellipsis } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router-dom";

import type { WorkflowSummary } from "../../api/schema";
import { paths, withQuery } from "../../app/paths";

/** What can be asked of one workflow beside going to its pages. */
export type Wish = "run" | "duplicate" | "delete" | "activate" | "deactivate";

export interface WorkflowMenuProps {
  workflow: WorkflowSummary;
  /** Whether the user may change this workflow, and make new ones. */
  mayEdit: boolean;
  mayMake: boolean;
  /** Whether the user may run it. */
  mayRun: boolean;
  onWish: (wish: Wish, workflow: WorkflowSummary) => void;
}

/** The quick actions of a workflow: what one needs most as links, the rest in a menu. */
export function WorkflowMenu({ workflow, mayEdit, mayMake, mayRun, onWish }: WorkflowMenuProps) {
  const { id } = workflow;
  const [wasOpened, setWasOpened] = useState(false);
  const name = workflow.name ?? id;
  const wish = (asked: Wish) => () => {
    onWish(asked, workflow);
  };
  return (
    <div className="bf-line bf-end">
      <Link
        className="bf-small-link"
        to={paths.workflow(id)}
        aria-label={`${mayEdit ? "Edit" : "Open"} ${name}`}
      >
        {mayEdit ? "Edit" : "Open"}
      </Link>
      <Link className="bf-small-link" to={paths.test(id)} aria-label={`Test ${name}`}>
        Test
      </Link>
      {wasOpened ? (
        <Menu.Root defaultOpen lazyMount unmountOnExit>
          <Menu.Trigger asChild>
            <IconButton size="xs" variant="ghost" aria-label={`More for ${name}`}>
              <Ellipsis />
            </IconButton>
          </Menu.Trigger>
          <Portal>
            <Menu.Positioner>
              <Menu.Content>
                <PageItem value="executions" to={withQuery(paths.executions, { workflow: id })}>
                  Executions
                </PageItem>
                <PageItem value="figures" to={paths.figures(id)}>
                  Figures
                </PageItem>
                <PageItem value="history" to={paths.history(id)}>
                  History
                </PageItem>
                {mayRun && workflow.state === "active" ? (
                  <Menu.Item value="run" onSelect={wish("run")}>
                    Run for a booking…
                  </Menu.Item>
                ) : null}
                {mayMake || mayEdit ? <Menu.Separator /> : null}
                {mayMake ? (
                  <Menu.Item value="duplicate" onSelect={wish("duplicate")}>
                    Duplicate…
                  </Menu.Item>
                ) : null}
                {mayEdit ? <ChangeItems state={workflow.state} wish={wish} /> : null}
              </Menu.Content>
            </Menu.Positioner>
          </Portal>
        </Menu.Root>
      ) : (
        // a menu of its own for each of a thousand rows would cost more than all the rest
        <button
          type="button"
          className="bf-icon-button"
          aria-haspopup="menu"
          aria-label={`More for ${name}`}
          onClick={() => {
            setWasOpened(true);
          }}
        >
          <Ellipsis />
        </button>
      )}
    </div>
  );
}

/** A menu that is never seen: the first one opens at once where its rules are there already. */
export function UnseenMenu() {
  return (
    <div hidden>
      <Menu.Root>
        <Menu.Trigger asChild>
          <IconButton size="xs" variant="ghost" aria-label="More">
            <Ellipsis />
          </IconButton>
        </Menu.Trigger>
        <Menu.Positioner>
          <Menu.Content>
            <Menu.Item value="unseen">Unseen</Menu.Item>
            <Menu.Separator />
            <Menu.Item value="unseen-bad" color="red.fg">
              Unseen
            </Menu.Item>
          </Menu.Content>
        </Menu.Positioner>
      </Menu.Root>
    </div>
  );
}

function PageItem({ value, to, children }: { value: string; to: string; children: string }) {
  return (
    <Menu.Item value={value} asChild>
      <Link to={to}>{children}</Link>
    </Menu.Item>
  );
}

interface ChangeProps {
  state: WorkflowSummary["state"];
  wish: (asked: Wish) => () => void;
}

function ChangeItems({ state, wish }: ChangeProps) {
  return (
    <>
      {state === "inactive" ? (
        <Menu.Item value="activate" onSelect={wish("activate")}>
          Activate…
        </Menu.Item>
      ) : null}
      {state === "active" ? (
        <Menu.Item value="deactivate" onSelect={wish("deactivate")}>
          Deactivate…
        </Menu.Item>
      ) : null}
      <Menu.Item value="delete" color="red.fg" onSelect={wish("delete")}>
        Delete…
      </Menu.Item>
    </>
  );
}
