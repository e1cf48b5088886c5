import { useMemo } from "react";

import { useSay } from "../../app/Announcer";
import { typeOf } from "./actionTypes";
import { changeDraft, peekDraft, present, withSpec } from "./draft/drafts";
import {
  after,
  type Arranged,
  beside,
  earlier,
  insert,
  later,
  move,
  type Place,
  remove,
} from "./draft/levels";
import { type Action, actionsOf, textOf, withKey } from "./draft/spec";
import { useEditing } from "./editing";
import { useChosen } from "./useChosen";

const STEPS = { earlier, later, beside };

/** Where the keys lead. */
export type Step = keyof typeof STEPS;

/** Adds, moves and removes actions; the panel follows the one that was changed. */
export function useActionEdits() {
  const { draftKey, isLocked } = useEditing();
  const [, choose] = useChosen();
  const say = useSay();
  return useMemo(() => {
    /** Gives where the action is then; null where nothing changed or it is gone. */
    const arrange = (change: (actions: Action[]) => Arranged | null, said: string) => {
      const draft = peekDraft(draftKey);
      if (!draft || isLocked) return null;
      const { spec } = present(draft);
      const done = change(actionsOf(spec));
      if (!done) return null;
      changeDraft(draftKey, (now) =>
        withSpec(now, { ...spec, actions: done.actions }, `${said} ${String(Date.now())}`),
      );
      const now = done.position < 0 ? null : done.position;
      choose(now);
      if (said) say(said, "info");
      return now;
    };
    const nameAt = (position: number) => {
      const draft = peekDraft(draftKey);
      return textOf(draft && actionsOf(present(draft).spec)[position]?.name);
    };
    return {
      /** Adds one at a place; without one after the action at a position, or else at the end. */
      add: (type: string, place?: Place, position: number | null = null) => {
        arrange((actions) => {
          const next = position === null ? undefined : after(actions, position);
          return insert(actions, newAction(actions, type), place ?? next);
        }, "");
      },
      moveTo: (position: number, place: Place) => {
        arrange((actions) => move(actions, position, place), "");
      },
      step: (position: number, step: Step) => {
        const name = nameAt(position);
        return arrange(
          (actions) => {
            const place = STEPS[step](actions, position);
            return place && move(actions, position, place);
          },
          step === "beside" ? `${name} runs side by side now.` : `${name} moved ${step}.`,
        );
      },
      duplicate: (position: number) => {
        arrange((actions) => {
          const original = actions[position];
          if (!original) return null;
          const name = freeName(actions, `${textOf(original.name)} copy`);
          const copy = withKey({ ...original, name }, "order", undefined);
          return insert(actions, copy, after(actions, position));
        }, "");
      },
      switchOn: (position: number, isOn: boolean) => {
        arrange(
          (actions) => ({
            actions: actions.map((action, at) =>
              at === position ? withKey(action, "is_active", isOn ? undefined : false) : action,
            ),
            position,
          }),
          "",
        );
      },
      remove: (position: number) => {
        const name = nameAt(position);
        return arrange(
          (actions) => ({ actions: remove(actions, position), position: -1 }),
          `Removed ${name}. Undo brings it back.`,
        );
      },
    };
  }, [draftKey, isLocked, choose, say]);
}

function newAction(actions: readonly Action[], type: string): Action {
  const name = freeName(actions, typeOf(type).label);
  const isMessage = type === "send_email" || type === "send_sms";
  return { name, type, ...(isMessage ? { recipient: "invitee" } : {}) };
}

/** A name that no action has: "E-mail", "E-mail 2". */
export function freeName(actions: readonly Action[], wanted: string): string {
  const taken = new Set(actions.map(({ name }) => textOf(name).toLowerCase()));
  const names = [wanted, ...actions.map((_, at) => `${wanted} ${String(at + 2)}`)];
  return names.find((name) => !taken.has(name.toLowerCase())) ?? `${wanted} ${String(Date.now())}`;
}
