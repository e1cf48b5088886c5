import { Box, Grid, Heading, Link as ChakraLink, Text } from "@chakra-ui/react";
import { useState } from "react";
import { Link, useNavigate, useParams } from "react-router-dom";

import { useAccount } from "../../api/account";
import type { Account, Template } from "../../api/schema";
import { useTemplate, useTemplatePreview, useTemplateUse } from "../../api/templates";
import { useSay } from "../../app/Announcer";
import { paths } from "../../app/paths";
import { Answer } from "../../states/Answer";
import { beginFilling, type Filling, isFilled, requestOf, sortErrors } from "./filling";
import { Usage } from "./TemplateCard";
import { TemplateForm } from "./TemplateForm";
import { TemplatePreview } from "./TemplatePreview";
import { useDebounced } from "../../inputs/useDebounced";

const TYPING = 500;

/** What is filled in stays while somebody looks at another page. */
const fillings = new Map<string, Filling>();

/** One template: what it makes, what to fill in, and the workflow that comes of it. */
export default function TemplatePage() {
  const { id = "" } = useParams();
  const query = useTemplate(id);
  const account = useAccount();
  return (
    <>
      <ChakraLink asChild fontSize="sm" color="fg.muted">
        <Link to={paths.templates}>All templates</Link>
      </ChakraLink>
      <Answer query={query} what="the template">
        {(template) => <TemplateDesk template={template} account={account} />}
      </Answer>
    </>
  );
}

function TemplateDesk({ template, account }: { template: Template; account: Account }) {
  const navigate = useNavigate();
  const say = useSay();
  const [typed, setTyped] = useState(() => fillings.get(template.id));
  const [wasAsked, setWasAsked] = useState(false);
  const filling =
    typed ?? beginFilling(template, account.own_names?.find(isAddress) ?? account.email ?? "");
  const request = requestOf(filling, template.parameters);
  const settled = useDebounced(JSON.stringify(request), TYPING);
  const isReady = account.may_edit && isFilled(filling, template.parameters);
  const preview = useTemplatePreview(
    template.id,
    JSON.parse(settled) as typeof request,
    isReady && settled === JSON.stringify(request),
  );
  const creation = useTemplateUse(template.id);
  const fields = [...template.parameters.map(({ name }) => name), "id", "name", "organizer"];
  const problem = creation.error ?? (isReady ? preview.error : null);
  const errors = {
    ...(wasAsked ? missing(filling, template) : {}),
    ...sortErrors(problem, fields),
  };
  const change = (next: Filling) => {
    fillings.set(template.id, next);
    setTyped(next);
    creation.reset();
  };
  const create = () => {
    setWasAsked(true);
    if (!isFilled(filling, template.parameters)) return;
    creation.mutate(request, {
      onSuccess: (saved) => {
        fillings.delete(template.id);
        say(
          filling.isActive
            ? `“${saved.name ?? saved.id}” is there and active.`
            : `“${saved.name ?? saved.id}” is there. It runs once you activate it.`,
        );
        void navigate(paths.workflow(saved.id));
      },
    });
  };
  return (
    <>
      <Heading as="h1" size="lg" mt={2}>
        {template.name}
      </Heading>
      <Text>{template.description}</Text>
      <Text fontSize="sm" color="fg.muted" mb={5}>
        <Usage template={template} />
      </Text>
      <Grid
        templateColumns={{ base: "minmax(0, 1fr)", lg: "minmax(0, 2fr) minmax(0, 3fr)" }}
        gap={8}
      >
        <TemplateForm
          template={template}
          filling={filling}
          errors={errors}
          mayMake={account.may_edit}
          isSaving={creation.isPending}
          onChange={change}
          onCreate={create}
        />
        <Box>
          <TemplatePreview
            template={template}
            saved={isReady ? preview.data : undefined}
            isOld={preview.isPlaceholderData || Boolean(preview.error)}
          />
        </Box>
      </Grid>
    </>
  );
}

function isAddress(name: string): boolean {
  return name.includes("@");
}

function missing(filling: Filling, { parameters }: Template): Record<string, string> {
  const head = ["id", "name", "organizer"] as const;
  const empty: string[] = head.filter((name) => filling[name].trim() === "");
  for (const { name, required } of parameters) {
    if (required && filling.values[name] === "") empty.push(name);
  }
  return Object.fromEntries(empty.map((name) => [name, "This is needed"]));
}
