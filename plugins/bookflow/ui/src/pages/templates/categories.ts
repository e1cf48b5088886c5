import type { TemplateSummary } from "../../api/schema";

export type Category = TemplateSummary["category"];

/** What templates are for, in the order of a booking's life. */
export const CATEGORIES: [Category, name: string, about: string][] = [
  ["booking", "Booking", "What happens when a booking is made, moved or called off"],
  ["reminder", "Reminder", "Before the meeting"],
  ["follow_up", "Follow-up", "After the meeting"],
  ["feedback", "Feedback", "Ask how it was"],
];

/** The templates that are looked for; all words must be somewhere in what people see of them. */
export function findTemplates(
  templates: TemplateSummary[],
  search: string,
  category: string | null,
): TemplateSummary[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return templates.filter((template) => {
    if (category && template.category !== category) return false;
    const text = `${template.id} ${template.name} ${template.description}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
