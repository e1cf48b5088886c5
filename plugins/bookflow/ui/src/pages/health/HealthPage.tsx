import { Heading, Tabs } from "@chakra-ui/react";

import { useAccount } from "../../api/account";
import { useSearchParts } from "../../urlState/useSearchParts";
import { AuditTab } from "./AuditTab";
import { EndpointTab } from "./EndpointTab";
import { InboundTab } from "./InboundTab";
import { IncidentTab } from "./IncidentTab";
import { OverviewTab } from "./OverviewTab";

const TABS = [
  { value: "overview", name: "Overview", Tab: OverviewTab, isForAdmins: false },
  { value: "incidents", name: "Incidents", Tab: IncidentTab, isForAdmins: false },
  { value: "endpoints", name: "Endpoints", Tab: EndpointTab, isForAdmins: false },
  { value: "inbound", name: "Inbound requests", Tab: InboundTab, isForAdmins: true },
  { value: "audit", name: "Audit trail", Tab: AuditTab, isForAdmins: true },
];

/** Whether bookflow works, what is wrong, and what to do about it. */
export default function HealthPage() {
  const [search, change] = useSearchParts();
  const { is_admin } = useAccount();
  const asked = search.get("tab");
  // a link to a tab for admins opens it for others as well, which then says whom to ask
  const tabs = TABS.filter(({ isForAdmins, value }) => !isForAdmins || is_admin || value === asked);
  const shown = tabs.find(({ value }) => value === asked)?.value ?? "overview";
  return (
    <>
      <Heading as="h1" size="lg" mb={3}>
        Health
      </Heading>
      <Tabs.Root
        value={shown}
        lazyMount
        unmountOnExit
        onValueChange={({ value }) => {
          // filters of one tab mean nothing in another
          const others = [...search.keys()].map((key) => [key, undefined] as const);
          change({
            ...Object.fromEntries(others),
            tab: value === "overview" ? undefined : value,
          });
        }}
      >
        <Tabs.List overflowX="auto" overflowY="hidden">
          {tabs.map(({ value, name }) => (
            <Tabs.Trigger key={value} value={value} flexShrink={0}>
              {name}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        {tabs.map(({ value, Tab }) => (
          <Tabs.Content key={value} value={value}>
            <Tab />
          </Tabs.Content>
        ))}
      </Tabs.Root>
    </>
  );
}
