"""Airflow DAGs that watch over bookflow, delete what is old and check every workflow at night."""

from bookflow.dagrun.upkeep import build_upkeep

for dag in build_upkeep():
    globals()[dag.dag_id] = dag
