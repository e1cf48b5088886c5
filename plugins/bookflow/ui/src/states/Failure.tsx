import { Button } from "@chakra-ui/react";

import { ApiProblem } from "../api/client";
import { Empty } from "./Empty";
import { Notice } from "./Notice";
import { Ticked } from "./Ticked";

interface Props {
  problem: Error;
  onRetry?: () => void;
}

/** Says what is wrong, and what to do; each kind of refusal in its own words. */
export function Failure({ problem, onRetry }: Props) {
  const status = problem instanceof ApiProblem ? problem.status : undefined;
  if (status === 401) {
    return (
      <Empty title="You are signed out">
        Your session has ended. <a href={loginAddress()}>Sign in again</a>; you come back here.
      </Empty>
    );
  }
  if (status === 403)
    return (
      <Empty title="You may not see this">
        <Ticked>{problem.message}</Ticked>
      </Empty>
    );
  if (status === 404)
    return (
      <Empty title="It is not here">
        <Ticked>{problem.message}</Ticked>
      </Empty>
    );
  return (
    <Notice kind="error" title="That did not work">
      <Ticked>{problem.message}</Ticked>
      {onRetry ? (
        <Button size="xs" variant="outline" ml={3} onClick={onRetry}>
          Try again
        </Button>
      ) : null}
    </Notice>
  );
}

function loginAddress(): string {
  const login = new URL("auth/login", document.baseURI);
  login.searchParams.set("next", window.location.href);
  return login.href;
}
