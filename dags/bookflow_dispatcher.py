"""Within seconds: an Airflow DAG that starts workflows for bookings changed in the database."""

from bookflow.dagrun.dispatching import build_dispatcher

dag = build_dispatcher()
