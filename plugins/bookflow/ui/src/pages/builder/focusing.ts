/** The attribute by which fields of the builder say which key they are for. */
export const FIELD = "data-field";

const FRAMES = 30;

/** Puts the cursor into the field of a key, as soon as its panel is there. */
export function focusField(key: string, frames = FRAMES): void {
  const place = [...document.querySelectorAll(`[${FIELD}]`)].find(
    (one) => one.getAttribute(FIELD) === key,
  );
  const input = place?.querySelector<HTMLElement>("input, select, textarea");
  if (input) {
    input.scrollIntoView({ block: "center" });
    input.focus();
  } else if (frames > 0) {
    requestAnimationFrame(() => {
      focusField(key, frames - 1);
    });
  }
}
