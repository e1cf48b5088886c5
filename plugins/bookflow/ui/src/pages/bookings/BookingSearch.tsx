import { Button, Field, Flex, Input } from "@chakra-ui/react";
import { useState } from "react";
import { useNavigate } from "react-router-dom";

import { paths } from "../../app/paths";

/** Goes to a booking by its id. */
export function BookingSearch({ id = "" }: { id?: string }) {
  const [text, setText] = useState(id);
  const navigate = useNavigate();
  return (
    <form
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim()) void navigate(paths.booking(text.trim()));
      }}
    >
      <Flex gap={2} align="end" maxWidth="28rem">
        <Field.Root>
          <Field.Label fontSize="xs" color="fg.muted">
            Booking id
          </Field.Label>
          <Input
            size="sm"
            type="search"
            value={text}
            placeholder="such as bk-2041"
            autoComplete="off"
            onChange={({ target }) => {
              setText(target.value);
            }}
          />
        </Field.Root>
        <Button size="sm" type="submit" variant="outline">
          Find
        </Button>
      </Flex>
    </form>
  );
}
