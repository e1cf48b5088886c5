const UNSUPPORTED: [RegExp, string][] = [
  [/\(\?<?[=!]/, "looks ahead or behind, which patterns here can't"],
  [/\\[1-9]/, "refers back to a group, which patterns here can't"],
  [/\\k</, "refers back to a group, which patterns here can't"],
];
const FLAGS = /^\(\?[imsU]+\)/;

/** Says what is wrong with a pattern, as far as a browser can tell; the server has the last word. */
export function faultOfPattern(pattern: string): string | undefined {
  if (!pattern) return undefined;
  const unsupported = UNSUPPORTED.find(([part]) => part.test(pattern));
  if (unsupported) return `The pattern ${unsupported[1]}.`;
  try {
    // RE2 writes flags and names of groups in ways of its own
    new RegExp(pattern.replace(FLAGS, "").replaceAll("(?P<", "(?<"));
    return undefined;
  } catch (fault) {
    const why = fault instanceof Error ? fault.message.replace(/^.*: /, "") : "";
    return `The pattern is not complete${why ? `: ${why}` : ""}.`;
  }
}
