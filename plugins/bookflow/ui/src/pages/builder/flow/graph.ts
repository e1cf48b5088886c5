import type { Edge, Node } from "@xyflow/react";

import type { SpecIssue } from "../../../api/schema";
import { conditionsInWords } from "../draft/conditionWords";
import { issuesUnder } from "../draft/issues";
import { levelsOf } from "../draft/levels";
import { type Action, actionsOf, type Spec } from "../draft/spec";
import { BOX, layOut } from "./layout";

export interface ActionData extends Record<string, unknown> {
  action: Action;
  position: number;
  isChosen: boolean;
  wrong: number;
}

export interface TriggerData extends Record<string, unknown> {
  spec: Spec;
  isChosen: boolean;
  wrong: number;
}

/** The nodes and edges of a workflow; positions follow from the order of its actions. */
export function graphOf(
  spec: Spec,
  errors: SpecIssue[],
  chosen: number | null,
): { nodes: Node[]; edges: Edge[] } {
  const actions = actionsOf(spec);
  const levels = levelsOf(actions);
  const places = layOut(levels);
  const ofActions = issuesUnder(errors, "actions").length;
  const trigger: Node<TriggerData> = {
    id: "trigger",
    type: "trigger",
    position: { x: -BOX.width / 2, y: 0 },
    draggable: false,
    ...SIZE,
    data: { spec, isChosen: chosen === null, wrong: errors.length - ofActions },
  };
  const nodes: Node[] = [trigger];
  for (const [position, place] of places) {
    const wrong = issuesUnder(errors, `actions[${String(position)}]`).length;
    const action = actions[position] ?? {};
    const data: ActionData = { action, position, isChosen: chosen === position, wrong };
    nodes.push({ id: idOf(position), type: "action", position: place, ...SIZE, data });
  }
  return { nodes, edges: edgesOf(levels, actions, nodes) };
}

const SIZE = { width: BOX.width, height: BOX.height };

/** The id of the node of an action. */
export function idOf(position: number): string {
  return `action-${String(position)}`;
}

/** All of a level before all of the next; levels of several meet in a point between them. */
function edgesOf(levels: number[][], actions: Action[], nodes: Node[]): Edge[] {
  const edges: Edge[] = [];
  let from = ["trigger"];
  levels.forEach((level, row) => {
    let source = from[0] ?? "trigger";
    if (from.length > 1) {
      source = `join-${String(row)}`;
      const y = (row + 1) * (BOX.height + BOX.gapY) - BOX.gapY + 16;
      nodes.push({
        id: source,
        type: "join",
        position: { x: 0, y },
        width: 1,
        height: 1,
        data: {},
      });
      for (const id of from)
        edges.push({ id: `${id}-${source}`, type: "join", source: id, target: source });
    }
    for (const position of level) {
      const target = idOf(position);
      const words = conditionsInWords(actions[position]?.conditions);
      edges.push({
        id: `${source}-${target}`,
        type: "condition",
        source,
        target,
        data: { words: words && `if ${words}` },
      });
    }
    from = level.map(idOf);
  });
  return edges;
}
