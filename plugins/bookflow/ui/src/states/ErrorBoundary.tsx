import { Component, type ReactNode } from "react";

import { Failure } from "./Failure";

interface State {
  problem?: Error;
}

/** Keeps a fault of one page from taking all of Airflow's UI with it. */
export class ErrorBoundary extends Component<{ children: ReactNode }, State> {
  override state: State = {};

  static getDerivedStateFromError(problem: Error): State {
    return { problem };
  }

  override render() {
    const { problem } = this.state;
    if (!problem) return this.props.children;
    return (
      <Failure
        problem={problem}
        onRetry={() => {
          this.setState({ problem: undefined });
        }}
      />
    );
  }
}
