import { yaml } from "@codemirror/lang-yaml";
import { type Diagnostic, lintGutter, setDiagnostics } from "@codemirror/lint";
import { Compartment, EditorState, Transaction } from "@codemirror/state";
import { EditorView, highlightActiveLine, lineNumbers } from "@codemirror/view";
import { Box } from "@chakra-ui/react";
import { minimalSetup } from "codemirror";
import { useEffect, useRef } from "react";

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
  const editor = useRef<EditorView | null>(null);
  const changed = useRef(onChange);
  const mode = useRef(new Compartment());
  useEffect(() => {
    changed.current = onChange;
  }, [onChange]);

  useEffect(() => {
    if (!place.current) return undefined;
    const view = new EditorView({
      parent: place.current,
      state: EditorState.create({
        extensions: [
          minimalSetup,
          lineNumbers(),
          highlightActiveLine(),
          EditorView.lineWrapping,
          yaml(),
          lintGutter(),
          yamlTheme,
          mode.current.of([]),
          EditorView.contentAttributes.of({ "aria-label": "The workflow as YAML", tabindex: "0" }),
          EditorView.updateListener.of(({ docChanged, transactions, state }) => {
            const isTyped = transactions.some((one) => one.annotation(Transaction.userEvent));
            if (docChanged && isTyped) changed.current(state.doc.toString());
          }),
        ],
      }),
    });
    editor.current = view;
    return () => {
      editor.current = null;
      view.destroy();
    };
  }, []);

  useEffect(() => {
    editor.current?.dispatch({
      effects: mode.current.reconfigure(EditorState.readOnly.of(isReadOnly)),
    });
  }, [isReadOnly]);

  useEffect(() => {
    const view = editor.current;
    const changes = view && changeBetween(view.state.doc.toString(), value);
    // what comes from outside is not for the editor's own undo
    if (changes) view.dispatch({ changes, annotations: Transaction.addToHistory.of(false) });
  }, [value]);

  useEffect(() => {
    const view = editor.current;
    if (!view) return;
    const end = view.state.doc.length;
    const inside = marks.map((mark) => ({
      ...mark,
      from: Math.min(mark.from, end),
      to: Math.min(mark.to, end),
    }));
    view.dispatch(setDiagnostics(view.state, inside));
  }, [marks, value]);

  useEffect(() => {
    const view = editor.current;
    if (!view || !jump) return;
    const at = Math.min(jump.to, view.state.doc.length);
    view.dispatch({
      selection: { anchor: at },
      effects: EditorView.scrollIntoView(at, { y: "center" }),
    });
    view.focus();
  }, [jump]);

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
