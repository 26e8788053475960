import { Component, type ReactNode } from "react";

import { messageOf } from "../api/http";
import { ErrorState } from "../ui/states";

interface GuardState {
  problem: string | null;
}

/** A page that breaks says so in its own place: the header, with what it tells of real money, stays. */
export class Guard extends Component<{ children: ReactNode }, GuardState> {
  override state: GuardState = { problem: null };

  static getDerivedStateFromError(error: unknown): GuardState {
    return { problem: messageOf(error) };
  }

  override render(): ReactNode {
    const { problem } = this.state;
    if (problem === null) return this.props.children;
    return <ErrorState title="This page has failed" message={problem} retry={() => this.setState({ problem: null })} />;
  }
}
