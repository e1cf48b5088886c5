"""Each minute: an Airflow DAG that wakes every workflow whose due executions no run has claimed."""

from bookflow.dagrun.clock import build_clock

dag = build_clock()
