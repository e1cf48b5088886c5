import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, read } from "./client";
import type { TemplateRequest } from "./schema";
import { useWorkflowsChanged } from "./workflows";

/** All templates; there are few, so that pages filter them themselves. */
export function useTemplates() {
  return useQuery({
    queryKey: ["templates"],
    queryFn: ({ signal }) => read(api.GET("/api/v1/templates", { signal })),
  });
}

/** One template with the YAML that its defaults make. */
export function useTemplate(id: string) {
  return useQuery({
    queryKey: ["templates", id],
    queryFn: ({ signal }) =>
      read(
        api.GET("/api/v1/templates/{template_id}", {
          params: { path: { template_id: id } },
          signal,
        }),
      ),
    placeholderData: undefined,
  });
}

/** The workflow that a template would make of these values; nothing is saved. */
export function useTemplatePreview(id: string, request: TemplateRequest, isReady: boolean) {
  return useQuery({
    queryKey: ["templates", id, "preview", request],
    queryFn: ({ signal }) => create(id, request, true, signal),
    enabled: isReady,
    retry: false,
  });
}

/** Makes the workflow. */
export function useTemplateUse(id: string) {
  const changed = useWorkflowsChanged();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (request: TemplateRequest) => create(id, request, false),
    onSuccess: () => {
      changed();
      void queries.invalidateQueries({ queryKey: ["templates"] });
    },
  });
}

function create(id: string, request: TemplateRequest, isDry: boolean, signal?: AbortSignal) {
  return read(
    api.POST("/api/v1/templates/{template_id}/create", {
      params: { path: { template_id: id }, query: isDry ? { dry_run: true } : {} },
      body: request,
      signal,
    }),
  );
}
