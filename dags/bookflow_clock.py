"""Each minute: an Airflow DAG that records reminders that come due and wakes what was forgotten."""

from bookflow.dagrun.clock import build_clock

dag = build_clock()
