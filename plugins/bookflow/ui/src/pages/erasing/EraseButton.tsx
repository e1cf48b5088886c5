import { Button } from "@chakra-ui/react";
import { lazy, Suspense, useState } from "react";

import { useAccount } from "../../api/account";

const EraseDialog = lazy(() => import("./EraseDialog"));

/** Leads to erasing a person; for admins alone. */
export function EraseButton({ email, label }: { email?: string; label: string }) {
  const { is_admin } = useAccount();
  const [isAsked, setAsked] = useState(false);
  if (!is_admin) return null;
  return (
    <>
      <Button
        size="sm"
        variant="outline"
        colorPalette="red"
        alignSelf="start"
        onClick={() => {
          setAsked(true);
        }}
      >
        {label}
      </Button>
      {isAsked ? (
        <Suspense>
          <EraseDialog
            email={email}
            onClose={() => {
              setAsked(false);
            }}
          />
        </Suspense>
      ) : null}
    </>
  );
}
