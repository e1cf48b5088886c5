"""Hands the plugin to an Airflow whose plugins folder this is.

Where bookflow is installed as a package, Airflow finds the plugin by its entry point, and a second
one would be shown as an error.
"""

from importlib.metadata import PackageNotFoundError, distribution


def _is_installed() -> bool:
    try:
        entry_points = distribution("bookflow").entry_points
    except PackageNotFoundError:
        return False
    return any(point.group == "airflow.plugins" for point in entry_points)


if not _is_installed():
    from bookflow.plugin import BookflowPlugin  # noqa: F401 (Airflow looks for it here)
