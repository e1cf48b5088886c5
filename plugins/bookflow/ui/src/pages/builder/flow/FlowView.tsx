import "./flowStyle";

import { Box } from "@chakra-ui/react";
import {
  Background,
  ControlButton,
  Controls,
  type Node,
  type NodeChange,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
} from "@xyflow/react";
import { Maximize } from "lucide-react";
import { type CSSProperties, type DragEvent, type KeyboardEvent, useMemo, useState } from "react";

import { levelsOf, type Place } from "../draft/levels";
import { actionsOf } from "../draft/spec";
import { useEditing } from "../editing";
import { type Step, useActionEdits } from "../useActionEdits";
import { useChosen } from "../useChosen";
import { ActionNode } from "./ActionNode";
import { ConditionEdge } from "./ConditionEdge";
import { FlowContext } from "./flowContext";
import { type ActionData, graphOf } from "./graph";
import { JoinEdge } from "./JoinEdge";
import { JoinNode } from "./JoinNode";
import { BOX, markOf, placeAt } from "./layout";
import { MarkNode } from "./MarkNode";
import { DRAGGED_TYPE } from "./Palette";
import { TriggerNode } from "./TriggerNode";
import { useFit } from "./useFit";
import { useHostColorMode } from "./useHostColorMode";

const NODES = { action: ActionNode, trigger: TriggerNode, join: JoinNode, mark: MarkNode };
const EDGES = { condition: ConditionEdge, join: JoinEdge };
const KEYS: Record<string, Step> = { ArrowUp: "earlier", ArrowDown: "later", ArrowLeft: "beside" };

/** The workflow as a flow: the trigger, and below it the actions in the order they run. */
export default function FlowView() {
  return (
    <ReactFlowProvider>
      <Flow />
    </ReactFlowProvider>
  );
}

function Flow() {
  const { spec, errors, isLocked } = useEditing();
  const [chosen, choose] = useChosen();
  const edits = useActionEdits();
  const { screenToFlowPosition } = useReactFlow();
  const colorMode = useHostColorMode();
  const [moved, setMoved] = useState<{ id: string; position: Node["position"] } | null>(null);
  const [mark, setMark] = useState<Place | null>(null);
  const levels = useMemo(() => levelsOf(actionsOf(spec)), [spec]);
  const graph = useMemo(() => graphOf(spec, errors, chosen), [spec, errors, chosen]);
  const { pane, show } = useFit(levels, chosen);
  const nodes = useMemo(() => {
    const shown = graph.nodes.map((node) =>
      node.id === moved?.id ? { ...node, position: moved.position, zIndex: 10 } : node,
    );
    if (!mark) return shown;
    const { x, y, width, height } = markOf(levels, mark);
    const place = { id: "mark", type: "mark", position: { x, y }, width, height, zIndex: -1 };
    return [{ ...place, data: {} }, ...shown];
  }, [graph, moved, mark, levels]);

  const flow = useMemo(
    () => ({
      choose,
      onKey: (event: KeyboardEvent, position: number) => {
        const step = event.altKey ? KEYS[event.key] : undefined;
        if (!step && event.key !== "Delete") return;
        event.preventDefault();
        const now = step ? edits.step(position, step) : edits.remove(position);
        if (now === null) return;
        // boxes are told apart by place: the focus goes along with the action, before the next key
        pane.current?.querySelector<HTMLElement>(`[data-action="${String(now)}"]`)?.focus();
      },
      onFocus: (position: number | null) => {
        // the browser scrolls to what has the focus, which shifts the flow within its pane
        pane.current?.querySelector(".react-flow")?.scrollTo(0, 0);
        show(false, position);
      },
    }),
    [choose, edits, pane, show],
  );

  const onChanges = (changes: NodeChange[]) => {
    for (const change of changes) {
      if (change.type === "position" && change.dragging && change.position) {
        setMoved({ id: change.id, position: change.position });
      }
    }
  };
  const dropOf = (node: Node) =>
    placeAt(levels, middleOf(node.position), (node.data as ActionData).position);
  const onDrop = (event: DragEvent) => {
    const type = event.dataTransfer.getData(DRAGGED_TYPE);
    setMark(null);
    if (!type) return;
    event.preventDefault();
    const point = screenToFlowPosition({ x: event.clientX, y: event.clientY });
    edits.add(type, placeAt(levels, point) ?? undefined);
  };
  const onDragOver = (event: DragEvent) => {
    if (isLocked || !event.dataTransfer.types.includes(DRAGGED_TYPE)) return;
    event.preventDefault();
    setMark(placeAt(levels, screenToFlowPosition({ x: event.clientX, y: event.clientY })));
  };

  return (
    <FlowContext.Provider value={flow}>
      <Box
        ref={pane}
        height={{ base: "24rem", lg: "clamp(24rem, 100vh - 19rem, 48rem)" }}
        borderWidth="1px"
        borderRadius="md"
        overflow="hidden"
        role="group"
        aria-label="The flow of actions"
        onDragLeave={() => {
          setMark(null);
        }}
      >
        <ReactFlow
          nodes={nodes}
          edges={graph.edges}
          nodeTypes={NODES}
          edgeTypes={EDGES}
          colorMode={colorMode}
          style={LOOK}
          onNodesChange={onChanges}
          onNodeDrag={(_, node) => {
            setMark(dropOf(node));
          }}
          onNodeDragStop={(_, node) => {
            setMoved(null);
            setMark(null);
            const place = dropOf(node);
            if (place) edits.moveTo((node.data as ActionData).position, place);
          }}
          onDragOver={onDragOver}
          onDrop={onDrop}
          nodesDraggable={!isLocked}
          nodesConnectable={false}
          nodesFocusable={false}
          edgesFocusable={false}
          elementsSelectable={false}
          deleteKeyCode={null}
          zoomOnDoubleClick={false}
          preventScrolling={false}
          zoomOnScroll={false}
          minZoom={0.3}
          maxZoom={1.25}
          nodeDragThreshold={4}
        >
          <Background gap={20} />
          <Controls showInteractive={false} showFitView={false}>
            <ControlButton
              title="Show the flow from its beginning"
              aria-label="Show the flow from its beginning"
              onClick={() => {
                show(true, null);
              }}
            >
              <Maximize />
            </ControlButton>
          </Controls>
        </ReactFlow>
      </Box>
    </FlowContext.Provider>
  );
}

// of the page, not of the library
const LOOK = { "--xy-background-color": "var(--chakra-colors-bg)" } as CSSProperties;

function middleOf({ x, y }: Node["position"]) {
  return { x: x + BOX.width / 2, y: y + BOX.height / 2 };
}
