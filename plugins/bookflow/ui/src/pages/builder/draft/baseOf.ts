import type { Workflow } from "../../../api/schema";
import type { Base } from "./drafts";
import { hasFormShape } from "./spec";
import { readYaml } from "./yamlText";

/** What an edit of a workflow begins from; of an invalid one what can be read of it. */
export function baseOf({ version, yaml, spec }: Pick<Workflow, "version" | "yaml" | "spec">): Base {
  const values = hasFormShape(spec) ? spec : (readYaml(yaml).spec ?? {});
  return { version, text: yaml, spec: values };
}

/** What a workflow that nobody made yet begins with. */
export function starter(organizer: string | null | undefined): Base {
  const spec = { ...(organizer ? { organizer } : {}), trigger: "booking_created", actions: [] };
  return { version: null, text: "", spec };
}
