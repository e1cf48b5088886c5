import {
  Box,
  Button,
  Field,
  Flex,
  Heading,
  Input,
  List,
  NativeSelect,
  SimpleGrid,
  Text,
} from "@chakra-ui/react";
import { useSearchParams } from "react-router-dom";

import type { SpecIssue, TemplateSummary } from "../../api/schema";
import { useTemplates } from "../../api/templates";
import { Answer } from "../../states/Answer";
import { Empty } from "../../states/Empty";
import { Notice } from "../../states/Notice";
import { CATEGORIES, findTemplates } from "./categories";
import { TemplateCard } from "./TemplateCard";

/** Good workflows to begin with, by what they are for. */
export default function TemplatesPage() {
  const query = useTemplates();
  const [params, setParams] = useSearchParams();
  const set = (name: string, value: string) => {
    setParams(
      (before) => {
        const after = new URLSearchParams(before);
        if (value) after.set(name, value);
        else after.delete(name);
        return after;
      },
      { replace: true },
    );
  };
  const search = params.get("search") ?? "";
  const category = params.get("category");
  return (
    <>
      <Heading as="h1" size="lg">
        Templates
      </Heading>
      <Text color="fg.muted" mb={4}>
        Choose what should happen around your bookings. A template becomes a workflow of your own,
        which you can change as you like.
      </Text>
      <Flex as="form" role="search" aria-label="Filter templates" gap={3} wrap="wrap" mb={5}>
        <Field.Root width={{ base: "full", sm: "18rem" }}>
          <Field.Label fontSize="xs">Search</Field.Label>
          <Input
            size="sm"
            type="search"
            placeholder="Reminder, SMS, CRM"
            value={search}
            onChange={(event) => {
              set("search", event.target.value);
            }}
          />
        </Field.Root>
        <Field.Root width={{ base: "full", sm: "12rem" }}>
          <Field.Label fontSize="xs">For</Field.Label>
          <NativeSelect.Root size="sm">
            <NativeSelect.Field
              value={category ?? ""}
              onChange={(event) => {
                set("category", event.target.value);
              }}
            >
              <option value="">Everything</option>
              {CATEGORIES.map(([value, name]) => (
                <option key={value} value={value}>
                  {name}
                </option>
              ))}
            </NativeSelect.Field>
            <NativeSelect.Indicator />
          </NativeSelect.Root>
        </Field.Root>
      </Flex>
      <Answer query={query} what="templates">
        {({ templates, errors }) => (
          <>
            <BrokenFiles issues={errors} />
            <Catalogue templates={findTemplates(templates, search, category)} />
            {templates.length > 0 && findTemplates(templates, search, category).length === 0 ? (
              <Empty title="No template fits">
                <Button
                  size="sm"
                  variant="outline"
                  onClick={() => {
                    setParams({}, { replace: true });
                  }}
                >
                  Show all
                </Button>
              </Empty>
            ) : null}
            {templates.length === 0 ? (
              <Empty title="There is no template">
                Put template files into your own folder of templates; the documentation says how.
              </Empty>
            ) : null}
          </>
        )}
      </Answer>
    </>
  );
}

function Catalogue({ templates }: { templates: TemplateSummary[] }) {
  return CATEGORIES.map(([category, name, about]) => {
    const found = templates.filter((template) => template.category === category);
    if (found.length === 0) return null;
    return (
      <Box as="section" key={category} aria-label={name} mb={6}>
        <Heading as="h2" size="md">
          {name}
        </Heading>
        <Text fontSize="sm" color="fg.muted" mb={3}>
          {about}
        </Text>
        <SimpleGrid as="ul" listStyleType="none" columns={{ base: 1, md: 2, xl: 3 }} gap={3}>
          {found.map((template) => (
            <TemplateCard key={template.id} template={template} />
          ))}
        </SimpleGrid>
      </Box>
    );
  });
}

function BrokenFiles({ issues }: { issues: SpecIssue[] }) {
  if (issues.length === 0) return null;
  return (
    <Notice kind="warning" title="Some template files cannot be used">
      <List.Root ps={5}>
        {issues.map((issue, at) => (
          <List.Item key={at}>
            {issue.file}
            {issue.line ? `, line ${String(issue.line)}` : ""}: {issue.message}
          </List.Item>
        ))}
      </List.Root>
    </Notice>
  );
}
