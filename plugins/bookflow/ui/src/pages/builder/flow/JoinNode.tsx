import { Handle, Position } from "@xyflow/react";

/** The point where actions that run side by side meet before what follows them. */
export function JoinNode() {
  return (
    <>
      <Handle type="target" position={Position.Top} isConnectable={false} style={HIDDEN} />
      <Handle type="source" position={Position.Bottom} isConnectable={false} style={HIDDEN} />
    </>
  );
}

const HIDDEN = { opacity: 0, pointerEvents: "none", minWidth: 1, minHeight: 1 } as const;
