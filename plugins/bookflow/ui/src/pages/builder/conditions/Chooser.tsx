import { Box, Code, Input, Popover, Portal, Text } from "@chakra-ui/react";
import { type KeyboardEvent, type ReactElement, useId, useRef, useState } from "react";

/** Something to choose. */
export interface Choice {
  value: string;
  label: string;
  /** What it is, in a sentence. */
  detail?: string;
  /** The name by which a spec knows it, or what is inserted. */
  code?: string;
  example?: string;
  group?: string;
}

interface Props {
  /** Says what is chosen, to screen readers and above the search. */
  label: string;
  choices: Choice[];
  onChoose: (value: string) => void;
  /** The button that opens it. */
  trigger: ReactElement;
  /** What may be chosen although it is not listed, from what was typed. */
  onTyped?: (text: string) => Choice | undefined;
  isOpen?: boolean;
  onOpenChange?: (isOpen: boolean) => void;
  /** What is searched for to begin with. */
  start?: string;
}

/** Chooses one of many by searching: type, go up and down with the arrow keys, Enter. */
export function Chooser({ trigger, isOpen, onOpenChange, ...list }: Props) {
  const [isShown, setShown] = useState(false);
  const search = useRef<HTMLInputElement>(null);
  const show = (next: boolean) => {
    setShown(next);
    onOpenChange?.(next);
  };
  return (
    <Popover.Root
      lazyMount
      unmountOnExit
      open={isOpen ?? isShown}
      onOpenChange={({ open }) => {
        show(open);
      }}
      initialFocusEl={() => search.current}
      positioning={{ placement: "bottom-start" }}
    >
      <Popover.Trigger asChild>{trigger}</Popover.Trigger>
      <Portal>
        <Popover.Positioner>
          <Popover.Content width="24rem" maxWidth="92vw" aria-label={list.label}>
            <Choices
              {...list}
              searchRef={search}
              onChoose={(value) => {
                show(false);
                list.onChoose(value);
              }}
            />
          </Popover.Content>
        </Popover.Positioner>
      </Portal>
    </Popover.Root>
  );
}

interface ListProps extends Pick<Props, "label" | "choices" | "onChoose" | "onTyped" | "start"> {
  searchRef: React.RefObject<HTMLInputElement | null>;
}

function Choices({ label, choices, onChoose, onTyped, start = "", searchRef }: ListProps) {
  const [text, setText] = useState(start);
  const [at, setAt] = useState(0);
  const id = useId();
  const typed = text.trim() ? onTyped?.(text.trim()) : undefined;
  const found = [...search(choices, text), ...(typed ? [typed] : [])];
  const active = found[Math.min(at, found.length - 1)];
  const move = (to: number) => {
    const next = Math.max(0, Math.min(to, found.length - 1));
    setAt(next);
    document.getElementById(`${id}-${String(next)}`)?.scrollIntoView({ block: "nearest" });
  };
  const steer = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1 };
    if (event.key === "Enter" && active) onChoose(active.value);
    else if (event.key in steps) move(steps[event.key] ?? 0);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <Box p={2} borderBottomWidth="1px">
        <Input
          ref={searchRef}
          size="sm"
          role="combobox"
          aria-label={`Search: ${label}`}
          aria-expanded
          aria-controls={id}
          aria-autocomplete="list"
          aria-activedescendant={active ? `${id}-${String(found.indexOf(active))}` : undefined}
          placeholder="Type to search"
          value={text}
          onKeyDown={steer}
          onChange={({ currentTarget }) => {
            setText(currentTarget.value);
            setAt(0);
          }}
        />
      </Box>
      <Box id={id} role="listbox" aria-label={label} maxHeight="18rem" overflowY="auto" py={1}>
        {found.map((choice, index) => (
          <Box key={choice.value}>
            {choice.group && choice.group !== found[index - 1]?.group ? (
              <Text px={3} pt={2} pb={1} fontSize="xs" color="fg.muted" role="presentation">
                {choice.group}
              </Text>
            ) : null}
            <Option
              id={`${id}-${String(index)}`}
              choice={choice}
              isActive={choice === active}
              onChoose={() => {
                onChoose(choice.value);
              }}
            />
          </Box>
        ))}
        {found.length ? null : (
          <Text px={3} py={2} fontSize="sm" color="fg.muted">
            Nothing matches. Try another word.
          </Text>
        )}
      </Box>
    </>
  );
}

interface OptionProps {
  id: string;
  choice: Choice;
  isActive: boolean;
  onChoose: () => void;
}

function Option({ id, choice: { label, detail, code, example }, isActive, onChoose }: OptionProps) {
  return (
    // the keys are those of the search field, which keeps the focus
    <Box
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={isActive}
      px={3}
      py={1.5}
      cursor="pointer"
      bg={isActive ? "bg.emphasized" : undefined}
      _hover={{ bg: "bg.muted" }}
      onMouseDown={(event) => {
        event.preventDefault();
      }}
      onClick={onChoose}
    >
      <Text fontSize="sm">
        {label}{" "}
        {code ? (
          <Code size="sm" variant="plain" color="fg.muted">
            {code}
          </Code>
        ) : null}
      </Text>
      {detail || example ? (
        <Text fontSize="xs" color="fg.muted" overflowWrap="anywhere">
          {detail}
          {example ? ` Such as ${example}.` : ""}
        </Text>
      ) : null}
    </Box>
  );
}

/** Those that hold every word that was typed; where the label begins with it first. */
function search(choices: Choice[], text: string): Choice[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return choices;
  const within = ({ label, detail, code, group }: Choice) =>
    [label, detail, code, group].join(" ").toLowerCase();
  const names = ({ label, code }: Choice) => `${label} ${code ?? ""}`.toLowerCase();
  const found = choices.filter((choice) => words.every((word) => within(choice).includes(word)));
  const isNamed = (choice: Choice) => words.every((word) => names(choice).includes(word));
  return [...found.filter(isNamed), ...found.filter((choice) => !isNamed(choice))];
}
