/** Per cent for people; what is not all is never rounded up to 100. */
export function formatRate(rate: number): string {
  const rounded = Math.floor(rate * 10) / 10;
  return `${rounded.toLocaleString()} %`;
}
