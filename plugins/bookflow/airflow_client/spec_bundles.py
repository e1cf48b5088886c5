"""Whether Airflow is set up with our bundle, and under which name."""

from __future__ import annotations

from airflow.configuration import conf

CLASSPATH = "bookflow.dagrun.spec_bundle.SpecBundle"
REFRESH = "bookflow_refresh.py"
"""No file of the bundle: asked to parse it, the dag-processor looks at the specs at once."""


def find_spec_bundle() -> str | None:
    """Give the name of the bundle that shows the workflows; None where the dags folder does."""
    configured = conf.getjson("dag_processor", "dag_bundle_config_list", fallback=None)
    for item in configured if isinstance(configured, list) else ():
        if isinstance(item, dict) and item.get("classpath") == CLASSPATH:
            name = item.get("name")
            return name if isinstance(name, str) else None
    return None
