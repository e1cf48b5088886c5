"""Who may do what: every route, what it asks for, and its answer to those it lets in.

A new route without a line here fails `test_permission_matrix.py`. The columns are the method, the
path as routes have it, what it takes to be let in, and the answer to this harmless request by
somebody who is let in: its subject does not exist, its body is empty, or it only reads.

What it takes: `signed-in`; `read`, `edit` and `run` of the workflow in the path, or of all; `some`
is the right to run any one workflow, `edit-some` that to edit one; `all` that to run everybody's;
`create` that to edit any at all; `admin`; `signature` is no login.
"""

from __future__ import annotations

from dataclasses import dataclass

API = "/bookflow/api/v1"
NOBODY = "00000000-0000-0000-0000-00000000ffff"
VALUES = {
    "workflow_id": "hello",
    "execution_id": NOBODY,
    "request_id": NOBODY,
    "incident_id": NOBODY,
    "booking_id:path": "none",
    "name:path": "Nothing",
    "commit": "0000000",
    "template_id": "nothing",
    "trigger": "booking_created",
    "source": "nobody",
    "dag_id": "bookflow-hello",
    "run_id:path": "manual__1",
}
TABLE = """
POST    /triggers/{trigger}                          all        422
POST    /triggers                                    all        422
GET     /executions                                  read       200
GET     /deliveries                                  read       200
GET     /executions/export                           read       200
GET     /executions/{execution_id}                   read       404
POST    /executions/{execution_id}/retry             some       404
POST    /executions/{execution_id}/cancel            some       404
GET     /bookings                                    read       200
GET     /bookings/{booking_id:path}/timeline         read       404
GET     /health                                      signed-in  200
GET     /context-fields                              read       200
GET     /schema                                      read       200
GET     /openapi.json                                signed-in  200
GET     /inbound-requests                            admin      200
GET     /inbound-requests/{request_id}               admin      404
POST    /inbound-requests/{request_id}/replay        admin      404
GET     /endpoints                                   read       200
POST    /endpoints/enable                            some       422
GET     /upcoming                                    read       200
GET     /audit                                       admin      200
GET     /workflows                                   read       200
POST    /workflows                                   create     422
GET     /workflows/{workflow_id}                     read       200
PUT     /workflows/{workflow_id}                     edit       428
PATCH   /workflows/{workflow_id}                     edit       428
DELETE  /workflows/{workflow_id}                     edit       428
POST    /workflows/{workflow_id}/duplicate           create     422
GET     /workflows/{workflow_id}/actions             read       200
POST    /workflows/{workflow_id}/actions             edit       428
POST    /workflows/{workflow_id}/reorder             edit       422
GET     /workflows/{workflow_id}/actions/{name:path} read       404
PUT     /workflows/{workflow_id}/actions/{name:path} edit       428
DELETE  /workflows/{workflow_id}/actions/{name:path} edit       428
GET     /workflows/{workflow_id}/versions            read       200
GET     /workflows/{workflow_id}/versions/{commit}   read       404
GET     /workflows/{workflow_id}/diff                read       422
POST    /workflows/{workflow_id}/restore             edit       422
POST    /workflows/{workflow_id}/execute             run        422
POST    /workflows/bulk                              edit-some  422
POST    /workflows/{workflow_id}/test                read       200
POST    /workflows/{workflow_id}/what-if             edit       422
POST    /workflows/{workflow_id}/validate            read       200
POST    /workflows/validate                          read       422
POST    /bulk-test                                   read       200
GET     /performance-stats                           read       200
GET     /analytics/activity                          read       422
GET     /analytics/trends                            read       200
GET     /analytics/failures                          read       200
GET     /analytics/skips                             read       200
GET     /analytics/endpoints                         read       200
GET     /analytics/actions                           read       200
GET     /analytics/workflows                         read       200
GET     /analytics/compare                           read       200
GET     /workflows/{workflow_id}/execution-summary   read       200
GET     /incidents                                   read       200
GET     /incidents/{incident_id}                     read       404
POST    /incidents/{incident_id}/close               some       404
POST    /erasures                                    admin      422
GET     /templates                                   read       200
GET     /templates/{template_id}                     read       404
POST    /templates/{template_id}/create              create     404
GET     /deleted-workflows                           read       200
GET     /me                                          read       200
GET     /choices                                     read       200
GET     /metrics                                     read       200
POST    /inbound/sms-status                          signature  -
POST    /inbound/{source}                            signature  -
GET     :/executions/{execution_id}                  read       404
GET     :/runs/{dag_id}/{run_id:path}                read       404
GET     :/bookings/{booking_id:path}                 read       404
"""


@dataclass(frozen=True)
class Row:
    method: str
    route: str
    needs: str
    answer: int | None

    @property
    def is_page(self) -> bool:
        return not self.route.startswith("/api/")

    def path(self, workflow_id: str = "hello") -> str:
        """Give a path of this route; only the workflow in it exists."""
        found = self.route
        for name, value in {**VALUES, "workflow_id": workflow_id}.items():
            found = found.replace(f"{{{name}}}", value)
        return f"/bookflow{found}"

    @property
    def key(self) -> str:
        return f"{self.method} {self.route}"


def _read(line: str) -> Row:
    method, path, needs, answer = line.split()
    route = path[1:] if path.startswith(":") else f"/api/v1{path}"
    return Row(method, route, needs, None if answer == "-" else int(answer))


ROWS = tuple(_read(line) for line in TABLE.strip().splitlines())
GUARDED = tuple(row for row in ROWS if row.needs != "signature")
EDITOR = {"signed-in", "read", "edit", "edit-some", "create", "run", "some", "all"}
RIGHTS = {
    "viewer": {"signed-in", "read"},
    "user": EDITOR,
    "op": {*EDITOR, "admin"},
    "admin": {*EDITOR, "admin"},
}
# Which incidents are seen by who sees every workflow, and by who sees some, or only their own:
# what, of which workflow, and whether it is seen then.
INCIDENTS = """
failures        mine    yes  yes
failures        alien   yes  no
endpoint        alien   yes  no
endpoint        -       yes  no
configuration   -       yes  no
spec            alien   yes  no
clock           -       yes  yes
"""
