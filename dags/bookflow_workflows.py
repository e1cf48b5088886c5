"""Every workflow spec as an Airflow DAG."""

from bookflow.dagrun.factory import build_dags

for dag in build_dags():
    globals()[dag.dag_id] = dag
