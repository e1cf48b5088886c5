import { yaml } from "@codemirror/lang-yaml";
import { type Diagnostic, lintGutter, setDiagnostics } from "@codemirror/lint";
import { Compartment, EditorState, Transaction } from "@codemirror/state";
import { EditorView, highlightActiveLine, lineNumbers } from "@codemirror/view";
import { Box } from "@chakra-ui/react";
import { minimalSetup } from "codemirror";
import { useEffect, useRef, useState } from "react";

import { takeTurn } from "../../../pacing/takingTurns";
import { changeBetween } from "./changeBetween";
import { yamlTheme } from "./yamlTheme";

interface Props {
  value: string;
  onChange: (text: string) => void;
  marks: Diagnostic[];
  isReadOnly: boolean;
  /** Where to go; a new object goes there again. */
  jump?: { to: number };
}

/** The workflow's file as text, with what is wrong marked where it stands. */
export default function YamlEditor({ value, onChange, marks, isReadOnly, jump }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<EditorView | null>(null);
  const changed = useRef(onChange);
  const mode = useRef(new Compartment());
  const language = useRef(new Compartment());
  useEffect(() => {
    changed.current = onChange;
  }, [onChange]);

  useEffect(() => {
    let made: EditorView | undefined;
    const drop = takeTurn(() => {
      if (!place.current) return;
      made = new EditorView({
        parent: place.current,
        extensions: [
          minimalSetup,
          lineNumbers(),
          highlightActiveLine(),
          EditorView.lineWrapping,
          language.current.of([]),
          yamlTheme,
          mode.current.of([]),
          EditorView.contentAttributes.of({ "aria-label": "The workflow as YAML", tabindex: "0" }),
          EditorView.updateListener.of(({ docChanged, transactions, state }) => {
            const isTyped = transactions.some((one) => one.annotation(Transaction.userEvent));
            if (docChanged && isTyped) changed.current(state.doc.toString());
          }),
        ],
      });
      setView(made);
    });
    return () => {
      drop();
      made?.destroy();
    };
  }, []);

  useEffect(() => {
    if (!view) return undefined;
    // the text stands there before its colors do
    return takeTurn(() => {
      view.dispatch({ effects: language.current.reconfigure([yaml(), lintGutter()]) });
    });
  }, [view]);

  useEffect(() => {
    view?.dispatch({
      effects: mode.current.reconfigure(EditorState.readOnly.of(isReadOnly)),
    });
  }, [view, isReadOnly]);

  useEffect(() => {
    const changes = view && changeBetween(view.state.doc.toString(), value);
    // what comes from outside is not for the editor's own undo
    if (changes) view.dispatch({ changes, annotations: Transaction.addToHistory.of(false) });
  }, [view, value]);

  useEffect(() => {
    if (!view) return;
    const end = view.state.doc.length;
    const inside = marks.map((mark) => ({
      ...mark,
      from: Math.min(mark.from, end),
      to: Math.min(mark.to, end),
    }));
    view.dispatch(setDiagnostics(view.state, inside));
  }, [view, marks, value]);

  useEffect(() => {
    if (!view || !jump) return;
    const at = Math.min(jump.to, view.state.doc.length);
    view.dispatch({
      selection: { anchor: at },
      effects: EditorView.scrollIntoView(at, { y: "center" }),
    });
    view.focus();
  }, [view, jump]);

  return (
    <Box
      ref={place}
      height={{ base: "28rem", lg: "clamp(24rem, 100vh - 19rem, 48rem)" }}
      borderWidth="1px"
      borderRadius="md"
      overflow="hidden"
    />
  );
}
