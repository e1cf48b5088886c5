"""Shows invalid workflow specs among Airflow's import errors; holds no DAG, so it hides none."""

from bookflow.dagrun.factory import check_specs

check_specs()
