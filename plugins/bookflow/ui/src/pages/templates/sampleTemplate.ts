import type { Template } from "../../api/schema";

/** A template for tests; what a test is about it says itself. */
export function sampleTemplate(changes: Partial<Template> = {}): Template {
  return {
    id: "reminder",
    name: "Reminder by e-mail",
    category: "reminder",
    description: "Reminds everybody who attends.",
    source: "shipped",
    trigger: "before_meeting",
    actions: ["send_email"],
    parameters: [],
    usage_count: 12,
    last_used_at: null,
    preview: "id: reminder\n",
    ...changes,
  };
}
