"""The shapes of figures, for the API's description."""

from __future__ import annotations

from datetime import date

from pydantic import AwareDatetime, Field

from bookflow.web.schemas import Answer, ExecutionSummary

_TIME = "2026-03-01T00:00:00+01:00"
_WORKFLOW = "booking-confirmation"
_NAMED = "Its name as the file says now; null where there is no valid one."


class CountedPeriod(Answer):
    """What was counted."""

    since: AwareDatetime = Field(description="From then on.", examples=[_TIME])
    until: AwareDatetime = Field(description="Up to before then.", examples=[_TIME])
    timezone: str = Field(description="Whose days and weeks count.", examples=["Europe/Berlin"])


class ExecutionFigures(Answer):
    """How many executions there were."""

    created: int = Field(description="Made in this time.", examples=[120])
    ended: int = Field(description="Ended in this time, however.", examples=[118])
    successful: int = Field(description="Completed.", examples=[110])
    failed: int = Field(description="With an action that failed.", examples=[6])
    cancelled: int = Field(description="Called off.", examples=[2])
    success_rate: float | None = Field(
        description="Per cent of those that completed or failed; null where there were none.",
        examples=[94.83],
    )


class LatencyFigures(Answer):
    """How long it took from due to completed, in milliseconds, within 2 per cent."""

    count: int = Field(description="Executions that completed.", examples=[110])
    p50_ms: float | None = Field(description="Half were done by then.", examples=[812.0])
    p90_ms: float | None = Field(description="90 per cent.", examples=[1400.0])
    p95_ms: float | None = Field(description="95 per cent.", examples=[1650.0])
    p99_ms: float | None = Field(description="99 per cent.", examples=[4120.0])


class FigureChange(Answer):
    """The difference to the other period; null where that had nothing to compare with."""

    created: float | None = Field(description="In per cent.", examples=[12.5])
    ended: float | None = Field(description="In per cent.", examples=[12.5])
    successful: float | None = Field(description="In per cent.", examples=[10.0])
    failed: float | None = Field(description="In per cent.", examples=[-50.0])
    cancelled: float | None = Field(description="In per cent.", examples=[0.0])
    success_rate: float | None = Field(description="In points.", examples=[1.5])
    p50_ms: float | None = Field(description="In per cent.", examples=[-3.1])
    p90_ms: float | None = Field(description="In per cent.", examples=[-3.1])
    p95_ms: float | None = Field(description="In per cent.", examples=[4.0])
    p99_ms: float | None = Field(description="In per cent.", examples=[4.0])


class OtherPeriod(Answer):
    """The period compared with."""

    period: CountedPeriod = Field(description="Which one.")
    executions: ExecutionFigures = Field(description="Its figures.")
    latency: LatencyFigures = Field(description="Its latencies.")
    change: FigureChange = Field(description="How the period asked for differs from it.")


class TrendPoint(ExecutionFigures):
    """One hour, day or week; the first and the last may be cut short by the period."""

    since: AwareDatetime = Field(description="Where it begins.", examples=[_TIME])
    until: AwareDatetime = Field(description="Where it ends.", examples=[_TIME])
    latency: LatencyFigures | None = Field(
        description="Of what completed in it; null in hours over more than 8 days."
    )


class CauseCount(Answer):
    """A cause and how often."""

    cause: str = Field(
        description="Error code, `condition: ` and the rule, or a word such as `cancelled`.",
        examples=["http-503"],
    )
    count: int = Field(description="Action results with it.", examples=[4])


class CausePlace(Answer):
    """Where a cause struck."""

    workflow_id: str = Field(description="The workflow.", examples=[_WORKFLOW])
    workflow_name: str | None = Field(description=_NAMED, examples=["Confirm a booking"])
    action: str = Field(description="The action.", examples=["Tell the CRM"])
    count: int = Field(description="How often.", examples=[4])


class CauseFigures(CauseCount):
    """A cause, how often, and where."""

    type: str = Field(description="Type of the actions.", examples=["webhook"])
    share: float | None = Field(description="Per cent of all of them.", examples=[66.67])
    actions: list[CausePlace] = Field(description="Where, the most frequent first.")


class TypeFigures(Answer):
    """How actions of a type ended."""

    type: str = Field(description="Type of the actions.", examples=["send_email"])
    ended: int = Field(description="With a final result.", examples=[120])
    successful: int = Field(description="Done.", examples=[100])
    failed: int = Field(description="Failed for good.", examples=[2])
    skipped: int = Field(description="Left out.", examples=[18])
    success_rate: float | None = Field(
        description="Per cent of those that were done or failed.", examples=[98.04]
    )
    average_ms: float | None = Field(description="Time taken, on average.", examples=[41.2])


class ActionFigures(TypeFigures):
    """How one action ended."""

    workflow_id: str = Field(description="Its workflow.", examples=[_WORKFLOW])
    workflow_name: str | None = Field(description=_NAMED, examples=["Confirm a booking"])
    action: str = Field(description="Its name.", examples=["Confirm by e-mail"])
    skips: list[CauseCount] = Field(description="What it was skipped for.")
    failures: list[CauseCount] = Field(description="What it failed of.")


class EndpointFigures(Answer):
    """How deliveries to one endpoint ended."""

    endpoint: str | None = Field(
        description="As in `GET /endpoints`; null for what was sent before endpoints were noted.",
        examples=["https://example.com/hook"],
    )
    channel: str = Field(description="How it is spoken to.", examples=["webhook"])
    deliveries: int = Field(description="Settled in this time.", examples=[120])
    successful: int = Field(description="Taken by the provider.", examples=[118])
    confirmed: int = Field(
        description="Of these, said to have arrived; few providers say so.", examples=[0]
    )
    failed: int = Field(description="Failed for good.", examples=[2])
    success_rate: float | None = Field(description="Per cent.", examples=[98.33])
    attempts: int = Field(description="Calls made for them.", examples=[131])
    errors: list[CauseCount] = Field(description="What they failed of.")


