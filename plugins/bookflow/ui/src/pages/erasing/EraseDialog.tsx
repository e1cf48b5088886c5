import { Button, Checkbox, Dialog, Field, Input, Stack, Text } from "@chakra-ui/react";
import { useState } from "react";

import { type Erasing, useErasing } from "../../api/erasing";
import { OpenDialog } from "../../dialogs/OpenDialog";
import { Failure } from "../../states/Failure";
import { Notice } from "../../states/Notice";
import { ErasureCounts } from "./ErasureCounts";

interface Props {
  /** Whose address stands there to begin with. */
  email?: string;
  onClose: () => void;
}

/** Takes a person out of everything bookflow keeps: counts first, then asks for the address. */
export default function EraseDialog({ email = "", onClose }: Props) {
  const [asked, setAsked] = useState<Erasing>({ email, exact: false, organizer: false });
  const [typed, setTyped] = useState("");
  const counting = useErasing({ isDry: true });
  const erasing = useErasing({ isDry: false });
  const counted = counting.data;
  const done = erasing.data;
  const change = (part: Partial<Erasing>) => {
    setAsked({ ...asked, ...part });
    setTyped("");
    counting.reset();
    erasing.reset();
  };
  const isConfirmed = typed.trim().toLowerCase() === asked.email.trim().toLowerCase();
  return (
    <OpenDialog
      title={done ? "The person is erased" : "Erase a person"}
      size="md"
      role="alertdialog"
      scrollBehavior="inside"
      hasCross
      onClose={onClose}
      footer={
        <Dialog.Footer>
          <Button variant="outline" onClick={onClose}>
            {done ? "Close" : "Cancel"}
          </Button>
          {done ? null : counted ? (
            <Button
              colorPalette="red"
              disabled={!isConfirmed}
              loading={erasing.isPending}
              onClick={() => {
                erasing.mutate(asked);
              }}
            >
              Erase for good
            </Button>
          ) : (
            <Button
              disabled={!asked.email.trim()}
              loading={counting.isPending}
              onClick={() => {
                counting.mutate(asked);
              }}
            >
              Count what is kept
            </Button>
          )}
        </Dialog.Footer>
      }
    >
      {done ? (
        <ErasureCounts report={done} />
      ) : (
        <Stack gap={4}>
          <Text>
            Takes the person out of bookings, messages, answers and records. How many there were,
            when and how they ended stays. Open executions of their bookings are cancelled. It can’t
            be undone.
          </Text>
          <Whom asked={asked} onChange={change} />
          {counted ? <ErasureCounts report={counted} /> : null}
          {counted ? (
            <Field.Root>
              <Field.Label>Type the address once more to erase them</Field.Label>
              <Input
                size="sm"
                autoComplete="off"
                placeholder={asked.email.trim()}
                value={typed}
                onChange={({ target }) => {
                  setTyped(target.value);
                }}
              />
            </Field.Root>
          ) : null}
          {counting.error ? <Failure problem={counting.error} /> : null}
          {erasing.error ? <Failure problem={erasing.error} /> : null}
        </Stack>
      )}
    </OpenDialog>
  );
}

function Whom({ asked, onChange }: { asked: Erasing; onChange: (part: Partial<Erasing>) => void }) {
  return (
    <Stack gap={3}>
      <Field.Root>
        <Field.Label>E-mail address of the person</Field.Label>
        <Input
          size="sm"
          type="email"
          autoComplete="off"
          value={asked.email}
          onChange={({ target }) => {
            onChange({ email: target.value });
          }}
        />
      </Field.Root>
      <Check
        isChecked={!asked.exact}
        onChange={(isChecked) => {
          onChange({ exact: !isChecked });
        }}
      >
        Also addresses with a tag, such as ada+spam@example.com
      </Check>
      <Check
        isChecked={asked.organizer}
        onChange={(isChecked) => {
          onChange({ organizer: isChecked });
        }}
      >
        Also as an organizer
      </Check>
      {asked.organizer ? (
        <Notice kind="warning">
          Messages to the organizer of their bookings then reach nobody.
        </Notice>
      ) : null}
    </Stack>
  );
}

interface CheckProps {
  isChecked: boolean;
  onChange: (isChecked: boolean) => void;
  children: string;
}

function Check({ isChecked, onChange, children }: CheckProps) {
  return (
    <Checkbox.Root
      size="sm"
      checked={isChecked}
      onCheckedChange={({ checked }) => {
        onChange(checked === true);
      }}
    >
      <Checkbox.HiddenInput />
      <Checkbox.Control />
      <Checkbox.Label>{children}</Checkbox.Label>
    </Checkbox.Root>
  );
}
