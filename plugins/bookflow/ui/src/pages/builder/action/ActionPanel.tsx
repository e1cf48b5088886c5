import { Box, Flex, Heading, Icon, Text } from "@chakra-ui/react";
import { lazy, Suspense } from "react";

import { useSpecSchema } from "../../../api/builder";
import { sampleId } from "../../../api/trials";
import { Answer } from "../../../states/Answer";
import { Loading } from "../../../states/Loading";
import { BookingPicker } from "../../trials/BookingPicker";
import { typeOf } from "../actionTypes";
import { type Action, textOf } from "../draft/spec";
import { useEditing } from "../editing";
import { ActionTools } from "./ActionTools";

const ActionForm = lazy(() => import("./ActionForm"));
const ActionPreview = lazy(() => import("../messages/ActionPreview"));

interface Props {
  action: Action;
  position: number;
  /** Whose bookings are offered for the preview; none for a workflow that is not made yet. */
  workflow: string | null;
}

/** One action: what can be done with it, its form, and what it would send. */
export function ActionPanel({ action, position, workflow }: Props) {
  const { spec, booking, isLocked } = useEditing();
  const schema = useSpecSchema();
  const { label, help, Icon: TypeIcon } = typeOf(textOf(action.type));
  const name = textOf(action.name);
  return (
    <Box as="section" aria-label={`Action ${name || label}`}>
      <Flex align="center" gap={2} mb={2}>
        <Icon boxSize={4} color="fg.muted" aria-hidden>
          <TypeIcon />
        </Icon>
        <Heading as="h2" size="sm" overflowWrap="anywhere">
          {name || label}
        </Heading>
        <Text fontSize="xs" color="fg.muted">
          {name ? label : help}
        </Text>
      </Flex>
      {isLocked ? null : <ActionTools position={position} />}
      <Box mb={4}>
        <BookingPicker workflow={workflow ?? undefined} fallback={sampleId()} />
      </Box>
      <Answer query={schema} what="the form">
        {(root) => (
          <Suspense fallback={<Loading what="the form" />}>
            <ActionForm key={position} root={root} action={action} position={position} />
          </Suspense>
        )}
      </Answer>
      {name ? (
        <Box mt={5} pt={4} borderTopWidth="1px">
          <Heading as="h3" size="sm" mb={2}>
            What would go out
          </Heading>
          <Suspense fallback={<Loading what="the preview" />}>
            <ActionPreview spec={spec} action={name} booking={booking} />
          </Suspense>
        </Box>
      ) : null}
    </Box>
  );
}
