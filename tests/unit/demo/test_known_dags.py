from __future__ import annotations

import httpx

from bookflow.demo.stack import _known_dags


def api_of(dags: list[str], growing_by: int = 0) -> httpx.Client:
    """Give an Airflow whose list grows at its front with every request."""

    def answer(request: httpx.Request) -> httpx.Response:
        offset, limit = (int(request.url.params[name]) for name in ("offset", "limit"))
        page = [{"dag_id": dag} for dag in dags[offset : offset + limit]]
        total = len(dags)
        for number in range(growing_by):
            dags.insert(0, f"new-{len(dags)}-{number}")
        return httpx.Response(200, json={"dags": page, "total_entries": total})

    return httpx.Client(base_url="http://airflow", transport=httpx.MockTransport(answer))


def test_all_pages_are_read() -> None:
    names = [f"dag-{number}" for number in range(250)]
    assert _known_dags(api_of(list(names))) == set(names)
    assert _known_dags(api_of([])) == set()


def test_list_that_grows_while_it_is_read_comes_to_an_end() -> None:
    names = [f"dag-{number}" for number in range(250)]
    assert _known_dags(api_of(list(names), growing_by=1)) >= set(names)
