import { Button, Dialog, Field, Input, Portal, Stack, Text } from "@chakra-ui/react";
import { type FormEvent, useState } from "react";
import { useNavigate } from "react-router-dom";

import { useSay } from "../../app/Announcer";
import { paths } from "../../app/paths";
import { ApiProblem } from "../../api/client";
import type { WorkflowSummary } from "../../api/schema";
import { useDuplication } from "../../api/workflows";
import { Failure } from "../../states/Failure";

interface Props {
  workflow: WorkflowSummary;
  onClose: () => void;
}

const TAKEN = 409;
const ID_LENGTH = 64;

/** Copies a workflow under another id, and leads to the copy. */
export default function DuplicateDialog({ workflow, onClose }: Props) {
  const navigate = useNavigate();
  const say = useSay();
  const [id, setId] = useState(() => `${workflow.id.slice(0, ID_LENGTH - 5)}-copy`);
  const [name, setName] = useState(() => `${workflow.name ?? workflow.id} (copy)`);
  const duplication = useDuplication(workflow.id);
  const { error } = duplication;
  const ofField = fieldErrors(error);
  const copy = (event: FormEvent) => {
    event.preventDefault();
    duplication.mutate(
      { id: id.trim(), name: name.trim() || null },
      {
        onSuccess: (saved) => {
          say(`“${saved.name ?? saved.id}” is there. It is not active until you activate it.`);
          void navigate(paths.workflow(saved.id));
        },
      },
    );
  };
  return (
    <Dialog.Root
      open
      size="md"
      onOpenChange={({ open }) => {
        if (!open) onClose();
      }}
    >
      <Portal>
        <Dialog.Backdrop />
        <Dialog.Positioner>
          <Dialog.Content asChild>
            <form onSubmit={copy}>
              <Dialog.Header>
                <Dialog.Title>Duplicate {workflow.name ?? workflow.id}</Dialog.Title>
              </Dialog.Header>
              <Dialog.Body>
                <Stack gap={4}>
                  <Text>The copy is not active, so that nothing is sent twice.</Text>
                  <Field.Root required invalid={Boolean(ofField.name)}>
                    <Field.Label>Name</Field.Label>
                    <Input
                      value={name}
                      onChange={(event) => {
                        setName(event.target.value);
                      }}
                    />
                    <Field.ErrorText color="red.fg">{ofField.name}</Field.ErrorText>
                  </Field.Root>
                  <Field.Root required invalid={Boolean(ofField.id)}>
                    <Field.Label>Id</Field.Label>
                    <Input
                      fontFamily="mono"
                      value={id}
                      onChange={(event) => {
                        setId(event.target.value);
                      }}
                    />
                    <Field.HelperText>
                      Small letters, digits and hyphens; it cannot be changed later.
                    </Field.HelperText>
                    <Field.ErrorText color="red.fg">{ofField.id}</Field.ErrorText>
                  </Field.Root>
                  {error && !ofField.id && !ofField.name ? <Failure problem={error} /> : null}
                </Stack>
              </Dialog.Body>
              <Dialog.Footer>
                <Button variant="outline" type="button" onClick={onClose}>
                  Cancel
                </Button>
                <Button type="submit" loading={duplication.isPending}>
                  Duplicate
                </Button>
              </Dialog.Footer>
            </form>
          </Dialog.Content>
        </Dialog.Positioner>
      </Portal>
    </Dialog.Root>
  );
}

/** Which field a refusal is about; the API names it as a field or as a key of the spec. */
function fieldErrors(error: Error | null): { id?: string; name?: string } {
  if (!(error instanceof ApiProblem)) return {};
  const fields = (error.said.errors ?? []) as { field: string; message: string }[];
  const of = (key: string) =>
    fields.find(({ field }) => field === key)?.message ??
    error.issues.find((issue) => issue.key === key)?.message;
  return { id: of("id") ?? (error.status === TAKEN ? error.message : undefined), name: of("name") };
}
