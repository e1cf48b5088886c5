import { Button } from "@chakra-ui/react";
import { lazy, Suspense, useState } from "react";

import { useAccount } from "../api/account";

const RunDialog = lazy(() => import("../pages/running/RunDialog"));

interface Props {
  /** What is given is not asked for; at least the rights are asked for it. */
  workflow?: string;
  booking?: string;
  label: string;
}

/** Leads to running a workflow now for a booking; absent for those who may not. */
export function RunButton({ workflow, booking, label }: Props) {
  const { may_run } = useAccount(workflow);
  const [isAsked, setAsked] = useState(false);
  if (!may_run) return null;
  return (
    <>
      <Button
        size="sm"
        variant="outline"
        onClick={() => {
          setAsked(true);
        }}
      >
        {label}
      </Button>
      {isAsked ? (
        <Suspense>
          <RunDialog
            workflow={workflow}
            booking={booking}
            onClose={() => {
              setAsked(false);
            }}
          />
        </Suspense>
      ) : null}
    </>
  );
}