class Reason(Answer):
    """One thing that is wrong with a workflow."""

    code: str = Field(
        description="`failures`, `cause`, `worse` (than in the other period) or `slow`.",
        examples=["failures"],
    )
    message: str = Field(description="What, in a sentence.", examples=["6 of 116 failed"])


class WorkflowFigures(ExecutionFigures):
    """Figures of one workflow."""

    workflow_id: str = Field(description="The workflow.", examples=[_WORKFLOW])
    workflow_name: str | None = Field(description=_NAMED, examples=["Confirm a booking"])
    latency: LatencyFigures = Field(description="Its latencies.")


class ProblematicWorkflow(WorkflowFigures):
    """A workflow in trouble."""

    reasons: list[Reason] = Field(description="What is wrong.")


class WorkflowRanking(Answer):
    """Which workflows do best, and which are in trouble."""

    period: CountedPeriod = Field(description="What was counted.")
    best: list[WorkflowFigures] = Field(
        description="The highest success rates among those with five results or more."
    )
    problematic: list[ProblematicWorkflow] = Field(
        description="Less than 95 per cent successful, or 10 points less than in the other "
        "period; those with the most failures first."
    )


class Comparison(Answer):
    """Two periods beside each other."""

    period: CountedPeriod = Field(description="What was counted.")
    executions: ExecutionFigures = Field(description="Figures of the period.")
    latency: LatencyFigures = Field(description="Latencies of the period.")
    compared_with: OtherPeriod = Field(description="The other period.")


class PerformanceStats(Comparison):
    """Everything at a glance."""

    trend: list[TrendPoint] = Field(description="One per hour, day or week.")
    best: list[WorkflowFigures] = Field(description="As in `GET /analytics/workflows`.")
    problematic: list[ProblematicWorkflow] = Field(description="As in `GET /analytics/workflows`.")
    error_patterns: list[CauseFigures] = Field(description="As in `GET /analytics/failures`.")
    endpoints: list[EndpointFigures] = Field(description="As in `GET /analytics/endpoints`.")


class LifetimeFigures(Answer):
    """Figures since the beginning, those that were cleaned up included."""

    total_executions: int = Field(description="Made, open ones included.", examples=[4120])
    successful_executions: int = Field(description="Completed.", examples=[4011])
    failed_executions: int = Field(description="Failed.", examples=[80])
    success_rate: float | None = Field(description="Per cent.", examples=[98.04])
    last_executed_at: AwareDatetime | None = Field(
        description="When the last one began.", examples=[_TIME]
    )


class WorkflowReport(Comparison):
    """History and figures of one workflow."""

    workflow_id: str = Field(description="The workflow.", examples=[_WORKFLOW])
    workflow_name: str | None = Field(description=_NAMED, examples=["Confirm a booking"])
    statistics: LifetimeFigures = Field(description="Since the beginning.")
    trend: list[TrendPoint] = Field(description="One per hour, day or week.")
    actions: list[ActionFigures] = Field(description="By action, with causes.")
    endpoints: list[EndpointFigures] = Field(description="Where its messages went.")
    recent_failures: list[ExecutionSummary] = Field(
        description="The newest executions that failed, of any time."
    )


class TrendAnswer(Answer):
    """Figures over time."""

    period: CountedPeriod = Field(description="What was counted.")
    unit: str = Field(description="How long a point is.", examples=["day"])
    points: list[TrendPoint] = Field(description="In order; empty ones are there too.")


class DailyOutcomes(Answer):
    """How the executions of a workflow ended, day by day."""

    completed: list[int] = Field(description="One count per day.", examples=[[4, 0, 7]])
    failed: list[int] = Field(description="One count per day.", examples=[[0, 0, 1]])


class ActivityAnswer(Answer):
    """What workflows did in the last days."""

    days: list[date] = Field(
        description="The oldest first; the last one is today.",
        examples=[["2026-03-01", "2026-03-02", "2026-03-03"]],
    )
    workflows: dict[str, DailyOutcomes] = Field(
        description="By id: those asked for that you may see.",
        examples=[{_WORKFLOW: {"completed": [4, 0, 7], "failed": [0, 0, 1]}}],
    )


class CauseTrend(Answer):
    """One cause over time."""

    cause: str = Field(description="As in `causes`.", examples=["http-503"])
    counts: list[int] = Field(description="One per point.", examples=[[0, 2, 4]])


class CauseAnswer(Answer):
    """Why actions failed or were skipped."""

    period: CountedPeriod = Field(description="What was counted.")
    unit: str = Field(description="How long a point is.", examples=["day"])
    total: int = Field(description="Action results.", examples=[6])
    causes: list[CauseFigures] = Field(description="The most frequent first.")
    points: list[AwareDatetime] = Field(description="Where the points begin.", examples=[[_TIME]])
    trend: list[CauseTrend] = Field(
        description="The 20 most frequent causes over time; `(others)` are the rest."
    )


class EndpointAnswer(Answer):
    """How deliveries ended, by endpoint."""

    period: CountedPeriod = Field(description="What was counted.")
    endpoints: list[EndpointFigures] = Field(description="The most failures first.")


class ActionAnswer(Answer):
    """How actions ended."""

    period: CountedPeriod = Field(description="What was counted.")
    types: list[TypeFigures] = Field(description="By type.")
    actions: list[ActionFigures] = Field(
        description="By action: of the workflows asked for where they are 50 at most, else of "
        "those with the most failures."
    )
