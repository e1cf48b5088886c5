import { Box } from "@chakra-ui/react";
import { BaseEdge, EdgeLabelRenderer, type EdgeProps, getSmoothStepPath } from "@xyflow/react";

/** The way to an action, with the conditions in words that lead there. */
export function ConditionEdge(props: EdgeProps) {
  const { targetX, targetY, data, markerEnd } = props;
  const [path] = getSmoothStepPath(props);
  const words = typeof data?.words === "string" ? data.words : "";
  return (
    <>
      <BaseEdge path={path} markerEnd={markerEnd} />
      {words ? (
        <EdgeLabelRenderer>
          <Box
            position="absolute"
            transform={`translate(-50%, -100%) translate(${String(targetX)}px, ${String(targetY - 6)}px)`}
            maxWidth="208px"
            px={1.5}
            fontSize="2xs"
            lineHeight="1.25"
            color="fg.muted"
            bg="bg.subtle"
            borderWidth="1px"
            borderRadius="sm"
            lineClamp={2}
            title={words}
          >
            {words}
          </Box>
        </EdgeLabelRenderer>
      ) : null}
    </>
  );
}
